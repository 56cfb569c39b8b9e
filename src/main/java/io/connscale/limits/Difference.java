package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Limits;
import io.connscale.stats.Statistics.Unanswered;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Why the two ends do not count the same.
 *
 * @param unaccepted established for clients and not accepted by the server; below 0: the server holds more
 * @param unanswered connections of the clients that have sent a Ping and never had a Pong: the unaccepted ones, and those that the
 *     server has accepted and not answered yet
 * @param oldestSeconds age of the oldest of them, since it was established; 0 where there is none
 * @param youngestSeconds age of the youngest
 * @param waiting connections in the server's accept queues now; null: unknown
 * @param backlog how many may wait in each of them; null: unknown
 * @param queues how many of them there are
 * @param neighbour another program that listens where the server does; null: none is known
 * @param handshakes SYN-RECEIVED ones in the server's network namespace; null: unknown
 * @param suspect accepted connections whose peer leaves something unanswered, and may be gone; null: unknown
 * @param counters of the server's kernel that grew since the open request began; null: unknown
 */
public record Difference(
        long unaccepted,
        long unanswered,
        double oldestSeconds,
        double youngestSeconds,
        @Nullable Long waiting,
        @Nullable Long backlog,
        int queues,
        @Nullable String neighbour,
        @Nullable Long handshakes,
        @Nullable Long suspect,
        @Nullable SortedMap<String, Long> counters) {
    /**
     * As both ends show it.
     *
     * @param both all hosts, asked at one moment with the server
     * @param keepaliveMillis that a silent peer of the server is not asked for; 0: it never is
     */
    public static Difference of(long difference, Observation both, long keepaliveMillis) {
        Unanswered unanswered = both.unanswered();
        ServerEnd server = both.server();
        return new Difference(
                difference,
                unanswered.count(),
                seconds(unanswered.oldestNanos()),
                seconds(unanswered.youngestNanos()),
                Limits.known(server.waiting()),
                Limits.known(server.backlog() > 0 ? server.backlog() : Facts.UNKNOWN),
                server.queues(),
                server.neighbour().orElse(null),
                Limits.known(server.now().get(Fact.SYN_RECEIVED)),
                suspect(server, keepaliveMillis),
                Words.countersKnown(server.before(), server.now())
                        ? server.now().since(server.before())
                        : null);
    }

    /** That none is suspect is known only where silent peers are asked, and have been since the open request began. */
    private static @Nullable Long suspect(ServerEnd server, long keepaliveMillis) {
        boolean asked = keepaliveMillis > 0 && server.grown(Fact.UPTIME) >= keepaliveMillis;
        return server.suspect() == 0 && !asked ? null : Limits.known(server.suspect());
    }

    /** To a millisecond. */
    private static double seconds(long nanos) {
        return Math.round(nanos / 1e6) / 1e3;
    }

    /** In one line. */
    public String text() {
        if (unaccepted < 0) {
            return "the server holds " + Words.number(-unaccepted)
                    + " more than the hosts: other clients, or ends that it has not noticed yet · " + suspects();
        }
        return Words.number(unaccepted) + " unaccepted: established at the client, not accepted by the server · "
                + ages()
                + " · "
                + number(waiting, queues > 1 ? "wait in its " + queues + " accept queues" : "wait in its accept queue")
                + " (backlog " + number(backlog) + (queues > 1 ? " each" : "") + ") · "
                + number(handshakes, "SYN-RECEIVED") + " · " + grown()
                + (neighbour == null ? "" : " · " + neighbour + " listens beside it");
    }

    private String suspects() {
        return suspect == null
                ? "how many of its connections are suspect is unknown: silent peers are not asked, or not yet (server:"
                        + " {keepalive: …})"
                : Words.number(suspect)
                        + " of its connections are suspect: the peer leaves segments or keep-alive probes"
                        + " unanswered";
    }

    private String grown() {
        if (counters == null) {
            return "kernel counters unknown";
        }
        String grown = Words.counters(counters);
        return "since the ramp began " + (grown.isEmpty() ? "no kernel counter increased" : grown);
    }

    private static String number(@Nullable Long n) {
        return Words.number(n == null ? Facts.UNKNOWN : n);
    }

    private static String number(@Nullable Long n, String what) {
        return n == null ? "unknown how many " + what : Words.number(n) + " " + what;
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
