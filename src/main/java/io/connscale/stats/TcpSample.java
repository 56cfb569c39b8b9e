package io.connscale.stats;

import org.HdrHistogram.Histogram;

/**
 * What the kernel says of some connections ({@code TCP_INFO}, tcp(7)): a sample, taken now, and of each whose Pong did not come
 * in time, when it was ended for that. Where the transport can't ask (nio), nothing is sampled.
 *
 * @param sampled connections asked about
 * @param rtt the kernel's smoothed round-trip times
 * @param retransmitting those of them that have repeated a segment
 * @param retransmits segments that they have repeated, in all
 * @param overdue connections that were ended since their Pong did not come in time, so far
 * @param unheard those of them whose Ping the other end's kernel had not acknowledged, though it was sent again: packets get lost.
 *     That of the others was received, and not answered
 */
public record TcpSample(
        long sampled, Distribution rtt, long retransmitting, long retransmits, long overdue, long unheard) {
    public static final TcpSample NONE = new TcpSample(0, Distribution.NONE, 0, 0, 0, 0);

    public TcpSample plus(TcpSample other) {
        return new TcpSample(
                sampled + other.sampled,
                rtt.plus(other.rtt),
                retransmitting + other.retransmitting,
                retransmits + other.retransmits,
                overdue + other.overdue,
                unheard + other.unheard);
    }

    /** The sample of now, and what was ended after {@code before}. */
    TcpSample since(TcpSample before) {
        return new TcpSample(
                sampled,
                rtt,
                retransmitting,
                retransmits,
                Math.max(0, overdue - before.overdue),
                Math.max(0, unheard - before.unheard));
    }

    /** Puts a {@link TcpSample} together, connection by connection. One thread. */
    public static final class TcpSampling {
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
            return sample(0, 0);
        }

        /** With {@link TcpSample#overdue()} and {@link TcpSample#unheard()}. */
        public TcpSample sample(long overdue, long unheard) {
            return new TcpSample(sampled, Distribution.copyOf(rtt), retransmitting, retransmits, overdue, unheard);
        }
    }
}
