package io.connscale.stats;

/**
 * Connections that are established, have sent a Ping and never had a Pong: for all that their client knows, nobody has accepted
 * them. Those that are too young for their first Ping are not among them. Ages count from when each was established.
 *
 * @param count how many
 * @param answered the others that have had a Pong: whoever sent it has accepted them
 * @param oldestNanos age of the oldest, ns; 0 where there is none
 * @param youngestNanos age of the youngest, ns; 0 where there is none
 */
public record Unanswered(long count, long answered, long oldestNanos, long youngestNanos) {
    public static final Unanswered NONE = new Unanswered(0, 0, 0, 0);

    public Unanswered plus(Unanswered other) {
        if (count == 0 || other.count == 0) {
            Unanswered one = count == 0 ? other : this;
            return new Unanswered(one.count, answered + other.answered, one.oldestNanos, one.youngestNanos);
        }
        return new Unanswered(
                count + other.count,
                answered + other.answered,
                Math.max(oldestNanos, other.oldestNanos),
                Math.min(youngestNanos, other.youngestNanos));
    }
}
