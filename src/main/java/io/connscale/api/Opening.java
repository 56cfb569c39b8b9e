package io.connscale.api;

import io.connscale.control.Agent;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.control.Threads;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are being opened on some hosts; they are whether or not somebody waits for them. Made by
 * {@link Connscale#open(List, Request)}. Any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whether stopping worked, the answers to the requests tell
public final class Opening {
    /** As a rate: as many as the machine begins. */
    public static final long UNLIMITED = Rate.UNLIMITED.perSecond();

    /** An agent bounds it from progress to progress, and one that is silent is given up. */
    private static final Duration MAX = Duration.ofDays(10_000);
    /** An agent that opens confirms the end within a second; one that does not is not waited for longer. */
    private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(10);

    /**
     * What to open.
     *
     * @param count how many more
     * @param inTotal whether that is the sum, shared out over the hosts, and not for each of them
     * @param perSecond new connections per second on each host, or {@link #UNLIMITED}; empty: what is set there
     * @param stopOnLimit whether a host ends and does not try the rest where connections fail and none comes up for 3 s, or nothing happens for 10 s
     * @param force whether to open even what would use up a machine's memory
     * @param agreed whether the owner of a server on a public network agrees to more than 1,000 connections: then the user is not asked
     * @param rising the rate changes from {@code perSecond} on; empty: it stays
     * @param keep so many are kept on each host, those that are there among them, until it is {@link Opening#stop stopped}; empty: they are opened once
     */
    public record Request(
            long count,
            boolean inTotal,
            OptionalLong perSecond,
            boolean stopOnLimit,
            boolean force,
            boolean agreed,
            Optional<Agent.Rising> rising,
            Optional<Agent.Keep> keep) {
        public Request {
            if (count < 1 || count > Quantity.MAX) {
                throw new IllegalArgumentException("count is " + count + ", must be 1 to " + Quantity.MAX);
            }
        }

        /** At one rate, once. */
        public Request(
                long count,
                boolean inTotal,
                OptionalLong perSecond,
                boolean stopOnLimit,
                boolean force,
                boolean agreed) {
            this(count, inTotal, perSecond, stopOnLimit, force, agreed, Optional.empty(), Optional.empty());
        }

        /** To a server on a private network, or after the user was asked. */
        public Request(long count, boolean inTotal, OptionalLong perSecond, boolean stopOnLimit, boolean force) {
            this(count, inTotal, perSecond, stopOnLimit, force, false);
        }

        /** The same, to a server whose owner agrees to it wherever that is. */
        public Request withAgreement() {
            return new Request(count, inTotal, perSecond, stopOnLimit, force, true, rising, keep);
        }

        /** The same, with a rate that changes. */
        public Request withRising(Agent.Rising other) {
            return new Request(count, inTotal, perSecond, stopOnLimit, force, agreed, Optional.of(other), keep);
        }

        /** The same, kept and not opened once. */
        public Request withKeep(Agent.Keep other) {
            return new Request(count, inTotal, perSecond, stopOnLimit, force, agreed, rising, Optional.of(other));
        }

        private OpenRequest on(long share, @Nullable Rate rate) {
            return new OpenRequest(share, rate, rising.orElse(null), keep.orElse(null));
        }

        @Nullable
        Rate rate() {
            return perSecond.isPresent() ? new Rate(perSecond.getAsLong()) : null;
        }

        /** So many on each host. */
        public static Request of(long count) {
            return new Request(count, false, OptionalLong.empty(), false, false);
        }
    }

    /** Hears how each host's share ends, and then why not all came up, where they did not. On any thread; must not wait. */
    public interface Listener {
        void opened(String host, Opened.Host how);

        /**
         * The host's agent was stopped or lost, say.
         *
         * @param soFar what was last heard of it
         */
        void failed(String host, ConnscaleException why, Opened.Host soFar);

        void explained(Verdict verdict);
    }

    /** One host's share. */
    private static final class Share {
        final String host;
        final Agent agent;
        final Growth growth;
        /** What was to be opened there before: an agent does one after the other. */
        final CompletableFuture<Void> earlier;

        volatile Opened.Host soFar;
        volatile CompletableFuture<Agent.Opened> request = CompletableFuture.completedFuture(Agent.Opened.none(0));

        Share(String host, Agent agent, long count) {
            this.host = host;
            this.agent = agent;
            this.growth = new Growth(System::nanoTime, count);
            this.earlier = agent.allOpened();
            this.soFar = Opened.Host.none(count);
        }

        void stop() {
            agent.stopOpening(request);
        }
    }

    private final Parts parts;
    private final boolean stopOnLimit;
    private final Map<String, Share> shares = new LinkedHashMap<>();
    private final Map<String, CompletableFuture<Opened.Host>> answers = new LinkedHashMap<>();
    private final Pending<Opened.Host> pending;
    private final Duration confirmedWithin;
    /** Hosts that were told to stop and did not say that they have: what is known of these is what they said before. */
    private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;
    /** Why nothing went on where it was ended for that; null: it was not, or nobody knows. */
    private volatile @Nullable Verdict stoodStill;

    /**
     * Begins it.
     *
     * @param counts by host; none is opened where it is 0
     * @param rates by host, where it is not the agent's own
     */
    Opening(
            Parts parts,
            Map<String, Agent> agents,
            Map<String, Long> counts,
            Request request,
            Map<String, Rate> rates) {
        this(parts, agents, counts, request, rates, CONFIRMED_WITHIN);
    }

    /** @param confirmedWithin that long after {@link #stop()} each agent has said how far it came, or is not waited for */
    Opening(
            Parts parts,
            Map<String, Agent> agents,
            Map<String, Long> counts,
            Request request,
            Map<String, Rate> rates,
            Duration confirmedWithin) {
        this.confirmedWithin = confirmedWithin;
        this.parts = parts;
        this.stopOnLimit = request.stopOnLimit();
        counts.forEach((host, count) -> {
            Share share = new Share(host, Objects.requireNonNull(agents.get(host)), count);
            shares.put(host, share);
            if (count > 0) {
                share.request = share.agent.open(request.on(count, rates.get(host)), opened -> heard(share, opened));
            }
            answers.put(host, share.request.thenApply(Opened.Host::of));
        });
        pending = new Pending<>(answers, MAX);
    }

    /** On the thread that reads the agent's channel, which must not wait: what is to be said is found out on another. */
    private void heard(Share share, Agent.Opened opened) {
        share.soFar = Opened.Host.of(opened);
        share.growth.heard(share.soFar).ifPresent(stop -> judge(share, stop));
    }

    /** Those whose agent says nothing at all. */
    private void unheard(Share share) {
        if (!share.request.isDone()) {
            share.growth.unheard(!share.earlier.isDone()).ifPresent(stop -> judge(share, stop));
        }
    }

    private void judge(Share share, Growth.Stop stop) {
        Threads.start("verdict", () -> doesNotGrow(share, stop));
    }

    /** Nobody is to wait for minutes until it is said why. */
    private void doesNotGrow(Share share, Growth.Stop stop) {
        if (stop == Growth.Stop.LIMIT && stopOnLimit) {
            share.stop();
            return; // the answer has the verdict
        }
        try {
            if (stop == Growth.Stop.STANDSTILL) {
                parts.user().notice(standstill(share));
            }
            if (stopOnLimit) {
                stoodStill = verdict().orElse(null); // first: connects that are given up show nothing
                share.stop();
                return;
            }
            parts.diagnostics()
                    .news()
                    .map(Verdict::of)
                    .ifPresent(verdict -> parts.user().notice(verdict.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String standstill(Share share) {
        if (share.soFar.seconds() <= 0) {
            return "%s: its agent has not said for 30 s how far it is".formatted(share.host);
        }
        return "%s: no progress for 10 s at %s of %s established, %s failed"
                .formatted(
                        share.host,
                        Quantity.text(share.soFar.established()),
                        Quantity.text(share.soFar.requested()),
                        Quantity.text(share.soFar.failed()));
    }

    /** How far it is, as agents say it twice a second. */
    public Opened soFar() {
        Map<String, Opened.Host> hosts = new LinkedHashMap<>();
        shares.forEach((host, share) -> hosts.put(host, share.soFar));
        return new Opened(hosts, Map.of(), Optional.empty());
    }

    /** Connections that it still has to open. */
    long remaining() {
        return shares.values().stream()
                .filter(share -> !share.request.isDone())
                .mapToLong(share ->
                        Math.max(0, share.soFar.requested() - share.soFar.established() - share.soFar.failed()))
                .sum();
    }

    /** The hosts that open first what they were asked for before. */
    public List<String> behindEarlier() {
        return shares.values().stream()
                .filter(share -> !share.earlier.isDone())
                .map(share -> share.host)
                .toList();
    }

    /** For how many seconds no connection has come up on any host; 0 where they still do. */
    public long stoppedSeconds() {
        return shares.values().stream()
                .filter(share -> share.soFar.requested() > 0)
                .mapToLong(share -> share.growth.stoppedSeconds())
                .min()
                .orElse(0);
    }

    /** Ends it where it is: what is established stays. No other open request is ended. Of an agent that does not confirm it within 10 s the last word counts. */
    public void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        shares.values().forEach(Share::stop);
        CompletableFuture.delayedExecutor(confirmedWithin.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                .execute(() -> shares.values().forEach(this::waitNoLonger));
    }

    private void waitNoLonger(Share share) {
        CompletableFuture<Opened.Host> answer = Objects.requireNonNull(answers.get(share.host));
        if (!answer.isDone()) {
            unconfirmed.add(share.host); // first: who sees the answer asks for it
            answer.complete(share.soFar);
        }
    }

    private Map<String, ConnscaleException> unconfirmed() {
        Map<String, ConnscaleException> failures = new LinkedHashMap<>();
        unconfirmed.forEach(host -> failures.put(
                host,
                new ConnscaleException(
                        host + ": the agent did not confirm the end within " + confirmedWithin.toSeconds()
                                + " s: what is said of it is what was heard before",
                        "count " + host + " asks it anew; stop " + host + " ends it")));
        return failures;
    }

    /** Waits for so long at most; whether each host's share has ended. */
    public boolean await(Duration atMost) throws InterruptedException {
        shares.values().forEach(this::unheard);
        return pending.await(atMost);
    }

    /** Waits until each host's share has ended. Of one that was {@link #stop() stopped} it is not asked why not all came up. */
    public Opened result() throws InterruptedException {
        Pending.Result<Opened.Host> ended = pending.result();
        Map<String, ConnscaleException> failures = new LinkedHashMap<>(ended.failed());
        failures.putAll(unconfirmed());
        return new Opened(
                ended.done(),
                failures,
                stopped ? Optional.empty() : verdict().or(() -> Optional.ofNullable(stoodStill)));
    }

    private Optional<Verdict> verdict() throws InterruptedException {
        return parts.diagnostics().verdict(List.copyOf(shares.keySet())).map(Verdict::of);
    }

    /** Has {@code listener} hear the end, whoever else waits for it. */
    public void onEnd(Listener listener) {
        answers.forEach((host, answer) -> answer.whenComplete((opened, failure) -> {
            if (failure == null) {
                listener.opened(host, opened);
            } else {
                listener.failed(host, ConnscaleException.of(failure), Objects.requireNonNull(shares.get(host)).soFar);
            }
        }));
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new));
        // On a thread of its own: this one reads an agent's channel, and the verdict asks that agent.
        all.whenCompleteAsync((done, failure) -> explain(listener), task -> Threads.start("verdict", task));
    }

    private void explain(Listener listener) {
        try {
            verdict().ifPresent(listener::explained);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
