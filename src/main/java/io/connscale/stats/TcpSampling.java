package io.connscale.stats;

import org.HdrHistogram.Histogram;

/** Puts a {@link TcpSample} together, connection by connection. One thread. */
public final class TcpSampling {
    private final Histogram rtt = new Histogram(Distribution.DIGITS);
    private long sampled;
    private long retransmitting;
    private long retransmits;

    /**
     * One more connection.
     *
     * @param rttMicros {@code tcpi_rtt}
     * @param repeated {@code tcpi_total_retrans}
     */
    public void add(long rttMicros, long repeated) {
        sampled++;
        rtt.recordValue(Math.min(Math.max(0, rttMicros), Distribution.MAX_MICROS));
        retransmitting += repeated > 0 ? 1 : 0;
        retransmits += repeated;
    }

    public TcpSample sample() {
        return new TcpSample(sampled, Distribution.copyOf(rtt), retransmitting, retransmits);
    }
}
