package io.connscale.api;

import io.connscale.control.Nearest;
import io.connscale.diagnosis.Moment;
import io.connscale.run.Expectation;
import io.connscale.run.Measure;
import io.connscale.run.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The number that an expectation is about, taken from moments of both ends: for {@code expect}, and for the goals of a search. Pure. */
public final class Measured {
    private static final String UNRELIABLE = "unreliable";
    private static final String SERVER = "server.";

    /** Numbers by name; others of a sample may be named, too. */
    public static final List<String> NAMES = List.of(
            "established",
            "connecting",
            "failed",
            "lost",
            "attempted",
            "pings",
            "pongs",
            "skipped",
            "missed",
            "server.established",
            "perSecond.attempted",
            "perSecond.pongs",
            "connect.p99",
            "roundTrip.p50",
            "roundTrip.p99",
            "roundTripSent.p99",
            "loopLag.p99",
            "cpus",
            "residentBytes",
            "difference",
            UNRELIABLE);

    private final Expectation expected;
    private final @Nullable Measure measure;

    private Measured(Expectation expected, @Nullable Measure measure) {
        this.expected = expected;
        this.measure = measure;
    }

    /**
     * Of what is there at this moment.
     *
     * @throws IllegalArgumentException in words for the user: no number is called so, or it can't be compared with that bound
     */
    public static Measured of(Expectation expected, Moment now) {
        String name = expected.name();
        Sample sample = Interval.sinceBegin(now).sample(now.at(), null);
        Optional<Measure> named =
                name.equals(UNRELIABLE) ? Optional.empty() : Measure.named(name, Measure.members(sample));
        if (named.isEmpty() && !isDocumented(name, now.states().keySet())) {
            throw new IllegalArgumentException("no number is called " + name
                    + Nearest.word(name, NAMES)
                            .map(near -> ", did you mean " + near + "?")
                            .orElse(""));
        }
        Measured measured = new Measured(expected, named.orElse(null));
        if (measured.isThere()) {
            measured.bound();
        }
        return measured;
    }

    /** Whether it is a number that there may be, though not now. */
    private static boolean isDocumented(String name, Set<String> hosts) {
        return NAMES.contains(name)
                || (name.startsWith(SERVER) && NAMES.contains(name.substring(SERVER.length())))
                || hosts.stream()
                        .map(host -> "hosts." + host + ".")
                        .anyMatch(host -> name.startsWith(host) && NAMES.contains(name.substring(host.length())));
    }

    private boolean isUnreliable() {
        return expected.name().equals(UNRELIABLE);
    }

    /** Whether there is such a number now: a server that does not run has none. */
    public boolean isThere() {
        return measure != null || isUnreliable();
    }

    /** Whether it is in microseconds. */
    public boolean isTime() {
        return measure != null && measure.isTime();
    }

    /** Whether one moment is enough for it. */
    public boolean isOfAMoment() {
        return measure != null && !measure.isOfAnInterval();
    }

    /** Whether it neither only grows nor covers a time: over a time it is looked at again and again. */
    public boolean isState() {
        return measure != null && !measure.isOfAnInterval() && !measure.isOfDurations() && !measure.onlyGrows();
    }

    /** What it is compared with. */
    public double bound() {
        return expected.number(isTime());
    }

    /** Since all began; null: unknown. */
    public @Nullable Double at(Moment now) {
        return measure == null ? null : measure.in(members(Interval.sinceBegin(now), now));
    }

    /** What happened from one to the other, or is so at the last; null: unknown. */
    public @Nullable Double between(Moment first, Moment last) {
        if (isUnreliable()) {
            return unreliable(new Interval(first, last).sample(first.at(), null));
        }
        if (measure == null) {
            return null;
        }
        if (measure.isOfAnInterval() || measure.isOfDurations()) {
            return measure.in(members(new Interval(first, last), first));
        }
        Double now = at(last);
        Double before = at(first);
        return !measure.onlyGrows() || now == null ? now : before == null ? null : (Double) (now - before);
    }

    /** Whether that is as expected; what is unknown is not. */
    public boolean isMet(@Nullable Double value) {
        return value != null && expected.operator().holds(value, bound());
    }

    private static Map<?, ?> members(Interval interval, Moment began) {
        return Measure.members(newlyHeard(interval.sample(began.at(), null)));
    }

    /**
     * Without the ends that have not answered in time: what they said last is not what is so now. Nor is a sum with such a host in it. Whose agent is gone
     * is not waited for: what its host counted is so.
     */
    static Sample newlyHeard(Sample sample) {
        Sample.End server = sample.server();
        Map<String, Sample.End> hosts = new LinkedHashMap<>(sample.hosts());
        hosts.entrySet()
                .removeIf(host -> Sample.READY.equals(sample.states().get(host.getKey())) && !isNew(host.getValue()));
        boolean whole = hosts.size() == sample.hosts().size();
        return new Sample(
                sample.at(),
                sample.t(),
                sample.seconds(),
                sample.difference(),
                sample.states(),
                server != null && isNew(server) ? server : null,
                hosts,
                whole ? sample.sum() : null,
                sample.machines(),
                sample.limits());
    }

    private static boolean isNew(Sample.End end) {
        return end.age() == 0 && end.perSecond() != null;
    }

    /** How many sentences there are about what makes the numbers unreliable; null where no host has an agent, or an end has not answered. */
    static @Nullable Double unreliable(Sample all) {
        Sample sample = newlyHeard(all);
        Sample.End server = sample.server();
        if (sample.sum() == null || (all.server() != null && server == null)) {
            return null;
        }
        return (double) (sample.hosts().values().stream()
                        .mapToLong(host -> host.unreliable().size())
                        .sum()
                + (server == null ? 0 : server.unreliable().size()));
    }
}
