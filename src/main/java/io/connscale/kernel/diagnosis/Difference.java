package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.stats.Unanswered;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Why the two ends do not count the same.
 *
 * @param halfOpen established for clients and not accepted by the server; below 0: the server holds more
 * @param unanswered connections of the clients that have sent a Ping and never had a Pong: the half-open ones, and those that the
 *     server has accepted and not answered yet
 * @param oldestSeconds age of the oldest of them, since it was established; 0 where there is none
 * @param youngestSeconds age of the youngest
 * @param waiting connections in the server's accept queues now
 * @param backlog how many may wait
 * @param handshakes SYN-RECEIVED ones in the server's network namespace; -1: unknown
 * @param counters of the server's kernel that grew since the ramp began
 */
public record Difference(
        long halfOpen,
        long unanswered,
        double oldestSeconds,
        double youngestSeconds,
        long waiting,
        long backlog,
        long handshakes,
        SortedMap<String, Long> counters) {
    public static Difference of(long difference, Unanswered unanswered, ServerSide server) {
        return new Difference(
                difference,
                unanswered.count(),
                seconds(unanswered.oldestNanos()),
                seconds(unanswered.youngestNanos()),
                server.waiting(),
                server.backlog(),
                server.now().get(Fact.SYN_RECEIVED),
                server.now().since(server.before()));
    }

    /** To a millisecond. */
    private static double seconds(long nanos) {
        return Math.round(nanos / 1e6) / 1e3;
    }

    /** In one line. */
    public String text() {
        if (halfOpen < 0) {
            return "the server holds " + Words.number(-halfOpen)
                    + " more than the hosts: other clients, or ends that it has not noticed yet";
        }
        return Words.number(halfOpen) + " half-open: established at the client, not accepted by the server · " + ages()
                + " · "
                + Words.number(waiting) + " wait in its accept queue (backlog " + Words.number(backlog) + ") · "
                + Words.number(handshakes) + " SYN-RECEIVED · since the ramp began " + Words.counters(counters);
    }

    private String ages() {
        return unanswered == 0
                ? "no connection waits for its first Pong"
                : Words.number(unanswered) + " without a first Pong, "
                        + String.format(
                                Locale.ROOT,
                                "the oldest up for %.1f s, the youngest for %.1f s",
                                oldestSeconds,
                                youngestSeconds);
    }
}
