package io.connscale.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run in numbers that can be compared with another's, by the names that {@code expect} knows them by. Pure.
 *
 * @param values in the order in which they are shown; those of which nothing is known are missing
 */
public record Summary(Map<String, Value> values) {
    /** Samples that are a second apart are so to some milliseconds. */
    private static final double SECOND = 0.9;

    /**
     * A number of a run.
     *
     * @param unit {@code µs}, {@code 1/s}, {@code bytes}; empty: a plain number
     * @param value the most of a state, the last of a count, the median of what each sample has
     * @param low of the samples, so that a quarter of them is at most that; null of a count
     * @param high the same, at least
     */
    public record Value(
            String unit,
            double value,
            @Nullable Double low,
            @Nullable Double high) {
        /** Whether the samples of the two overlap, so that the difference may be chance. */
        public boolean overlaps(Value other) {
            return low != null
                    && high != null
                    && other.low != null
                    && other.high != null
                    && low <= other.high
                    && other.low <= high;
        }
    }

    public Summary {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public static Summary of(Run run) {
        List<Sample.End> sums =
                run.samples().stream().map(Sample::sum).filter(Objects::nonNull).toList();
        Map<String, Value> values = new LinkedHashMap<>();
        if (!sums.isEmpty()) {
            Sample.End last = sums.get(sums.size() - 1);
            long most = sums.stream().mapToLong(Sample.End::established).max().orElse(0);
            values.put("established", new Value("", most, null, null));
            values.put("failed", new Value("", last.failed(), null, null));
            values.put("lost", new Value("", last.lost(), null, null));
            fastest(run.samples())
                    .filter(rate -> rate > 0)
                    .ifPresent(rate -> values.put("perSecond.attempted", new Value("1/s", rate, null, null)));
            spread(
                    values,
                    "perSecond.pongs",
                    "1/s",
                    sums,
                    end -> end.perSecond() == null ? null : end.perSecond().pongs());
            times(values, sums, "connect", Sample.Micros::connect);
            times(values, sums, "roundTrip", Sample.Micros::roundTrip);
            times(values, sums, "roundTripSent", Sample.Micros::roundTripSent);
            times(values, sums, "loopLag", Sample.Micros::loopLag);
            spread(values, "cpus", "", sums, Sample.End::cpus);
            List<Sample.End> full = sums.stream()
                    .filter(end -> most > 0 && end.established() == most)
                    .toList();
            spread(values, "residentBytes", "bytes", full, end -> known(end.residentBytes()));
        }
        List<Sample.End> servers = run.samples().stream()
                .map(Sample::server)
                .filter(Objects::nonNull)
                .toList();
        spread(values, "server.cpus", "", servers, Sample.End::cpus);
        return new Summary(values);
    }

    /**
     * The highest rate of attempts over a second, or over what a sample covers where that is more. A sample may cover less, the last one of a run say, and
     * tells nothing alone: the ones before it are looked at with it. Empty where no second is known.
     */
    private static Optional<Double> fastest(List<Sample> samples) {
        double highest = -1;
        for (int end = samples.size() - 1; end >= 0; end--) {
            double seconds = 0;
            double attempted = 0;
            for (int i = end; i >= 0 && seconds < SECOND; i--) {
                Double length = samples.get(i).seconds();
                Sample.End sum = samples.get(i).sum();
                Sample.PerSecond rate = sum == null ? null : sum.perSecond();
                if (length == null || rate == null) {
                    break;
                }
                seconds += length;
                attempted += rate.attempted() * length;
            }
            if (seconds >= SECOND) {
                highest = Math.max(highest, attempted / seconds);
            }
        }
        return highest < 0 ? Optional.empty() : Optional.of(highest);
    }

    private static @Nullable Double known(@Nullable Long value) {
        return value == null ? null : (Double) value.doubleValue();
    }

    private static void times(
            Map<String, Value> values, List<Sample.End> ends, String name, Function<Sample.Micros, Sample.Times> what) {
        spread(
                values,
                name + ".p50",
                "µs",
                ends,
                end -> end.micros() == null
                        ? null
                        : known(what.apply(end.micros()).p50()));
        spread(
                values,
                name + ".p99",
                "µs",
                ends,
                end -> end.micros() == null
                        ? null
                        : known(what.apply(end.micros()).p99()));
    }

    private static void spread(
            Map<String, Value> values,
            String name,
            String unit,
            List<Sample.End> ends,
            Function<Sample.End, @Nullable Double> of) {
        List<Double> sorted = new ArrayList<>();
        for (Sample.End end : ends) {
            Double value = of.apply(end);
            if (value != null) {
                sorted.add(value);
            }
        }
        Collections.sort(sorted);
        if (!sorted.isEmpty()) {
            int n = sorted.size();
            values.put(name, new Value(unit, sorted.get(n / 2), sorted.get(n / 4), sorted.get(n - 1 - n / 4)));
        }
    }

    /** Why the numbers of two runs can't be compared as they are, a sentence each. */
    public static List<String> incomparable(Run first, Run other) {
        List<String> why = new ArrayList<>();
        RunInfo a = first.info();
        RunInfo b = other.info();
        differ(why, "connscale", a.version(), b.version());
        differ(why, "kernel", a.console().kernel(), b.console().kernel());
        differ(why, "Java", a.console().java(), b.console().java());
        differ(why, "CPUs of the console", a.console().cpus(), b.console().cpus());
        differ(why, "server", where(a.server()), where(b.server()));
        differ(
                why,
                "machine of the server",
                a.server().kernel().machine(),
                b.server().kernel().machine());
        limits(why, "the server", a.server().kernel(), b.server().kernel());
        differ(why, "hosts that were used", used(first), used(other));
        for (String host : used(first)) {
            RunInfo.Host one = a.hosts().get(host);
            RunInfo.Host two = b.hosts().get(host);
            if (one != null && two != null && used(other).contains(host)) {
                differ(why, "Java on " + host, one.java(), two.java());
                differ(
                        why,
                        "machine of " + host,
                        one.kernel().machine(),
                        two.kernel().machine());
                differ(why, "interval on " + host + " in s", one.interval(), two.interval());
                differ(why, "timeout on " + host + " in s", one.timeout(), two.timeout());
                differ(why, "rate on " + host, rate(one), rate(two));
                differ(why, "source addresses on " + host, one.source(), two.source());
                differ(why, "workers on " + host, one.workers(), two.workers());
                limits(why, host, one.kernel(), two.kernel());
            }
        }
        unreliable(why, first);
        unreliable(why, other);
        return why;
    }

    private static String where(RunInfo.Server server) {
        return server.target() == null ? "on " + server.place() : server.target();
    }

    private static String rate(RunInfo.Host host) {
        return host.rate() == null ? "unlimited" : host.rate() + "/s";
    }

    private static void differ(List<String> why, String what, @Nullable Object a, @Nullable Object b) {
        if (!Objects.equals(a, b)) {
            why.add("different " + what + ": " + (a == null ? "unknown" : a) + " and " + (b == null ? "unknown" : b));
        }
    }

    /** Of what was set before: what is true now, and what was counted, is another in every run. */
    private static void limits(List<String> why, String where, RunInfo.Kernel a, RunInfo.Kernel b) {
        if (a.before() == null || b.before() == null) {
            return;
        }
        Set<String> names = new TreeSet<>(a.before().keySet());
        names.retainAll(b.before().keySet());
        Map<String, Long> one = a.before();
        Map<String, Long> two = b.before();
        names.stream()
                .filter(Summary::isLimit)
                .filter(name -> !Objects.equals(one.get(name), two.get(name)))
                .forEach(name -> differ(why, name + " of " + where, one.get(name), two.get(name)));
    }

    private static boolean isLimit(String name) {
        return name.startsWith("RLIMIT_")
                || name.startsWith("net.core.")
                || name.startsWith("net.ipv4.")
                || name.startsWith("fs.nr_open")
                || name.startsWith("fs.file-max")
                || name.startsWith("kernel.")
                || name.equals("net.netfilter.nf_conntrack_max")
                || name.equals("memory.max")
                || name.equals("cpu.max")
                || name.equals("pids.max")
                || name.equals("cpus")
                || name.equals("MemTotal");
    }

    /** The hosts that had an agent. */
    private static Set<String> used(Run run) {
        Set<String> used = new LinkedHashSet<>();
        run.samples().forEach(sample -> used.addAll(sample.hosts().keySet()));
        return used;
    }

    private static void unreliable(List<String> why, Run run) {
        Map<String, Integer> samples = new TreeMap<>();
        for (Sample sample : run.samples()) {
            sample.hosts().forEach((name, end) -> count(samples, name, end));
            count(samples, "the server", sample.server());
        }
        int all = run.samples().size();
        samples.forEach((name, n) -> why.add("numbers of " + name + " in "
                + run.info().id() + " are unreliable in " + n + " of " + all + " samples"));
    }

    private static void count(Map<String, Integer> samples, String name, Sample.@Nullable End end) {
        if (end != null && !end.unreliable().isEmpty()) {
            samples.merge(name, 1, Integer::sum);
        }
    }
}
