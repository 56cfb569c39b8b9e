package io.connscale.net;

import java.nio.ByteBuffer;

/**
 * What the kernel knows of one connection: {@code TCP_INFO}, tcp(7).
 *
 * @param rttMicros {@code tcpi_rtt}: the smoothed round-trip time
 * @param retransmits {@code tcpi_total_retrans}: segments sent again since the connection began
 */
public record TcpInfo(long rttMicros, long retransmits) {
    /** Offsets in {@code struct tcp_info} of linux/tcp.h, which only grows at its end. */
    private static final int RTT = 68;

    private static final int TOTAL_RETRANS = 100;

    /** Of the structure, as far as it is read. */
    static final int BYTES = TOTAL_RETRANS + Integer.BYTES;

    /** @param info the beginning of the structure, in the machine's order of bytes */
    static TcpInfo of(ByteBuffer info) {
        return new TcpInfo(
                Integer.toUnsignedLong(info.getInt(RTT)), Integer.toUnsignedLong(info.getInt(TOTAL_RETRANS)));
    }
}
