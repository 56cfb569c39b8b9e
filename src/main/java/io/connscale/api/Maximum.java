package io.connscale.api;

import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.diagnosis.Diagnostics.Look;
import io.connscale.diagnosis.Moment;
import io.connscale.diagnosis.Moments;
import io.connscale.diagnosis.Observed;
import io.connscale.find.Search;
import io.connscale.find.Search.Run;
import io.connscale.find.Search.Step;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Allowance;
import io.connscale.limits.Catalogue;
import io.connscale.limits.HostEnd;
import io.connscale.limits.Plan;
import io.connscale.limits.ServerEnd;
import io.connscale.run.Expectation;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A search for the most connections that hosts and server hold, and for what stops them. Each number that is tried is validated: every connection has
 * a Pong after the last one came up, none is lost, both ends count the same, and the goals are met. Made by
 * {@link Connscale#maximum}. One thread runs it; any may ask how far it is. What it opened stays open.
 *
 * <p>Taken from RFC 3511, 5.2: an iterative search, and a request on each connection once all of them are established; from RFC 9411, 7.5: what is
 * counted is counted while the number is sustained, not on the way there.
 */
public final class Maximum {
    /** Waits for ends that answer; one that is silent is given up sooner. */
    private static final long ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final Duration PROGRESS = Duration.ofMillis(200);
    private static final long MAX_LOOK_MILLIS = 1_000;
    private static final long MIN_LOOK_MILLIS = 20;
    /** Beyond interval and timeout, until every connection has had its Pong. */
    private static final Duration MARGIN = Duration.ofSeconds(5);
    /** A closed connection's port is free again after 60 s (TCP_TIMEWAIT_LEN), or after a second where tcp_tw_reuse allows it. */
    private static final Duration TIME_WAIT = Duration.ofSeconds(65);

    private static final long REUSED_MILLIS = 2_000;
    /** At least, after connections were closed. */
    private static final Duration SETTLING = Duration.ofSeconds(2);
    /** Longer, what held before is waited for that does not again. */
    private static final Duration RECOVERED = Duration.ofSeconds(10);
    /** What is planned to see which limit comes first: more than any leaves. */
    private static final long VERY_MANY = 100_000_000;
    /** The first number, as a part of what is predicted, and where nothing is. */
    private static final int FIRST_PART = 8;

    private static final long FIRST = 1_000;

    /** As many connections as come up in so long tell a rate, and what part of it has to be reached. */
    private static final int RATE_SECONDS = 3;

    private static final double KEPT = 0.95;

    private static final int MORE_SOURCES = 4;
    private static final int FIRST_SOURCE = 2;
    private static final int MAX_SOURCES = 250;
    private static final int MAX_PORTS = 64;
    private static final int MAX_PORT = 65_535;

    /** Of what is tried, so large a part at least comes before the rest where memory is scarce; and the part that there is to be memory for besides. */
    private static final int APPROACHED_BY = 32;

    private static final int RESERVED = 8;

    private static final String UNKNOWN = io.connscale.limits.Verdict.UNKNOWN;
    /** Verdicts that say what happened, and no limit. */
    private static final Set<String> VAGUE = Set.of(UNKNOWN, "slow-server", "no-pong", "packets-lost");
    /** The verdict that the agent itself is the limit. */
    private static final String GENERATOR = "generator";

    /**
     * What is searched.
     *
     * @param goals what must be so at the maximum, beside that nothing is lost
     * @param width how near both bounds are to come, as a part of the maximum
     * @param hold how long the maximum is held
     * @param repeat how often it is searched
     * @param within no step begins later; also the last word where it takes longer
     * @param perSecond new connections per second on each host; empty: what is set there
     * @param agreed as {@link Opening.Request} has it
     * @param lift whether limits are lifted that need no root: more source addresses of loopback, more processes
     */
    public record Request(
            List<Expectation> goals,
            double width,
            Duration hold,
            int repeat,
            Duration within,
            OptionalLong perSecond,
            boolean agreed,
            boolean lift) {
        public static final Request DEFAULT = new Request(
                List.of(), 0.01, Duration.ofSeconds(60), 3, Duration.ofHours(1), OptionalLong.empty(), false, false);

        public Request {
            goals = List.copyOf(goals);
            for (Expectation goal : goals) {
                if (goal.name().equals("verdict") || goal.over() != null) {
                    throw new IllegalArgumentException(
                            "a goal is a number while connections are held, as lost == 0 or roundTrip.p99 < 20ms: "
                                    + goal);
                }
            }
            if (!(width >= 0.0001 && width <= 0.5)) {
                throw new IllegalArgumentException("the width is 0.01% to 50%");
            }
            if (repeat < 1 || repeat > 100) {
                throw new IllegalArgumentException("repeat is 1 to 100");
            }
        }
    }

    /** By what a search ended. */
    public enum End {
        /** A limit of a kernel, of a process, of the server, is reached. */
        HARD_LIMIT,
        /** With more, a goal is not met. */
        GOAL_BROKEN,
        /** More would use up a machine's memory: they were not tried. */
        MEMORY_GUARD,
        /** The hosts that open the connections can't do more. */
        GENERATOR,
        /** With more, connections were lost or not answered, and nothing that was seen explains it. */
        WIDTH_REACHED,
        /** Time was up before it was known. */
        TIME_BUDGET,
        /** The user ended it. */
        INTERRUPTED;

        /** {@code hard-limit}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * What keeps the number from being larger.
     *
     * @param what in a few words: {@code ports on client1}
     * @param evidence how that was seen, in a sentence
     * @param remedy what to change; may be empty
     * @param verdict where there is one
     */
    public record Limit(End end, String what, String evidence, String remedy, Optional<Verdict> verdict) {}

    /**
     * One of the searches.
     *
     * @param maximum the most that held; 0: none did
     * @param failedAt the fewest that did not; empty: none did
     * @param held whether the maximum held for the whole time
     */
    public record Once(long maximum, OptionalLong failedAt, boolean held, int steps) {}

    /**
     * A limit that was lifted.
     *
     * @param at the most that held with it
     * @param by what lifted it
     */
    public record Lifted(long at, Limit limit, String by) {}

    /**
     * What is known.
     *
     * @param maximum the most that held in each of the searches that came to an end
     * @param predicted by what {@code plan} knows; empty: no limit is known
     * @param predictedBy the limit that it named; empty: none
     * @param limit what stops more; empty: that was not found out
     * @param held how long the maximum was held, in each
     * @param runs the searches, after the last limit was lifted
     * @param lifted limits that were lifted, in turn
     */
    public record Found(
            long maximum,
            OptionalLong predicted,
            String predictedBy,
            End end,
            Optional<Limit> limit,
            Duration held,
            List<Once> runs,
            List<Lifted> lifted) {
        public Found {
            runs = List.copyOf(runs);
            lifted = List.copyOf(lifted);
        }
    }

    /** Hears how it goes. On the thread that searches. */
    public interface Listener {
        /** Of the step that is done: cheap, may come often. */
        void progress(String line);

        /** A step is over. */
        void step(String line);
    }

    /** The most that is known to be possible. */
    private record Prediction(long total, String by) {
        static final Prediction NONE = new Prediction(Facts.UNLIMITED, "");

        OptionalLong known() {
            return total > Quantity.MAX ? OptionalLong.empty() : OptionalLong.of(total);
        }
    }

    /** What is searched. */
    public enum Of {
        /** Connections that are held. */
        CONNECTIONS,
        /** New connections per second, on all hosts together. */
        RATE
    }

    private final Of of;
    private final Connscale scale;
    private final Parts parts;
    private final List<String> hosts;
    private final Request request;
    private final Listener listener;
    private final Moments moments;
    private final long began = System.nanoTime();
    /** The one that goes on. */
    private volatile Search<Limit> search;

    private final List<Lifted> lifted = new CopyOnWriteArrayList<>();
    /** Why each number failed that did. */
    private final NavigableMap<Long, Limit> failures = new ConcurrentSkipListMap<>();
    /** Hosts where connections failed: what is still to come is for the others. */
    private final Set<String> full = new LinkedHashSet<>();

    /** Why the last open request did not bring all; empty where it did, or that is not known. */
    private Optional<Verdict> whyOpened = Optional.empty();

    /** Whether kernels are asked at each moment, which takes longer: a goal is about their counters. */
    private final boolean kernels;

    private volatile Prediction prediction = Prediction.NONE;
    /** Connections that there is room for, of a search for the rate. */
    private long room = Quantity.MAX;
    /** {@link System#nanoTime()}; 0: it has closed none. */
    private long closedAt;

    Maximum(Of of, Connscale scale, Parts parts, List<String> hosts, Request request, Listener listener) {
        this.of = of;
        this.scale = scale;
        this.parts = parts;
        this.hosts = List.copyOf(hosts);
        this.request = request;
        this.listener = listener;
        this.moments = scale.moments();
        this.kernels = request.goals().stream().anyMatch(goal -> goal.name().contains("counters"));
        this.search = search(true);
    }

    private Search<Limit> search(boolean last) {
        Duration time = last ? request.hold() : Duration.ZERO;
        return new Search<>(
                of == Of.RATE ? new Rates(time) : new Steps(time),
                of == Of.RATE ? Rate.MAX : Quantity.MAX,
                request.width(),
                last ? request.repeat() : 1,
                this::timeUp);
    }

    private boolean timeUp() {
        return System.nanoTime() - began > request.within().toNanos();
    }

    /** Searches until it is known. */
    public Found run() throws InterruptedException {
        try {
            return found();
        } catch (ConnscaleException e) {
            if (e.isInterruption() && Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        }
    }

    private Found found() throws InterruptedException {
        Moment now = moment();
        request.goals().forEach(goal -> Measured.of(goal, now));
        if (of == Of.RATE) {
            if (established(now) > 0) {
                throw new ConnscaleException(
                        Quantity.text(established(now)) + " connections are open: the rate is found from none on",
                        "connections stop all " + String.join(" ", hosts));
            }
            room = predict(0).known().orElse(Quantity.MAX);
            search.run(FIRST, 0);
            return soFar(false);
        }
        for (boolean lifts = request.lift(); lifts && !timeUp(); ) {
            search = search(false);
            long at = runs(search);
            Optional<Limit> limit = limitAbove(at);
            Optional<String> by = limit.isEmpty() ? Optional.empty() : lift(limit.get());
            by.ifPresent(how -> {
                lifted.add(new Lifted(at, limit.get(), how));
                listener.step("lifted at " + Quantity.text(at) + ": " + limit.get().what + ", by " + how);
                failures.clear();
            });
            lifts = by.isPresent();
        }
        failures.clear();
        search = search(true);
        runs(search);
        return soFar(false);
    }

    /** From where it stands; what it came to. */
    private long runs(Search<Limit> one) throws InterruptedException {
        long held = established(moment());
        full.clear();
        prediction = predict(held);
        listener.step(
                prediction.known().isPresent()
                        ? "predicted: %s by %s".formatted(Quantity.text(prediction.total), prediction.by)
                        : "predicted: nothing, no limit is known");
        long predicted = prediction.known().orElse(0);
        long first = predicted == 0 ? FIRST : Math.max(1, predicted / FIRST_PART);
        List<Run<Limit>> runs = one.run(held > 0 ? held : first, predicted);
        return runs.stream().mapToLong(Run::maximum).min().orElse(0);
    }

    // What needs no root

    /** Lifts a limit, where anybody may; what did that, or nothing. */
    private Optional<String> lift(Limit limit) throws InterruptedException {
        Verdict verdict = limit.verdict.orElse(null);
        if (verdict == null || !hosts.contains(verdict.host())) {
            return Optional.empty();
        }
        return switch (verdict.cause()) {
            case "ports" -> {
                Optional<String> sources = moreSources(verdict.host());
                yield sources.isPresent() ? sources : morePorts();
            }
            case "files" -> moreProcesses(verdict.host());
            default -> Optional.empty();
        };
    }

    /** Every address of 127.0.0.0/8 is this machine's. */
    private Optional<String> moreSources(String host) throws InterruptedException {
        List<String> now = parts.cluster().status(host).config().source();
        boolean loopback = parts.cluster().targets().stream().allMatch(target -> target.startsWith("127."))
                && now.stream().allMatch(source -> source.startsWith("127."));
        int more = Math.min(MAX_SOURCES, Math.max(1, now.size()) * MORE_SOURCES);
        if (!loopback || more <= now.size()) {
            return Optional.empty();
        }
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < more; i++) {
            sources.add("127.0.0." + (FIRST_SOURCE + i));
        }
        within(parts.cluster().from(host, sources));
        return Optional.of("%d source addresses on %s (source: %s-%s)"
                .formatted(more, host, sources.get(0), sources.get(more - 1)));
    }

    /** Where no address can be added without root: at each further port of our server all of a client's are free once more. */
    private Optional<String> morePorts() throws InterruptedException {
        List<Integer> before = parts.server().ports();
        List<Integer> ports = new ArrayList<>(scale.serverPorts());
        int targets = parts.cluster().targets().size();
        int more = Math.min(MAX_PORTS, ports.size() * MORE_SOURCES);
        if (before.isEmpty() || ports.isEmpty() || more <= ports.size()) {
            return Optional.empty();
        }
        int next = Collections.max(ports) + 1; // and none that the kernel chooses: those are the clients'
        if (next + more > MAX_PORT) {
            return Optional.empty();
        }
        while (ports.size() < more) {
            ports.add(next++);
        }
        closeAll();
        listenOn(ports);
        if (parts.cluster().targets().size() <= targets) { // they are mapped to one on the way, or taken
            listenOn(before);
            return Optional.empty();
        }
        return Optional.of("%d ports of the server (server: ports: %s)"
                .formatted(more, ports.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }

    /** Where one of them can't be had it listens on none. */
    private void listenOn(List<Integer> ports) {
        scale.stopServer();
        List<Integer> before = parts.server().ports();
        parts.server().listenOn(ports);
        try {
            scale.startServer();
        } catch (ConnscaleException e) {
            listener.step("the server does not listen on more ports: " + e.getMessage());
            parts.server().listenOn(before);
            scale.startServer();
        }
    }

    /** A running agent is as many processes as it was told; another one is told that it may be more. */
    private Optional<String> moreProcesses(String host) throws InterruptedException {
        if (parts.cluster().status(host).config().workers().auto()) {
            return Optional.empty();
        }
        within(parts.cluster().grows(host));
        for (ConnscaleException why :
                scale.stop(List.of(host)).result().failed().values()) {
            throw why;
        }
        closedAt = System.nanoTime();
        for (ConnscaleException why :
                scale.start(List.of(host)).result().failed().values()) {
            throw why;
        }
        return Optional.of("as many processes on " + host + " as it needs (workers: auto)");
    }

    private static void within(CompletableFuture<Void> asked) throws InterruptedException {
        try {
            asked.get(ANSWERS_NANOS, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw ConnscaleException.of(e);
        }
    }

    /** What is known by now, for who ends it. */
    public Found interrupted() {
        return soFar(true);
    }

    private Found soFar(boolean interrupted) {
        List<Run<Limit>> runs = search.soFar().stream()
                .filter(run -> run.steps() > 0 || run.end() != Search.End.OPEN)
                .toList();
        List<Run<Limit>> whole = runs.stream().filter(Run::stayed).toList();
        Comparator<Run<Limit>> least = Comparator.comparingLong(Run::maximum);
        Optional<Run<Limit>> best =
                whole.isEmpty() ? runs.stream().max(least) : whole.stream().min(least);
        Optional<Limit> limit = best.flatMap(run -> limitAbove(run.maximum()));
        boolean late = runs.stream().anyMatch(run -> run.end() == Search.End.TIME);
        End end = interrupted
                ? End.INTERRUPTED
                : late ? End.TIME_BUDGET : limit.map(Limit::end).orElse(End.WIDTH_REACHED);
        return new Found(
                best.map(Run::maximum).orElse(0L),
                prediction.known(),
                prediction.by,
                end,
                limit,
                whole.isEmpty() ? Duration.ZERO : request.hold(),
                runs.stream()
                        .map(run -> new Once(
                                run.maximum(),
                                run.above() == 0 ? OptionalLong.empty() : OptionalLong.of(run.above()),
                                run.stayed(),
                                run.steps()))
                        .toList(),
                lifted);
    }

    /**
     * Why the fewest failed that did. What was seen of a few of them may say little: then why more did, where that says more, as
     * a hundred do that wait to be accepted.
     */
    private Optional<Limit> limitAbove(long maximum) {
        List<Limit> above = List.copyOf(failures.tailMap(maximum, false).values());
        return above.stream()
                .filter(limit -> !isVague(limit))
                .findFirst()
                .or(() -> above.stream().findFirst());
    }

    private static boolean isVague(Limit limit) {
        return limit.end == End.WIDTH_REACHED
                || limit.verdict.filter(why -> VAGUE.contains(why.cause())).isPresent();
    }

    // What is there

    private Moment moment() throws InterruptedException {
        return moments.next(ANSWERS_NANOS, kernels ? Facts.Depth.VALUES : null);
    }

    private Statistics statistics(Moment now) {
        return hosts.stream()
                .map(host -> now.hosts().get(host))
                .filter(Objects::nonNull)
                .map(Moment.Heard::statistics)
                .reduce(Statistics.NONE, Statistics::plus);
    }

    private long established(Moment now) {
        return statistics(now).counts().established();
    }

    private long established(Moment now, String host) {
        Moment.Heard heard = now.hosts().get(host);
        return heard == null ? 0 : heard.statistics().counts().established();
    }

    /** As the agents say it by themselves: nobody is asked. */
    private long lostAsHeard() {
        return hosts.stream()
                .mapToLong(host -> parts.cluster().status(host).counts().lost())
                .sum();
    }

    private Observed observe(long more, List<String> on, Look look) throws InterruptedException {
        long[] shares = OpenRequest.shares(more, on.size());
        Map<String, Long> wanted = new LinkedHashMap<>();
        for (int i = 0; i < shares.length; i++) {
            wanted.put(on.get(i), shares[i]);
        }
        OptionalLong perSecond = request.perSecond();
        Rate rate = perSecond.isPresent() ? new Rate(perSecond.getAsLong()) : null;
        Observed seen = parts.diagnostics().observe(wanted, rate, look);
        for (AgentException failed : seen.failed().values()) {
            throw ConnscaleException.of(failed);
        }
        return seen;
    }

    // What is predicted

    /** What each host's own limits allow, then what they share; the limit that allows the least is named. */
    private Prediction predict(long held) throws InterruptedException {
        Plan plan = Catalogue.ALL.plan(
                observe(VERY_MANY * hosts.size(), hosts, Look.PLAN).observation());
        Map<String, Long> each = new LinkedHashMap<>();
        hosts.forEach(host -> each.put(host, Facts.UNLIMITED / hosts.size()));
        String by = "";
        List<Allowance> rows = plan.allowances().stream()
                .filter(Allowance::known)
                .sorted(Comparator.comparingInt(row -> sharing(row).size()))
                .toList();
        for (Allowance row : rows) {
            List<String> sharing = sharing(row);
            long sum = sharing.stream()
                    .mapToLong(host -> Objects.requireNonNull(each.get(host)))
                    .sum();
            if (row.allows() < sum) {
                by = row.limit() + " on " + row.names();
                share(row.allows(), sharing, each);
            }
        }
        long sum = each.values().stream().mapToLong(Long::longValue).sum();
        return by.isEmpty() ? Prediction.NONE : new Prediction(held + sum, by);
    }

    /** The smaller first get theirs, in whatever order the hosts are named: the rest is for the others. */
    static void share(long allowed, List<String> sharing, Map<String, Long> each) {
        List<String> smallerFirst =
                sharing.stream().sorted(Comparator.comparing(each::get)).toList();
        long left = allowed;
        int others = sharing.size();
        for (String host : smallerFirst) {
            long share = Math.min(Objects.requireNonNull(each.get(host)), left / others--);
            each.put(host, share);
            left -= share;
        }
    }

    /** The hosts that have the limit together: one of the server's is all hosts'. */
    private List<String> sharing(Allowance row) {
        boolean ofServer = row.where().stream().anyMatch(ServerEnd.class::isInstance);
        return ofServer
                ? hosts
                : hosts.stream()
                        .filter(host ->
                                row.where().stream().anyMatch(end -> end.name().equals(host)))
                        .toList();
    }

    /** The steps of the search, with real connections. */
    private final class Steps implements Search.Trial<Limit> {
        private final Duration time;

        /** @param time that the maximum is held */
        Steps(Duration time) {
            this.time = time;
        }

        @Override
        public Step<Limit> go(long n) throws InterruptedException {
            long start = System.nanoTime();
            Moment before = moment();
            long held = established(before);
            Step<Limit> step;
            if (n > held) {
                awaitPorts(n - held);
                step = up(n, before);
            } else {
                shrink(before, n);
                step = recovered(n);
            }
            tell(step, "", start);
            return step;
        }

        /**
         * Opens up to {@code n}, unless memory keeps it from that. What a connection needs is estimated, and is known better once some are there: a half of
         * what is allowed is opened first, as long as that is a step worth taking. So it is the same from however far below {@code n} is tried.
         */
        private Step<Limit> up(long n, Moment before) throws InterruptedException {
            long lost = statistics(before).counts().lost();
            long held = established(before);
            while (true) {
                Optional<Allowance> guard = guard(n - held + reserve(n));
                if (guard.isEmpty()) {
                    return opened(n, before);
                }
                long half = (guard.get().allows() - reserve(n)) / 2;
                if (half <= n / APPROACHED_BY) {
                    return guarded(n, held, guard.get());
                }
                grow(held + half, lost);
                long grown = established(moment());
                if (grown < held + half) {
                    return opened(n, before); // it is not memory that keeps them from coming
                }
                held = grown;
            }
        }

        private Step<Limit> opened(long n, Moment before) throws InterruptedException {
            long lost = statistics(before).counts().lost();
            grow(n, lost);
            long more = n - established(moment());
            while (more > 0
                    && isForPorts(before)
                    && ports(more).map(ports -> ports.free() + ports.waiting()).orElse(0L) > 0) {
                listener.progress("waiting for ports in TIME-WAIT · " + Quantity.text(more) + " to go");
                Thread.sleep(REUSED_MILLIS);
                full.clear();
                grow(n, lost);
                more = n - established(moment());
            }
            return judged(n, before, Duration.ZERO, "");
        }

        /** What more has done to both ends is over after a while. */
        private Step<Limit> recovered(long n) throws InterruptedException {
            long until = System.nanoTime() + settling().toNanos() + RECOVERED.toNanos();
            Step<Limit> step = judged(n, moment(), Duration.ZERO, "going to ");
            while (!step.holds() && System.nanoTime() < until) {
                step = judged(n, moment(), Duration.ZERO, "waiting until both ends are well again at ");
            }
            return step;
        }

        @Override
        public Step<Limit> hold(long n) throws InterruptedException {
            long start = System.nanoTime();
            if (time.isZero()) {
                return Step.held(n); // it has just been looked at
            }
            Step<Limit> step = judged(n, moment(), time, "holding ");
            if (step.holds()) {
                listener.step("%s held for %s, 0 lost".formatted(Quantity.text(n), Quantity.text(time)));
            } else {
                tell(step, "", start);
            }
            return step;
        }

        @Override
        public void reset() throws InterruptedException {
            listener.progress("closing all");
            closeAll();
            OptionalLong left = difference(System.nanoTime() + TIME_WAIT.toNanos());
            for (long end = System.nanoTime() + settling().toNanos(); System.nanoTime() < end; ) {
                listener.progress(
                        "all closed" + (left.isPresent() ? " at both ends" : "") + ", waiting until that is over");
                Thread.sleep(MAX_LOOK_MILLIS);
            }
        }
    }

    /** The steps of a search for the rate: as many as come up in a few seconds at it, all of which are closed then. */
    private final class Rates implements Search.Trial<Limit> {
        private final Duration time;

        /** @param time that the maximum is kept up, a few seconds at a time */
        Rates(Duration time) {
            this.time = time;
        }

        @Override
        public Step<Limit> go(long rate) throws InterruptedException {
            long start = System.nanoTime();
            Step<Limit> step = once(rate);
            tell(step, "/s", start);
            return step;
        }

        @Override
        public Step<Limit> hold(long rate) throws InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            Step<Limit> step = Step.held(rate);
            while (step.holds() && System.nanoTime() < end) {
                long start = System.nanoTime();
                step = once(rate);
                tell(step, "/s", start);
            }
            return step;
        }

        @Override
        public void reset() {
            // nothing is left of a step
        }

        private Step<Limit> once(long rate) throws InterruptedException {
            long count = Math.max(hosts.size(), Math.min(rate * RATE_SECONDS, room / 2));
            full.clear();
            awaitPorts(count);
            Moment before = moment();
            Opening opening = scale.open(
                    hosts,
                    new Opening.Request(
                            count,
                            true,
                            OptionalLong.of(Math.max(1, rate / hosts.size())),
                            true,
                            false,
                            request.agreed()));
            await(opening, count, statistics(before).counts().lost());
            Opened opened = result(opening);
            Moment after = moment();
            Step<Limit> all = judged(count, before, Duration.ZERO, "");
            double perSecond = opened.established() / Math.max(0.001, opened.seconds());
            Step<Limit> step =
                    all.holds() ? asFast(rate, perSecond, before, after) : new Step<>(rate, 0, true, all.why());
            closeAll();
            OptionalLong unused = difference(System.nanoTime() + TIME_WAIT.toNanos());
            Thread.sleep(REUSED_MILLIS);
            return step;
        }

        private Step<Limit> asFast(long rate, double perSecond, Moment before, Moment after)
                throws InterruptedException {
            for (Expectation goal : request.goals()) {
                Measured measured = Measured.of(goal, after);
                Double value = measured.between(before, after);
                if (!measured.isMet(value)) {
                    Step<Limit> broken = broken(
                            rate,
                            goal,
                            Expectation.text(value, measured.isTime()),
                            measured.isTime() ? unreliable(before, after) : List.of());
                    return new Step<>(rate, 0, true, broken.why());
                }
            }
            if (perSecond >= rate * KEPT) {
                return Step.held(rate);
            }
            String what = "only " + Quantity.text(Math.round(perSecond)) + "/s came up";
            return new Step<>(
                    rate, 0, true, failed(rate, 0, false, what, before, after).why());
        }
    }

    private void tell(Step<Limit> step, String unit, long start) {
        Limit why = step.why();
        if (why != null) {
            failures.put(step.n(), why);
        }
        String seconds = String.format(Locale.ROOT, " · %.1f s", (System.nanoTime() - start) / 1e9);
        listener.step(
                why == null
                        ? Quantity.text(step.n()) + unit + " hold" + seconds
                        : Quantity.text(step.n()) + unit + " do not hold: " + why.what + seconds
                                + (step.wellHolds() && step.well() > 0
                                        ? " · " + Quantity.text(step.well()) + " do"
                                        : ""));
    }

    // Up and down

    private void grow(long n, long lost) throws InterruptedException {
        while (true) {
            Moment now = moment();
            long missing = n - established(now);
            List<String> room =
                    hosts.stream().filter(host -> !full.contains(host)).toList();
            if (missing <= 0 || room.isEmpty() || statistics(now).counts().lost() > lost) {
                return; // who closes old ones for new ones would never be full
            }
            Opening opening = scale.open(
                    room, new Opening.Request(missing, true, request.perSecond(), true, true, request.agreed()));
            boolean ended = await(opening, n, lost);
            Opened opened = result(opening);
            opened.hosts().forEach((host, how) -> {
                if (how.failed() > 0 || how.remaining() > 0) {
                    full.add(host);
                }
            });
            if (!ended) {
                return;
            }
        }
    }

    private Opened result(Opening opening) throws InterruptedException {
        Opened opened = opening.result();
        whyOpened = opened.verdict();
        for (ConnscaleException why : opened.failures().values()) {
            throw why;
        }
        return opened;
    }

    /** False where it was ended, since it is known already that they do not hold. */
    private boolean await(Opening opening, long n, long lost) throws InterruptedException {
        boolean ends = true;
        try {
            while (!opening.await(PROGRESS)) {
                Opened.Host sum = opening.soFar().sum();
                listener.progress("to %s · %s of %s more established · %s failed"
                        .formatted(
                                Quantity.text(n),
                                Quantity.text(sum.established()),
                                Quantity.text(sum.requested()),
                                Quantity.text(sum.failed())));
                if (lostAsHeard() > lost) {
                    ends = false;
                    opening.stop();
                }
            }
            return ends;
        } catch (InterruptedException e) {
            opening.stop();
            throw e;
        }
    }

    /** Closes the oldest, of each host in proportion to what it holds. */
    private void shrink(Moment now, long n) throws InterruptedException {
        whyOpened = Optional.empty();
        long held = established(now);
        long left = held - n;
        if (left <= 0) {
            return;
        }
        Map<String, Long> closing = new LinkedHashMap<>();
        long rest = left;
        for (String host : hosts) {
            long share = Math.min(rest, (left * established(now, host) + held - 1) / held);
            closing.put(host, share);
            rest -= share;
        }
        listener.progress("closing " + Quantity.text(left));
        close(closing);
        full.clear();
    }

    private void closeAll() throws InterruptedException {
        Map<String, Long> all = new LinkedHashMap<>();
        hosts.forEach(host -> all.put(host, Connscale.ALL));
        close(all);
        full.clear();
    }

    private void close(Map<String, Long> counts) throws InterruptedException {
        List<Pending<Closed>> all = new ArrayList<>();
        counts.forEach((host, count) -> {
            if (count > 0) {
                all.add(scale.close(count, List.of(host)));
            }
        });
        for (Pending<Closed> one : all) {
            for (ConnscaleException why : one.result().failed().values()) {
                throw why;
            }
        }
        closedAt = System.nanoTime();
    }

    /** Ports of closed connections are not free at once: what fails for that says nothing. */
    private void awaitPorts(long more) throws InterruptedException {
        Optional<Plan.Ports> ports = ports(more);
        while (ports.filter(now -> now.free() < more && now.waiting() > 0).isPresent()) {
            if (observe(more, hosts, Look.PLAN).observation().hosts().stream().allMatch(Maximum::reuses)) {
                return; // they are tried
            }
            listener.progress("waiting for " + Quantity.text(ports.get().waiting()) + " ports in TIME-WAIT");
            Thread.sleep(REUSED_MILLIS);
            ports = ports(more);
        }
    }

    /** Of a search that has just closed connections; empty where it has not. */
    private Optional<Plan.Ports> ports(long more) throws InterruptedException {
        return closedAt == 0 || System.nanoTime() - closedAt > TIME_WAIT.toNanos()
                ? Optional.empty()
                : Catalogue.ALL
                        .plan(observe(more, hosts, Look.PLAN).observation())
                        .ports();
    }

    /** Whether connections have failed since then for want of a port. */
    private boolean isForPorts(Moment then) throws InterruptedException {
        return Reasons.difference(
                        statistics(moment()).counts().errors(),
                        statistics(then).counts().errors())
                .keySet()
                .stream()
                .anyMatch(reason -> reason.equals("connect EADDRNOTAVAIL") || reason.equals("connect EADDRINUSE"));
    }

    /** So long after connections were closed the server still has to do with that. */
    private Duration settling() {
        Duration twice = longest(HostSettings::interval).multipliedBy(2);
        return twice.compareTo(SETTLING) > 0 ? twice : SETTLING;
    }

    /** Whether its kernel gives a port in TIME-WAIT out again after a second (tcp_tw_reuse 1, or 2 over loopback). */
    private static boolean reuses(HostEnd host) {
        long reuse = host.now().get(Fact.TW_REUSE);
        return reuse == 1
                || (reuse == 2
                        && host.settings().targets().stream()
                                .allMatch(target -> target.startsWith("127.") || target.startsWith("[::1]")));
    }

    private Optional<Allowance> guard(long more) throws InterruptedException {
        List<String> room = hosts.stream().filter(host -> !full.contains(host)).toList();
        return Catalogue.ALL
                .plan(observe(more, room.isEmpty() ? hosts : room, Look.BEFORE).observation())
                .killing();
    }

    /** So much memory as these would need is left alone: the processes grow by themselves, too, and who takes the last of it is killed. */
    private static long reserve(long n) {
        return n / RESERVED;
    }

    private static Step<Limit> guarded(long n, long held, Allowance memory) {
        return new Step<>(
                n,
                Math.min(n - 1, held + Math.max(0, memory.allows() - reserve(n))),
                false,
                new Limit(
                        End.MEMORY_GUARD,
                        "the memory of " + memory.names(),
                        "%s more, with room for %s left, would use up the memory of %s: %s"
                                .formatted(
                                        Quantity.text(memory.wanted() - reserve(n)),
                                        Quantity.text(reserve(n)),
                                        memory.names(),
                                        memory.calculation()),
                        memory.fix(),
                        Optional.empty()));
    }

    // Does it hold

    /** The longest of what hosts have: each connection sends a Ping in it. */
    private Duration longest(Function<HostSettings, Duration> of) {
        Map<String, HostSettings> settings = scale.settings();
        return hosts.stream()
                .map(host -> of.apply(Objects.requireNonNull(settings.get(host))))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /**
     * Waits until every connection has had a Pong for a Ping that left from now on, and for {@code atLeast}; fails at once where one is lost.
     *
     * @param before when the step began
     */
    private Step<Limit> judged(long n, Moment before, Duration atLeast, String doing) throws InterruptedException {
        Duration interval = longest(HostSettings::interval);
        Snapshot then = statistics(before).counts();
        Moment first = moment();
        long start = System.nanoTime();
        long sent = start + interval.toNanos();
        long least = start + Math.max(interval.toNanos(), atLeast.toNanos());
        long end = least + longest(HostSettings::timeout).toNanos() + MARGIN.toNanos();
        long look = Math.max(MIN_LOOK_MILLIS, Math.min(MAX_LOOK_MILLIS, interval.toMillis() / 4));
        Moment last = first;
        long lost = statistics(last).counts().lost() - then.lost();
        while (lost == 0 && System.nanoTime() < end && (System.nanoTime() < least || !answered(last, sent))) {
            Thread.sleep(look);
            last = moment();
            lost = statistics(last).counts().lost() - then.lost();
            Unanswered pings = statistics(last).unanswered();
            listener.progress("%s%s · %.0f s · %s of %s have had a Pong%s"
                    .formatted(
                            doing,
                            Quantity.text(n),
                            (System.nanoTime() - start) / 1e9,
                            Quantity.text(pings.answered()),
                            Quantity.text(established(last)),
                            pings.waitingNanos() > interval.toNanos() ? ", " + waiting(pings) : ""));
        }
        Statistics now = statistics(last);
        long established = now.counts().established();
        long answered = pings(now) ? now.unanswered().answered() : established;
        SortedMap<String, Long> errors = Reasons.difference(now.counts().errors(), then.errors());
        if (lost > 0) {
            return failed(n, answered, false, Quantity.text(lost) + " were lost: " + text(errors), first, last);
        }
        if (!answered(last, sent)) {
            return answered < established
                    ? failed(
                            n,
                            answered,
                            false,
                            Quantity.text(established - answered) + " have had no Pong",
                            first,
                            last)
                    : failed(n, 0, false, waiting(now.unanswered()), first, last);
        }
        OptionalLong difference = difference(end);
        if (difference.isPresent() && difference.getAsLong() > 0) {
            return failed(
                    n,
                    established - difference.getAsLong(),
                    false,
                    "the server holds " + Quantity.text(difference.getAsLong()) + " fewer than the hosts",
                    first,
                    last);
        }
        for (Expectation goal : request.goals()) {
            Measured measured = Measured.of(goal, last);
            Double value = measured.between(first, last);
            if (!measured.isMet(value)) {
                return broken(
                        n,
                        goal,
                        Expectation.text(value, measured.isTime()),
                        measured.isTime() ? unreliable(first, last) : List.of());
            }
        }
        return established >= n
                ? Step.held(n)
                : failed(
                        n,
                        established,
                        true,
                        Quantity.text(n - established) + " did not come up"
                                + (errors.isEmpty() ? "" : ": " + text(errors)),
                        first,
                        last);
    }

    private static String waiting(Unanswered pings) {
        return "one Ping has waited for its Pong for " + Quantity.text(Duration.ofNanos(pings.waitingNanos()));
    }

    /** What says no Ping can't be answered. */
    private static boolean pings(Statistics now) {
        return now.counts().pings() > 0;
    }

    /** @param sent by then each connection has sent a Ping, {@link System#nanoTime()} */
    private boolean answered(Moment now, long sent) {
        Statistics seen = statistics(now);
        boolean allPing = hosts.stream()
                .allMatch(host ->
                        Objects.requireNonNull(scale.settings().get(host)).active() == 1);
        return !pings(seen)
                || (seen.unanswered().count() == 0
                        && (!allPing
                                || seen.unanswered().answered() >= seen.counts().established())
                        && hosts.stream()
                                .map(host -> now.hosts().get(host))
                                .filter(Objects::nonNull)
                                .allMatch(heard -> isAnswered(heard, sent)));
    }

    /**
     * Whether no Ping that had left by {@code by} waits for its Pong.
     *
     * @param by {@link System#nanoTime()}
     */
    static boolean isAnswered(Moment.Heard heard, long by) {
        return heard.nanos() - by > heard.statistics().unanswered().waitingNanos();
    }

    /** What the hosts hold more than the server; who has just closed some waits until the server has noticed. */
    private OptionalLong difference(long end) throws InterruptedException {
        while (true) {
            OptionalLong difference = scale.count(scale.counting()).difference();
            if (difference.isEmpty()
                    || difference.getAsLong() == 0
                    || scale.target().isPresent()
                    || System.nanoTime() > end) {
                return difference;
            }
        }
    }

    private Step<Limit> failed(long n, long well, boolean wellHolds, String what, Moment first, Moment last)
            throws InterruptedException {
        Optional<Verdict> verdict =
                parts.diagnostics().verdict(hosts).map(Verdict::of).or(() -> whyOpened);
        boolean explained = verdict.filter(why -> !why.cause().equals(UNKNOWN)).isPresent();
        List<String> unreliable = explained ? List.of() : unreliable(first, last);
        Limit limit = !unreliable.isEmpty()
                ? generator(what, unreliable)
                : verdict.map(why -> limit(why, what)).orElseGet(() -> unexplained(what));
        return new Step<>(n, Math.min(n - 1, well), wellHolds && well > 0, limit);
    }

    private static Limit limit(Verdict why, String what) {
        String cause = why.cause();
        return new Limit(
                cause.equals(UNKNOWN) ? End.WIDTH_REACHED : cause.equals(GENERATOR) ? End.GENERATOR : End.HARD_LIMIT,
                cause.equals(UNKNOWN) ? what : cause + " on " + why.host(),
                why.sentence(),
                why.remedy(),
                Optional.of(why));
    }

    private static Limit unexplained(String what) {
        return new Limit(End.WIDTH_REACHED, what, what, "doctor shows the limits of both ends", Optional.empty());
    }

    private static String text(SortedMap<String, Long> errors) {
        return errors.entrySet().stream()
                .map(error -> error.getKey() + " " + Quantity.text(error.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** @param unreliable why the number is not the server's */
    private static Step<Limit> broken(long n, Expectation goal, String value, List<String> unreliable) {
        String what = goal.name() + " is " + value + ", and not " + goal.operator() + " " + goal.bound();
        return new Step<>(
                n,
                0,
                false,
                unreliable.isEmpty()
                        ? new Limit(
                                End.GOAL_BROKEN,
                                "the goal " + goal,
                                "with " + Quantity.text(n) + " " + what,
                                "stats shows where the time goes",
                                Optional.empty())
                        : generator(what, unreliable));
    }

    private static Limit generator(String what, List<String> unreliable) {
        return new Limit(
                End.GENERATOR,
                "the generator",
                what + "; " + String.join("; ", unreliable),
                "Give it more CPU, a further host, or a longer interval",
                Optional.empty());
    }

    /** What in the hosts themselves made the numbers between both moments unreliable. */
    private List<String> unreliable(Moment first, Moment last) {
        List<String> all = new ArrayList<>();
        new Interval(first, last).sample(first.at(), null).hosts().forEach((host, end) -> {
            if (hosts.contains(host)) {
                end.unreliable().forEach(why -> all.add(host + ": " + why));
            }
        });
        return all;
    }
}
