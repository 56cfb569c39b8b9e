package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import java.util.SortedMap;

/**
 * Why the two ends do not count the same.
 *
 * @param halfOpen established for clients and not accepted by the server; below 0: the server holds more
 * @param waiting connections in the server's accept queues now
 * @param backlog how many may wait
 * @param handshakes SYN-RECEIVED ones in the server's network namespace; -1: unknown
 * @param counters of the server's kernel that grew since the ramp began
 */
public record Difference(long halfOpen, long waiting, long backlog, long handshakes, SortedMap<String, Long> counters) {
    public static Difference of(long difference, ServerSide server) {
        return new Difference(
                difference,
                server.waiting(),
                server.backlog(),
                server.now().get(Fact.SYN_RECEIVED),
                server.now().since(server.before()));
    }

    /** In one line. */
    public String text() {
        if (halfOpen < 0) {
            return "the server holds " + Words.number(-halfOpen)
                    + " more than the hosts: other clients, or ends that it has not noticed yet";
        }
        return Words.number(halfOpen) + " half-open: established at the client, not accepted by the server · "
                + Words.number(waiting) + " wait in its accept queue (backlog " + Words.number(backlog) + ") · "
                + Words.number(handshakes) + " SYN-RECEIVED · since the ramp began " + Words.counters(counters);
    }
}
