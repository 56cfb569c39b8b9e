package io.connscale.command;

import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Quantity;
import io.connscale.control.TargetReading;
import io.connscale.diagnosis.Readings;
import io.connscale.kernel.ForeignServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's server as {@code stats}, {@code watch} and {@code server} show it.
 *
 * @param micros CPU time of it for each answer, in microseconds; null: unknown
 * @param cpus that it uses on average; null: unknown
 */
record TargetText(
        TargetReading reading,
        @Nullable Double micros,
        @Nullable Double cpus) {
    private static final double MIB = 1 << 20;
    private static final String UNKNOWN = "unknown";

    /** One line of its table: all of it, or one of its processes. */
    private record Row(String name, TargetText of, ForeignServer.@Nullable Member process) {
        Object whole(Function<TargetText, @Nullable Object> value) {
            return process == null ? known(value.apply(of)) : "";
        }

        Object each(
                Function<ForeignServer, @Nullable Object> all, Function<ForeignServer.Member, @Nullable Object> one) {
            return known(process == null ? all.apply(of.now()) : one.apply(process));
        }
    }

    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("", Row::name),
            new Column<>("established", row -> row.whole(of -> of.now().established())),
            new Column<>("waiting", row -> row.whole(of -> of.now().waiting())),
            new Column<>("backlog", row -> row.whole(of -> of.now().backlog())),
            new Column<>("files", row -> row.each(ForeignServer::files, ForeignServer.Member::files)),
            new Column<>("max files", row -> row.each(TargetText::maxFiles, ForeignServer.Member::maxFiles)),
            new Column<>(
                    "resident MiB", row -> row.each(all -> mib(all.residentBytes()), one -> mib(one.residentBytes()))),
            new Column<>("CPUs", row -> row.whole(TargetText::cpus)),
            new Column<>("bytes each", row -> row.whole(of -> of.reading.bytesEach())),
            new Column<>("µs a message", row -> row.whole(TargetText::micros)));

    private static Object known(@Nullable Object value) {
        return value == null ? UNKNOWN : value;
    }

    private static @Nullable Double mib(@Nullable Long bytes) {
        return bytes == null ? null : (Double) (bytes / MIB);
    }

    /** Of several processes each has its own: then the cell of all is that of the one that is the fullest. */
    private static @Nullable Long maxFiles(ForeignServer server) {
        return server.fullest().map(ForeignServer.Member::maxFiles).orElse(null);
    }

    private ForeignServer now() {
        return reading.now();
    }

    /**
     * As it was found.
     *
     * @param then an earlier reading; null: none
     * @param seconds since then
     * @param pongs answers that the hosts have had from it; null: unknown
     */
    static TargetText of(TargetReading now, @Nullable TargetReading then, double seconds, @Nullable Long pongs) {
        Long used = then == null ? null : TargetReading.cpuSince(then.now(), now.now());
        return new TargetText(
                now,
                pongs == null ? null : now.microsEach(pongs),
                used == null || seconds <= 0 ? null : (Double) (used / 1e9 / seconds));
    }

    /** The same, where a message's CPU time is that of the time between these two readings. */
    static TargetText between(TargetReading then, TargetReading now, double seconds, @Nullable Long pongsMeanwhile) {
        Double micros = pongsMeanwhile == null ? null : TargetReading.microsEach(then.now(), now.now(), pongsMeanwhile);
        return new TargetText(now, micros, of(now, then, seconds, null).cpus);
    }

    /** Of two readings of all; null where the later one has none of it. */
    static @Nullable TargetText of(Readings before, Readings now, boolean onlyBetween) {
        TargetReading target = now.target();
        TargetReading then = before.target();
        if (target == null) {
            return null;
        }
        double seconds = now.secondsSince(before);
        Long pongs = now.pongs();
        Long pongsBefore = before.pongs();
        return onlyBetween && then != null
                ? between(
                        then,
                        target,
                        seconds,
                        pongs == null || pongsBefore == null ? null : (Long) (pongs - pongsBefore))
                : of(target, then, seconds, pongs);
    }

    /** On the screen: what it is, its table, and what could not be read. */
    List<String> lines(int columns) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("server", this, null));
        if (now().processes().size() > 1) {
            now().processes().forEach(process -> rows.add(new Row("pid " + process.pid(), this, process)));
        }
        List<String> lines = new ArrayList<>();
        lines.addAll(Table.of(COLUMNS, rows).lines(columns));
        lines.add("server  " + where());
        unread().forEach(why -> lines.add("        " + why));
        return lines;
    }

    /** What could not be read, why, and what would help. */
    List<String> unread() {
        return now().unread();
    }

    /** {@code redis-server, pid 123, on client1 · restarted once}. */
    private String where() {
        return now().text() + " on " + reading.host()
                + (reading.restarts() == 0
                        ? ""
                        : " · " + reading.restarts() + (reading.restarts() == 1 ? " restart" : " restarts"));
    }

    /** In one line, without what is unknown. */
    String line() {
        List<String> parts = new ArrayList<>();
        parts.add(where());
        add(parts, now().established(), n -> Quantity.text(n) + " established");
        add(parts, now().waiting(), n -> n == 0 ? "" : Quantity.text(n) + " wait to be accepted");
        add(parts, now().residentBytes(), n -> number(n / MIB) + " MiB");
        add(parts, cpus, n -> number(n) + " CPUs");
        add(parts, reading.bytesEach(), n -> Quantity.text(n) + " bytes each");
        add(parts, micros, n -> number(n) + " µs a message");
        parts.removeIf(String::isEmpty);
        return String.join(" · ", parts);
    }

    private static <T> void add(List<String> parts, @Nullable T value, Function<T, String> text) {
        if (value != null) {
            parts.add(text.apply(value));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }

    /** In JSON; null is unknown. */
    record Json(
            String host,
            @Nullable Long established,
            @Nullable Long waiting,
            @Nullable Long backlog,
            @Nullable Long files,
            @Nullable Long maxFiles,
            @Nullable Long residentBytes,
            @Nullable Double cpus,
            @Nullable Double cpuSeconds,
            @Nullable Long bytesPerConnection,
            @Nullable Double filesPerConnection,
            @Nullable Double microsPerMessage,
            int restarts,
            List<ForeignServer.Member> processes,
            List<String> unread) {}

    Json json() {
        Long cpu = now().cpuNanos();
        return new Json(
                reading.host(),
                now().established(),
                now().waiting(),
                now().backlog(),
                now().files(),
                maxFiles(now()),
                now().residentBytes(),
                cpus,
                cpu == null ? null : (Double) (cpu / 1e9),
                reading.bytesEach(),
                reading.filesEach(),
                micros,
                reading.restarts(),
                now().processes(),
                now().unread());
    }
}
