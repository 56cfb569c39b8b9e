package io.connscale.report;

import io.connscale.run.Course;
import io.connscale.run.Event;
import io.connscale.run.RunInfo;
import io.connscale.run.Sample;
import io.connscale.run.Sample.End;
import io.connscale.run.Sample.Times;
import io.connscale.stats.Distribution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run as the page wants it: what {@code page.js} reads. Samples and events are added one by one, of a run that was recorded and of
 * the one that goes on alike; it stays bounded however long that takes. Not thread-safe.
 */
final class PageData {
    private static final int MAX_VERDICTS = 5;
    private static final int MAX_EVENTS = 500;
    private static final int MAX_TEXT = 2_000;
    /** Commands that change nothing: no mark in the charts. */
    private static final Set<String> LOOKS = Set.of(
            "?", "count", "doctor", "expect", "help", "history", "hosts", "page", "plan", "report", "runs", "compare",
            "save", "sleep", "stats", "watch");

    private final Series series;
    private final Course course = new Course();
    private final Map<String, Event> verdicts = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Distribution> times = new LinkedHashMap<>();
    private RunInfo info;
    private @Nullable Sample last;
    /** The last one in which a host was heard of: when all have been stopped, that is what there was to see. */
    private @Nullable Sample lastOfHosts;

    /** Connections at all hosts at once, in any sample: the chart's points are fewer. */
    private @Nullable Long most;

    private final boolean live;
    private double seconds;

    /** Of a run that is over. */
    PageData(RunInfo info) {
        this(info, false);
    }

    private PageData(RunInfo info, boolean live) {
        this.info = info;
        this.live = live;
        this.series = new Series(info.hosts().size());
    }

    /** Of the run that goes on: its numbers are those of now, known or not. */
    static PageData live(RunInfo info) {
        return new PageData(info, true);
    }

    /** What it was made with has changed. */
    void info(RunInfo newer) {
        info = newer;
    }

    /** Takes the next sample; see {@link Series#add}. */
    boolean add(Sample sample) {
        last = sample;
        seconds = Math.max(seconds, sample.t());
        End sum = sample.sum();
        if (sum != null) {
            lastOfHosts = sample;
            most = most == null ? sum.established() : (Long) Math.max(most, sum.established());
        }
        course.add(sample);
        return series.add(sample);
    }

    void add(Event event) {
        seconds = Math.max(seconds, event.t() + (event.took() == null ? 0 : event.took()));
        if (event.kind().equals(Event.VERDICT)) {
            String key = detail(event, "cause") + ' ' + detail(event, "host");
            verdicts.remove(key); // the latest of its kind, and last
            verdicts.put(key, event);
        }
        events.removeIf(began -> event.kind().equals(Event.COMMAND)
                && began.kind().equals(Event.BEGAN)
                && began.text().equals(event.text()));
        events.add(event);
        if (events.size() > MAX_EVENTS) {
            events.remove(MAX_EVENTS / 4); // how it began and how it ended say more than its middle
        }
    }

    /** How long what took in the whole run so far, by host and what: {@code client1.connect}, as {@code times.hlog} names it. */
    void times(Map<String, Distribution> whole) {
        times.clear();
        whole.forEach(
                (name, micros) -> times.merge(name.substring(name.lastIndexOf('.') + 1), micros, Distribution::plus));
    }

    /** All that is known. */
    Map<String, Object> whole() {
        Map<String, Object> data = numbers();
        data.put("whole", true);
        data.put("series", series.all());
        putInfo(data);
        putEvents(data);
        putCurves(data);
        return data;
    }

    /** What has changed with the last sample, its point alone; the rest where it has changed. */
    Map<String, Object> news(boolean info, boolean events, boolean curves) {
        Map<String, Object> data = numbers();
        data.put("series", series.newest());
        if (info) {
            putInfo(data);
        }
        if (events) {
            putEvents(data);
        }
        if (curves) {
            putCurves(data);
        }
        return data;
    }

    private Map<String, Object> numbers() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("seconds", seconds);
        data.put("end", end());
        data.put("hosts", hostRows());
        data.put(
                "warnings",
                course.warnings().stream()
                        .map(w -> Map.of("end", w.end(), "text", w.text(), "count", w.samples()))
                        .toList());
        return data;
    }

    private void putInfo(Map<String, Object> data) {
        data.put("id", info.id());
        data.put("name", info.name());
        data.put("version", info.version());
        data.put("started", info.began().toEpochMilli());
        data.put("facts", facts());
        data.put("kernels", kernels());
    }

    private void putEvents(Map<String, Object> data) {
        data.put("verdicts", latest());
        data.put("events", eventRows());
    }

    private void putCurves(Map<String, Object> data) {
        Map<String, Object> curves = new LinkedHashMap<>();
        times.forEach((name, distribution) -> curves.put(
                name,
                distribution.curve().entrySet().stream()
                        .map(point -> List.of(point.getKey(), point.getValue()))
                        .toList()));
        data.put("curves", curves);
    }

    private @Nullable Sample shown() {
        return live || lastOfHosts == null ? last : lastOfHosts;
    }

    private Map<String, Object> end() {
        Map<String, Object> end = new LinkedHashMap<>();
        Sample sample = shown();
        End server = sample == null ? null : sample.server();
        boolean stopped = sample != null && !hasAgents(sample); // what they had counted is what there was
        End sum = stopped ? lastOfHosts == null ? null : lastOfHosts.sum() : sample == null ? null : sample.sum();
        end.put("most", most);
        end.put("established", stopped ? (Long) 0L : established(sum));
        end.put("server", established(server));
        end.put("difference", sample == null ? null : sample.difference());
        end.put("failed", sum == null ? null : sum.failed());
        end.put("lost", sum == null ? null : sum.lost());
        end.put("attempted", sum == null ? null : sum.attempted());
        end.put("errors", sum == null ? Map.of() : sum.errors());
        times.forEach((name, distribution) -> end.put(name, percentiles(distribution)));
        return end;
    }

    /** While it goes on, what an end said a while ago is not what it holds now. */
    private @Nullable Long established(@Nullable End end) {
        return end == null || (live && !end.lately()) ? null : (Long) end.established();
    }

    /** Whether a host has an agent, or has lost one: else no host holds a connection, and that is known. */
    private static boolean hasAgents(Sample sample) {
        return sample.states().values().stream().anyMatch(state -> !state.equals("stopped"));
    }

    private static Map<String, Object> percentiles(Distribution micros) {
        return Map.of(
                "count", micros.count(),
                "p50", micros.percentile(50),
                "p99", micros.percentile(99),
                "max", micros.max());
    }

    private List<Map<String, Object>> latest() {
        List<Event> all = List.copyOf(verdicts.values());
        return all.subList(Math.max(0, all.size() - MAX_VERDICTS), all.size()).stream()
                .map(event -> {
                    Map<String, Object> verdict = new LinkedHashMap<>();
                    verdict.put("at", event.t());
                    verdict.put("host", detail(event, "host"));
                    verdict.put("cause", detail(event, "cause"));
                    String sentence = detail(event, "sentence");
                    verdict.put("sentence", sentence.isEmpty() ? event.text() : sentence);
                    verdict.put("remedy", detail(event, "remedy"));
                    Object unreliable =
                            event.details() == null ? null : event.details().get("unreliable");
                    verdict.put("unreliable", unreliable instanceof List<?> list ? list : List.of());
                    return verdict;
                })
                .toList();
    }

    private static String detail(Event event, String name) {
        Object value = event.details() == null ? null : event.details().get(name);
        return value == null ? "" : value.toString();
    }

    /** Those that change something are numbered, so that a chart's mark can be looked up. */
    private List<Map<String, Object>> eventRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        int marks = 0;
        List<Event> inTime =
                events.stream().sorted(Comparator.comparing(Event::t)).toList();
        for (Event event : inTime) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("at", event.t());
            row.put("kind", event.kind());
            row.put(
                    "text",
                    event.text().length() > MAX_TEXT ? event.text().substring(0, MAX_TEXT) + " …" : event.text());
            row.put("took", event.took());
            row.put("outcome", outcome(event));
            row.put("mark", marked(event) ? String.valueOf(++marks) : null);
            rows.add(row);
        }
        return rows;
    }

    private static boolean marked(Event event) {
        return switch (event.kind()) {
            case Event.BEGAN, Event.COMMAND -> !LOOKS.contains(event.text().split(" ", 2)[0]);
            case Event.EXPECT -> Boolean.FALSE.equals(event.ok());
            default -> true;
        };
    }

    private static String outcome(Event event) {
        if (event.kind().equals(Event.EXPECT)) {
            return (Boolean.FALSE.equals(event.ok()) ? "broken" : "met") + ": " + detail(event, "value") + ' '
                    + detail(event, "unit");
        }
        if (event.kind().equals(Event.BEGAN)) {
            return "not ended";
        }
        Object error = event.details() == null ? null : event.details().get("error");
        if (error instanceof Map<?, ?> why) {
            return "failed: " + why.get("message");
        }
        return Boolean.FALSE.equals(event.ok()) ? "failed" : "";
    }

    private Map<String, Object> hostRows() {
        Map<String, Object> rows = new LinkedHashMap<>();
        Sample sample = shown();
        if (sample != null) {
            sample.hosts().forEach((name, end) -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("established", end.established());
                row.put("connecting", end.connecting());
                row.put("failed", end.failed());
                row.put("lost", end.lost());
                row.put("errors", end.errors());
                row.put("residentBytes", end.residentBytes());
                Times trip = end.micros() == null ? null : end.micros().roundTrip();
                row.put("p50", trip == null ? null : trip.p50());
                row.put("p99", trip == null ? null : trip.p99());
                rows.put(name, row);
            });
        }
        return rows;
    }

    private List<Map<String, Object>> facts() {
        List<Map<String, Object>> rows = new ArrayList<>();
        fact(rows, "console", "connscale", info.version());
        fact(rows, "console", "Java", info.console().java());
        fact(
                rows,
                "console",
                "system",
                info.console().os()
                        + ' '
                        + info.console().kernel()
                        + ' '
                        + info.console().arch());
        fact(rows, "console", "CPUs", info.console().cpus());
        fact(rows, "console", "hosts file", info.console().hostsFile());
        fact(rows, "server", "target", info.server().target());
        fact(rows, "server", "place", info.server().place());
        fact(rows, "server", "addresses", String.join(", ", info.server().addresses()));
        fact(rows, "server", "transport", info.server().transport());
        fact(rows, "server", "backlog", info.server().backlog());
        info.hosts().forEach((name, host) -> {
            fact(rows, name, "launcher", (host.launcher() + ' ' + host.address()).strip());
            fact(rows, name, "source", String.join(", ", host.source()));
            fact(rows, name, "interval, timeout", host.interval() + " s, " + host.timeout() + " s");
            fact(rows, name, "rate", host.rate() == null ? "unlimited" : host.rate() + "/s");
            fact(rows, name, "workers", host.workers());
            fact(rows, name, "Java", host.java());
            fact(rows, name, "system", host.os() == null ? null : host.os() + ' ' + host.arch());
        });
        return rows;
    }

    private static void fact(List<Map<String, Object>> rows, String of, String name, @Nullable Object value) {
        if (value != null && !value.toString().isBlank()) {
            rows.add(Map.of("of", of, "name", name, "value", value.toString()));
        }
    }

    /** What the kernels said before and after. */
    private List<Map<String, Object>> kernels() {
        List<Map<String, Object>> rows = new ArrayList<>();
        kernel(rows, "server", info.server().kernel());
        info.hosts().forEach((name, host) -> kernel(rows, name, host.kernel()));
        return rows;
    }

    private static void kernel(List<Map<String, Object>> rows, String of, RunInfo.Kernel kernel) {
        SortedMap<String, Long> before = kernel.before() == null ? new TreeMap<>() : kernel.before();
        SortedMap<String, Long> after = kernel.after() == null ? new TreeMap<>() : kernel.after();
        SortedMap<String, Long> names = new TreeMap<>(before);
        names.putAll(after);
        names.keySet().forEach(name -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("of", of);
            row.put("name", name);
            row.put("before", limit(before.get(name)));
            row.put("after", limit(after.get(name)));
            row.put(
                    "changed",
                    before.containsKey(name)
                            && after.containsKey(name)
                            && !before.get(name).equals(after.get(name)));
            rows.add(row);
        });
    }

    /** JavaScript's numbers do not reach as far. */
    private static @Nullable Object limit(@Nullable Long value) {
        return value != null && value == Long.MAX_VALUE ? "no limit" : value;
    }
}
