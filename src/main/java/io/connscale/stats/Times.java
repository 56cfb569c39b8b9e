package io.connscale.stats;

/**
 * The durations that an agent or a server has recorded since it began, each a {@link Distribution}.
 *
 * @param connect from the call of connect to established
 * @param roundTrip from when a Ping should have left by the schedule to its Pong: what a user of a loaded system waits
 * @param roundTripSent from when the Ping really left to its Pong: what network and server need
 * @param lifetime of connections that have ended, from established on
 * @param loopLag how much later than planned the turns of the event loops began
 */
public record Times(
        Distribution connect,
        Distribution roundTrip,
        Distribution roundTripSent,
        Distribution lifetime,
        Distribution loopLag) {
    public static final Times NONE =
            new Times(Distribution.NONE, Distribution.NONE, Distribution.NONE, Distribution.NONE, Distribution.NONE);

    public Times plus(Times other) {
        return new Times(
                connect.plus(other.connect),
                roundTrip.plus(other.roundTrip),
                roundTripSent.plus(other.roundTripSent),
                lifetime.plus(other.lifetime),
                loopLag.plus(other.loopLag));
    }

    /** What was recorded after {@code before}. */
    public Times since(Times before) {
        return new Times(
                connect.since(before.connect),
                roundTrip.since(before.roundTrip),
                roundTripSent.since(before.roundTripSent),
                lifetime.since(before.lifetime),
                loopLag.since(before.loopLag));
    }
}
