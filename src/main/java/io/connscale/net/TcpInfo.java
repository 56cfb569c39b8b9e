package io.connscale.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import java.util.Optional;

/**
 * What the kernel knows of one connection: {@code TCP_INFO}, tcp(7).
 *
 * @param rttMicros {@code tcpi_rtt}: the smoothed round-trip time
 * @param retransmits {@code tcpi_total_retrans}: segments sent again since the connection began
 */
public record TcpInfo(long rttMicros, long retransmits) {
    /** One system call. Empty where the transport can't ask (nio), or the connection is gone. */
    public static Optional<TcpInfo> of(Channel channel) {
        if (!(channel instanceof EpollSocketChannel epoll)) {
            return Optional.empty();
        }
        EpollTcpInfo info = new EpollTcpInfo();
        try {
            epoll.tcpInfo(info);
        } catch (ChannelException e) {
            return Optional.empty();
        }
        return Optional.of(new TcpInfo(info.rtt(), info.totalRetrans()));
    }
}
