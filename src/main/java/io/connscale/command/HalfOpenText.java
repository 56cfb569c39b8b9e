package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Experiment.Call;
import io.connscale.control.Experiment.Connection;
import io.connscale.control.Experiment.End;
import io.connscale.control.Experiment.Moment;
import io.connscale.control.Experiment.Report;
import io.connscale.kernel.Fact;
import io.connscale.kernel.PortSockets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The half-open experiments as an answer.
 *
 * <pre>
 * client1  network namespace of its own · backlog 8, 9 wait to be accepted
 *   tcp_synack_retries 1 · tcp_abort_on_overflow 0 · tcp_syncookies 1
 *
 *   1  send, receive · ports 50890 → 42853
 *      s  client       unacked  resent  timer  server        repeated  timer
 *   0.00  ESTABLISHED        0       0         SYN-RECEIVED         0   1.00
 *   3.10  ESTABLISHED        4       3   1.30  none                 0
 *   connect ok · send ok at 1.1 s · receive ECONNRESET at 4.3 s, after 3.2 s
 *   why: …
 * </pre>
 */
final class HalfOpenText {
    private static final String CONNECTION_RESET = "ECONNRESET";
    private static final String BROKEN_PIPE = "EPIPE";
    private static final String CLIENT = "client";

    /** In JSON. */
    private record Json(List<Run> experiments) {}

    private record Run(
            String host,
            boolean apart,
            String note,
            boolean over,
            SortedMap<String, Long> settings,
            SortedMap<String, Long> counters,
            int backlog,
            long waiting,
            List<Explained> connections) {}

    /**
     * A connection.
     *
     * @param forgottenSeconds when the server's kernel did not know it any more; null: it did to the end
     */
    private record Explained(
            int sequence,
            String plan,
            int clientPort,
            int serverPort,
            List<Call> calls,
            @Nullable Double forgottenSeconds,
            long synAckRetries,
            long dataRetries,
            List<Moment> moments,
            String why) {}

    /** Of CSV: a call of a connection. */
    private record Row(String host, Report run, Connection connection, Call call) {}

    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("host", Row::host),
            new Column<>("synack_retries", row -> setting(row.run, Fact.SYNACK_RETRIES)),
            new Column<>("abort_on_overflow", row -> setting(row.run, Fact.ABORT_ON_OVERFLOW)),
            new Column<>("sequence", row -> row.connection.sequence()),
            new Column<>("plan", row -> row.connection.plan()),
            new Column<>("call", row -> row.call.call()),
            new Column<>("at", row -> row.call.at()),
            new Column<>("seconds", row -> row.call.seconds()),
            new Column<>("outcome", row -> row.call.outcome()));

    private static final List<Column<Moment>> MOMENTS = List.of(
            new Column<>("s", moment -> moment.at()),
            new Column<>(CLIENT, moment -> moment.client().state()),
            new Column<>("unacked", moment -> moment.client().unacknowledged()),
            new Column<>("resent", moment -> moment.client().retries()),
            new Column<>("timer", moment -> timer(moment.client())),
            new Column<>("server", moment -> moment.server().state()),
            new Column<>("repeated", moment -> moment.server().retries()),
            new Column<>("timer", moment -> timer(moment.server())));

    private HalfOpenText() {}

    /** @param timeline whether each moment is shown, and not those alone in which a state changed */
    static Answer answer(String host, List<Report> seen, boolean timeline) {
        List<Run> runs = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Report run : seen) {
            List<Explained> connections =
                    run.connections().stream().map(one -> explained(run, one)).toList();
            runs.add(new Run(
                    host,
                    run.apart(),
                    run.note(),
                    !run.running() && run.failure().isEmpty(),
                    run.settings(),
                    run.counters(),
                    run.backlog(),
                    run.waiting(),
                    connections));
            run.connections().forEach(one -> one.calls().forEach(call -> rows.add(new Row(host, run, one, call))));
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(lines(host, run, connections, timeline));
        }
        return new Answer(new Json(runs), Table.of(COLUMNS, rows), lines);
    }

    static String progress(List<Report> seen) {
        long connections =
                seen.stream().mapToLong(run -> run.connections().size()).sum();
        long waiting = seen.stream()
                .filter(Report::running)
                .flatMap(run -> run.connections().stream())
                .filter(HalfOpenText::goesOn)
                .count();
        return waiting + " of " + connections + " half-open connections go on";
    }

    private static boolean goesOn(Connection connection) {
        Call last = last(connection);
        return last == null
                || last.outcome().equals(Call.WAITS)
                || last.outcome().equals(Call.OK);
    }

    private static Object setting(Report run, Fact fact) {
        Long value = run.settings().get(fact.kernelName());
        return value == null ? "unknown" : (Object) value;
    }

    private static Object timer(End end) {
        Double seconds = end.timerSeconds();
        return seconds == null ? "" : (Object) seconds;
    }

    private static List<String> lines(String host, Report run, List<Explained> connections, boolean timeline) {
        List<String> lines = new ArrayList<>();
        lines.add("%s  %s · backlog %d, %d wait to be accepted"
                .formatted(
                        host,
                        run.apart() ? "network namespace of its own" : "the machine's network",
                        run.backlog(),
                        run.waiting()));
        if (!run.note().isEmpty()) {
            lines.add("  " + run.note());
        }
        lines.add("  "
                + run.settings().entrySet().stream()
                        .map(one -> one.getKey().replaceFirst("^net\\.ipv4\\.", "") + " " + one.getValue())
                        .collect(Collectors.joining(" · ")));
        for (Explained one : connections) {
            lines.add("");
            lines.add("  %d  %s · ports %d → %d"
                    .formatted(one.sequence(), one.plan(), one.clientPort(), one.serverPort()));
            Table.of(MOMENTS, timeline ? one.moments() : changes(one.moments()))
                    .lines()
                    .forEach(line -> lines.add("  " + line));
            lines.add("  " + one.calls().stream().map(HalfOpenText::words).collect(Collectors.joining(" · ")));
            lines.add("  why: " + one.why());
        }
        if (!run.counters().isEmpty()) {
            lines.add("");
            lines.add("  kernel: " + counters(run.counters()));
        }
        return lines;
    }

    private static String counters(Map<String, Long> counters) {
        return counters.entrySet().stream()
                .map(one -> one.getKey() + " +" + one.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Those in which a state changed, each with the last one before it, which has the counts that it came to. */
    private static List<Moment> changes(List<Moment> moments) {
        List<Moment> changes = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            boolean first = i == 0 || differ(moments.get(i - 1), moments.get(i));
            boolean last = i == moments.size() - 1 || differ(moments.get(i), moments.get(i + 1));
            if (first || last) {
                changes.add(moments.get(i));
            }
        }
        return changes;
    }

    private static boolean differ(Moment one, Moment other) {
        return !one.client().state().equals(other.client().state())
                || !one.server().state().equals(other.server().state());
    }

    private static String words(Call call) {
        String when = call.call().equals("connect") ? "" : " at " + seconds(call.at() + call.seconds());
        String how = call.seconds() < 0.1 ? "" : ", after " + seconds(call.seconds());
        return call.outcome().equals(Call.WAITS)
                ? call.call() + " waits for " + seconds(call.seconds())
                : call.call() + " " + call.outcome() + when + how;
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static @Nullable Call last(Connection connection) {
        List<Call> calls = connection.calls();
        return calls.isEmpty() ? null : calls.get(calls.size() - 1);
    }

    private static Explained explained(Report run, Connection one) {
        Double forgotten = one.moments().stream()
                .filter(moment -> moment.server().state().equals(PortSockets.NONE))
                .findFirst()
                .map(Moment::at)
                .orElse(null);
        long synAcks = one.moments().stream()
                .mapToLong(moment -> moment.server().retries())
                .max()
                .orElse(0);
        long data = one.moments().stream()
                .mapToLong(moment -> moment.client().retries())
                .max()
                .orElse(0);
        return new Explained(
                one.sequence(),
                one.plan(),
                one.clientPort(),
                one.serverPort(),
                one.calls(),
                forgotten,
                synAcks,
                data,
                one.moments(),
                why(run, one, forgotten, synAcks));
    }

    private static String times(long n) {
        return n == 1 ? "once" : n + " times";
    }

    /** What both ends' tables and the client's calls say together. */
    private static String why(Report run, Connection one, @Nullable Double forgotten, long synAcks) {
        if (one.moments().stream().noneMatch(moment -> moment.server().state().equals(PortSockets.SYN_RECEIVED))) {
            return "it was never half-open: the server's kernel has not shown it as SYN-RECEIVED";
        }
        Call failed = one.calls().stream()
                .filter(call -> call.outcome().equals(CONNECTION_RESET)
                        || call.outcome().equals(BROKEN_PIPE))
                .findFirst()
                .orElse(null);
        String server = forgotten == null
                ? "the server still repeats its SYN-ACK (%s so far) and ignores each answer".formatted(times(synAcks))
                : "the server forgot the handshake at %s, its SYN-ACK repeated %s"
                        .formatted(seconds(forgotten), times(synAcks));
        Moment now = one.moments().get(one.moments().size() - 1);
        if (failed == null && now.client().state().equals(PortSockets.NONE)) {
            return "the server answered with a reset at " + seconds(now.at()) + ", which no call has returned yet";
        }
        if (failed == null) {
            boolean sent = one.calls().stream().anyMatch(call -> call.call().equals("send"));
            return server
                    + (sent
                            ? "; it has not answered the client's data yet"
                            : "; a client that sends nothing is never told, and stays ESTABLISHED");
        }
        if (setting(run, Fact.ABORT_ON_OVERFLOW).equals(1L)) {
            return "with tcp_abort_on_overflow the ACK that answered the first repeated SYN-ACK was answered with a reset, since"
                    + " the accept queue was full; " + failed.call() + " is the first call after it"
                    + (one.calls().stream().anyMatch(call -> call.outcome().equals(BROKEN_PIPE))
                            ? ", and the next one finds the connection closed (EPIPE)"
                            : "");
        }
        return server + "; it answered the client's data that came after that with a reset, which "
                + (failed.call().equals("send") ? "the second send" : "the receive") + " returned";
    }
}
