package io.connscale.stats;

/**
 * What the kernel says of some connections ({@code TCP_INFO}, tcp(7)): a sample, taken now. Where the transport can't ask
 * (nio), nothing is sampled.
 *
 * @param sampled connections asked about
 * @param rtt the kernel's smoothed round-trip times
 * @param retransmitting those of them that have repeated a segment
 * @param retransmits segments that they have repeated, in all
 */
public record TcpSample(long sampled, Distribution rtt, long retransmitting, long retransmits) {
    public static final TcpSample NONE = new TcpSample(0, Distribution.NONE, 0, 0);

    public TcpSample plus(TcpSample other) {
        return new TcpSample(
                sampled + other.sampled,
                rtt.plus(other.rtt),
                retransmitting + other.retransmitting,
                retransmits + other.retransmits);
    }
}
