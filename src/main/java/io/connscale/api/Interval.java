package io.connscale.api;

import io.connscale.diagnosis.Moment;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Limits;
import io.connscale.limits.Allowance;
import io.connscale.limits.ServerEnd;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import io.connscale.stats.Health;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happened from one moment to another, as a {@link Sample} says it. Pure. */
public final class Interval {
    private static final Sample.PerSecond NOTHING = new Sample.PerSecond(0, 0, 0, 0, 0);
    /** States of a host without an agent. */
    private static final Set<String> NO_AGENT = Set.of("stopped", "starting");

    private final @Nullable Moment before;
    private final Moment now;
    private final Map<String, Seen> hosts = new LinkedHashMap<>();

    /** @param before null: nothing is known of before, and so of no rate */
    public Interval(@Nullable Moment before, Moment now) {
        this.before = before;
        this.now = now;
        now.hosts().forEach((name, heard) -> hosts.put(name, seen(before, name, heard)));
    }

    private Seen seen(@Nullable Moment before, String name, Moment.Heard heard) {
        boolean isThere = Sample.READY.equals(now.states().get(name));
        Moment.Heard then = before == null ? null : before.hosts().get(name);
        if (before != null && then == null && NO_AGENT.contains(before.states().getOrDefault(name, ""))) {
            return Seen.all(heard, Moment.seconds(before.nanos(), heard.nanos()), isThere);
        }
        return Seen.of(then, heard, isThere);
    }

    /**
     * One end: as last heard, and what it did meanwhile; null where nothing new was heard.
     *
     * @param isThere whether it can still say something: of an agent that is gone, what its host counted is known, and nothing else
     */
    private record Seen(Moment.Heard now, @Nullable Statistics last, double seconds, boolean isThere) {
        static Seen of(Moment.@Nullable Heard before, Moment.Heard now, boolean isThere) {
            return before == null || before.nanos() >= now.nanos() || !isThere
                    ? new Seen(now, null, 0, isThere)
                    : new Seen(
                            now,
                            now.counted().since(before.counted()),
                            Moment.seconds(before.nanos(), now.nanos()),
                            true);
        }

        /** An agent that has begun since: it has done all meanwhile, but for what those before it had counted. */
        static Seen all(Moment.Heard now, double seconds, boolean isThere) {
            return new Seen(now, isThere ? now.counted().own() : null, seconds, isThere);
        }
    }

    /** All since agents and server began: of no rate anything is known. */
    public static Interval sinceBegin(Moment now) {
        Map<String, Moment.Heard> hosts = new LinkedHashMap<>();
        now.hosts().forEach((name, heard) -> hosts.put(name, nothing(heard)));
        Moment.Heard server = now.server();
        return new Interval(
                new Moment(
                        now.at(), now.nanos() - 1, now.states(), null, server == null ? null : nothing(server), hosts),
                now);
    }

    private static Moment.Heard nothing(Moment.Heard heard) {
        return new Moment.Heard(heard.nanos() - 1, heard.counted().nothing(), 0, Facts.NONE);
    }

    /**
     * As a line of {@code samples.jsonl}.
     *
     * @param began when the run did
     * @param room what each limit allows beyond what is there; null where that is not known
     */
    public Sample sample(Instant began, @Nullable List<Allowance> room) {
        Seen server =
                now.server() == null ? null : Seen.of(before == null ? null : before.server(), now.server(), true);
        Map<String, Sample.End> ends = new LinkedHashMap<>();
        hosts.forEach((name, seen) -> ends.put(
                name, end(seen, counters(before == null ? null : before.hosts().get(name), seen.now))));
        return new Sample(
                now.at(),
                java.time.Duration.between(began, now.at()).toMillis() / 1e3,
                before == null ? null : (Double) Moment.seconds(before.nanos(), now.nanos()),
                difference(),
                now.states(),
                server == null ? null : end(server, counters(before == null ? null : before.server(), server.now)),
                ends,
                hosts.isEmpty() || !isWhole() ? null : sum(List.copyOf(hosts.values()), ends),
                machines(server),
                room == null ? null : room.stream().map(this::use).toList());
    }

    /** How long what took in it, by what and host: {@code client1.roundTrip}; without what was not timed. */
    public Map<String, Distribution> times() {
        Map<String, Distribution> times = new LinkedHashMap<>();
        hosts.forEach((name, seen) -> {
            if (seen.last != null) {
                times.put(name + ".connect", seen.last.times().connect());
                times.put(name + ".roundTrip", seen.last.times().roundTrip());
                times.put(name + ".roundTripSent", seen.last.times().roundTripSent());
            }
        });
        times.values().removeIf(micros -> micros.count() == 0);
        return times;
    }

    /** Whether every host has answered, at this moment or before. */
    private boolean isWhole() {
        return now.states().entrySet().stream()
                .filter(host ->
                        host.getValue().equals(Sample.READY) || host.getValue().equals("lost"))
                .allMatch(host -> now.hosts().containsKey(host.getKey()));
    }

    /** Of what was said at this moment alone: older counts would differ for that reason. */
    private @Nullable Long difference() {
        Moment.Heard server = now.server();
        if (server == null
                || !isWhole()
                || now.age(server) > 0
                || now.hosts().values().stream().anyMatch(host -> now.age(host) > 0)) {
            return null;
        }
        long held = now.hosts().values().stream()
                .mapToLong(host -> host.statistics().counts().established())
                .sum();
        return held - server.statistics().counts().established();
    }

    private static @Nullable SortedMap<String, Long> counters(Moment.@Nullable Heard before, Moment.Heard now) {
        if (before == null
                || now.counted().hasBegunSince(before.counted()) // perhaps on another machine
                || before.factsNanos() >= now.factsNanos()
                || before.facts().equals(Facts.NONE)
                || now.facts().equals(Facts.NONE)) {
            return null;
        }
        SortedMap<String, Long> grown = new TreeMap<>(now.facts().since(before.facts()));
        grown.keySet()
                .removeIf(name -> name.startsWith("loops")); // the time that event loops ran is counted beside them
        return grown;
    }

    private Sample.End end(Seen seen, @Nullable SortedMap<String, Long> counters) {
        Statistics last = seen.last;
        return end(
                now.age(seen.now),
                seen.now.statistics(),
                seen.isThere,
                seen.isThere,
                last,
                last == null ? null : perSecond(last, seen.seconds),
                seen.isThere ? counters : null,
                last == null ? List.of() : Health.unreliable(last));
    }

    /**
     * Rates are added, not counts over unequal times: a host that answers late was looked at for longer. They are known where each host that has an
     * agent has told something new; the sum of the others is nothing that anybody asked for.
     */
    private Sample.End sum(List<Seen> hosts, Map<String, Sample.End> ends) {
        List<Seen> there = hosts.stream().filter(Seen::isThere).toList();
        List<Statistics> lasts =
                there.stream().map(Seen::last).filter(Objects::nonNull).toList();
        boolean known = !there.isEmpty() && lasts.size() == there.size();
        List<String> unreliable = new ArrayList<>();
        ends.forEach((name, end) -> end.unreliable().forEach(cause -> unreliable.add(name + ": " + cause)));
        return end(
                ends.values().stream().mapToDouble(Sample.End::age).max().orElse(0),
                sum(hosts.stream().map(seen -> seen.now.statistics())),
                !there.isEmpty(),
                there.size() == hosts.size(),
                known ? sum(lasts.stream()) : null,
                known
                        ? ends.values().stream()
                                .map(Sample.End::perSecond)
                                .filter(Objects::nonNull)
                                .reduce(NOTHING, Interval::sum)
                        : null,
                null,
                unreliable);
    }

    private static Statistics sum(Stream<Statistics> all) {
        return all.reduce(Statistics.NONE, Statistics::plus);
    }

    private static Sample.PerSecond sum(Sample.PerSecond a, Sample.PerSecond b) {
        return new Sample.PerSecond(
                a.attempted() + b.attempted(),
                a.failed() + b.failed(),
                a.lost() + b.lost(),
                a.pings() + b.pings(),
                a.pongs() + b.pongs());
    }

    /**
     * @param anyThere whether there is an agent that can say something
     * @param allThere whether no agent is gone whose counts are among these
     */
    private static Sample.End end(
            double age,
            Statistics all,
            boolean anyThere,
            boolean allThere,
            @Nullable Statistics last,
            Sample.@Nullable PerSecond perSecond,
            @Nullable SortedMap<String, Long> counters,
            List<String> unreliable) {
        Snapshot counts = all.counts();
        return new Sample.End(
                age,
                counts.established(),
                counts.connecting(),
                counts.failed(),
                counts.lost(),
                counts.stopped(),
                allThere ? (Long) all.attempted() : null,
                counts.pings(),
                counts.pongs(),
                counts.skipped(),
                allThere ? (Long) all.missed() : null,
                counts.errors(),
                counts.whyFailed(),
                perSecond,
                last == null ? null : micros(last),
                anyThere
                        ? new Sample.Tcp(
                                all.tcp().sampled(),
                                all.tcp().retransmitting(),
                                all.tcp().retransmits())
                        : null,
                anyThere ? process(all.process(), last == null ? null : last.process()) : null,
                counters,
                unreliable);
    }

    private static Sample.PerSecond perSecond(Statistics last, double seconds) {
        Snapshot counts = last.counts();
        return new Sample.PerSecond(
                last.attempted() / seconds,
                counts.failed() / seconds,
                counts.lost() / seconds,
                counts.pings() / seconds,
                counts.pongs() / seconds);
    }

    private static Sample.Micros micros(Statistics last) {
        Times times = last.times();
        return new Sample.Micros(
                times(times.connect()),
                times(times.roundTrip()),
                times(times.roundTripSent()),
                times(times.loopLag()),
                times(last.tcp().rtt()));
    }

    private static Sample.Times times(Distribution micros) {
        return micros.count() == 0
                ? new Sample.Times(0, null, null, null, null, null)
                : new Sample.Times(
                        micros.count(),
                        micros.percentile(50),
                        micros.percentile(90),
                        micros.percentile(99),
                        micros.percentile(99.9),
                        micros.max());
    }

    private static Sample.ProcessUse process(ProcessLoad all, @Nullable ProcessLoad last) {
        return new Sample.ProcessUse(
                all.processes(),
                last == null ? null : (Double) last.cpus(),
                last == null ? null : (Double) last.loopBusy(),
                last == null ? null : (Long) last.collectionMillis(),
                all.heapBytes(),
                all.directBytes(),
                Limits.known(all.residentBytes()));
    }

    private Map<String, Sample.Machine> machines(@Nullable Seen server) {
        List<Seen> all = new ArrayList<>(hosts.values());
        if (server != null) {
            all.add(server);
        }
        Map<String, Sample.Machine> machines = new TreeMap<>();
        for (Seen seen : all) { // who was heard of tells more than who was not
            seen.now.statistics().machines().forEach((id, now) -> {
                MachineLoad last =
                        seen.last == null ? null : seen.last.machines().get(id);
                if (last != null || !machines.containsKey(id)) {
                    machines.put(id, machine(now, last));
                }
            });
        }
        return machines;
    }

    private static Sample.Machine machine(MachineLoad now, @Nullable MachineLoad last) {
        boolean known = last != null && last.ticks() > 0;
        return new Sample.Machine(
                now.cpus(),
                known && last != null ? (Double) last.busy() : null,
                known && last != null ? (Double) last.stolen() : null,
                now.runnable(),
                Limits.known(now.memoryBytes()),
                Limits.known(now.availableBytes()));
    }

    private Sample.Use use(Allowance row) {
        List<String> where = row.where().stream().map(end -> end.name()).toList();
        boolean hasHosts = row.where().stream().anyMatch(end -> !(end instanceof ServerEnd));
        Moment.Heard server = now.server();
        long held = hasHosts
                ? row.where().stream()
                        .filter(end -> !(end instanceof ServerEnd))
                        .map(end -> now.hosts().get(end.name()))
                        .filter(Objects::nonNull)
                        .mapToLong(heard -> heard.statistics().counts().established())
                        .sum()
                : server == null ? 0 : server.statistics().counts().established();
        if (!row.known()) {
            return new Sample.Use(row.limit(), where, held, null, null);
        }
        double use = held == 0 && row.allows() == 0 ? 1 : held / ((double) held + row.allows());
        return new Sample.Use(row.limit(), where, held, row.allows(), use);
    }
}
