package io.connscale.cluster;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Message;
import io.connscale.control.Quantity;
import io.connscale.stats.Counted;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code hosts.yaml} and the agent that runs there. Whatever happens to it is put in one queue, and one thread, the
 * owner, takes it from there: nothing else changes its state, and nothing that the owner does waits. All that takes time is the
 * {@link Session}'s. Each start has a session of its own; what one that was overtaken still says changes nothing.
 *
 * <pre>
 *            start      session ready  session failed  session ended  no heartbeat  stop
 * STOPPED    STARTING                                                               STOPPED
 * STARTING   refused    READY          as before       as before                    STOPPED, closes the session
 * READY      refused                                   LOST           LOST          STOPPED, closes the session
 * LOST       STARTING                                                               STOPPED, forgets the counts
 * </pre>
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what becomes of a session is put in the queue; how one is closed concerns nobody
final class Host {
    /** Lines of its standard error that are shown of an agent that was lost; the log has more. */
    private static final int MAX_LAST_ERRORS = 5;
    /** Over all hosts: a host that was listed no more and is listed again must not have an earlier one's. */
    private static final AtomicLong AGENTS = new AtomicLong();

    /**
     * One start: the connection, the process, the agent and its heartbeat. What it opened is its own, and it closes nothing else.
     * No method waits, but for {@link #configure}.
     */
    interface Session {
        /** Launches the agent. Once. */
        void begin();

        /** Completes when the agent takes requests; fails with an {@link AgentException} where it never will. */
        CompletableFuture<Message.Hello> ready();

        /** How the agent ended that was ready. */
        CompletableFuture<Ending> ended();

        /** The agent that is ready. */
        AgentProcess agent();

        /** What a start is doing, in a few words; empty where it is done. */
        String step();

        /** Its counts as last heard. */
        Snapshot counts();

        /** How many processes the agent is; 0 where there is none yet. */
        int workers();

        /** Which of these has said nothing for so long that its counts are old; null: none. */
        @Nullable
        Silence silence();

        /** Has the agent do as {@code config} says from now on. May have to ask where the server is: not for the owner. */
        CompletableFuture<Void> configure(HostConfig config);

        /** Once per second: for how many seconds there was no heartbeat, though it was listened for. */
        int tick();

        /** {@code , process 123 is stopped (state T)}, as far as that can be seen from here; else empty. */
        default String stoppedText() {
            return "";
        }

        /**
         * Ends all that was opened, a start that is under way too: {@link #ready()} fails, and what waits for the agent does,
         * with {@code why}. Completes when that is done.
         */
        CompletableFuture<Void> close(AgentException why);
    }

    /**
     * All there is to know, at one moment. Only the owner makes a new one.
     *
     * @param session of the agent that is starting or ready
     * @param before the counts of agents that were lost here: what they held stays counted as lost
     * @param agent which one is ready, of all that this program has started; {@link Counted#NONE} where none is
     * @param why the last of them was lost, a clause; empty where the host is not lost
     */
    private record Now(
            HostConfig config,
            State state,
            @Nullable Session session,
            Message.@Nullable Hello hello,
            Snapshot before,
            long agent,
            String why) {}

    private final String name;
    private final String launcher;
    private final Function<HostConfig, Session> sessions;
    private final Executor owner;
    private final Executor others;
    private final Consumer<String> notices;
    private final Consumer<String> losses;
    private Notices told;
    private volatile Now now;

    /**
     * A host without an agent.
     *
     * @param launcher how agents are launched there, in a word
     * @param sessions makes one for each start
     * @param owner runs one task at a time, in their order
     * @param others runs what those do who wait for an outcome
     * @param notices hears what the user should know at once; must not wait
     * @param losses hears the name each time that connections here ended unasked; must not wait
     */
    Host(
            HostConfig config,
            String launcher,
            Function<HostConfig, Session> sessions,
            Executor owner,
            Executor others,
            Consumer<String> notices,
            Consumer<String> losses) {
        this.name = config.name();
        this.launcher = launcher;
        this.sessions = sessions;
        this.owner = owner;
        this.others = others;
        this.notices = notices;
        this.losses = losses;
        this.told = new Notices(name);
        this.now = new Now(config, State.STOPPED, null, null, Snapshot.NONE, Counted.NONE, "");
    }

    HostStatus status() {
        Now at = now;
        Session session = at.session;
        return session == null
                ? new HostStatus(at.config, launcher, at.state, "", at.hello, at.before, 0, null, at.why)
                : new HostStatus(
                        at.config,
                        launcher,
                        at.state,
                        session.step(),
                        at.hello,
                        at.before.plus(session.counts()),
                        session.workers(),
                        session.silence(),
                        at.why);
    }

    /** As above, when all that has happened until now is taken in. */
    CompletableFuture<HostStatus> settled() {
        return CompletableFuture.runAsync(() -> {}, owner).thenApply(done -> status());
    }

    /** The agent that is ready here. */
    AgentProcess ready() throws AgentException {
        Now at = now;
        if (at.session == null || at.state != State.READY) {
            throw new AgentException(name + " is " + at.state, "start " + name + " first");
        }
        return at.session.agent();
    }

    /** All that the agent here knows of its work, and what those before it had counted; without one, the counts alone. */
    CompletableFuture<Counted> counted() {
        Now at = now;
        if (at.session == null || at.state != State.READY) {
            return CompletableFuture.completedFuture(
                    new Counted(Statistics.of(status().counts()), at.before, Counted.NONE));
        }
        Statistics before = Statistics.of(at.before);
        return at.session.agent().statistics().thenApply(its -> new Counted(before.plus(its), at.before, at.agent));
    }

    /** What agents that were lost here had counted. */
    Snapshot before() {
        return now.before;
    }

    /** Launches an agent; completes when it is ready. */
    CompletableFuture<Message.Hello> start() {
        CompletableFuture<Message.Hello> started = new CompletableFuture<>();
        owner.execute(() -> start(started));
        return started;
    }

    private void start(CompletableFuture<Message.Hello> started) {
        Now before = now;
        if (before.state == State.READY || before.state == State.STARTING) {
            fail(started, new AgentException(name + " is " + before.state + " already", "stop " + name + " ends it"));
            return;
        }
        Session session = sessions.apply(before.config);
        now = new Now(before.config, State.STARTING, session, null, before.before, Counted.NONE, "");
        session.ready()
                .whenComplete((hello, failure) -> owner.execute(() -> {
                    if (failure != null) {
                        failed(session, before);
                        fail(started, AgentException.of(failure));
                    } else if (now.session == session) {
                        ready(session, hello, before.config);
                        others.execute(() -> started.complete(hello));
                    } else {
                        fail(started, new AgentException(name + " was stopped while it started", "start " + name));
                    }
                }));
        session.begin();
    }

    private void failed(Session session, Now before) {
        if (now.session == session) {
            now = new Now(now.config, before.state, null, null, now.before, Counted.NONE, before.why);
        }
    }

    private void fail(CompletableFuture<?> asked, AgentException why) {
        others.execute(() -> asked.completeExceptionally(why));
    }

    private void ready(Session session, Message.Hello hello, HostConfig configured) {
        told = new Notices(name);
        now = new Now(now.config, State.READY, session, hello, now.before, AGENTS.incrementAndGet(), "");
        session.ended().thenAccept(ending -> owner.execute(() -> ended(session, ending)));
        if (!now.config.equals(configured)) { // it was changed while the agent started
            others.execute(() -> session.configure(now.config));
        }
    }

    private void ended(Session session, Ending ending) {
        String hint = ending.exhausted().map(what -> what.hint() + " · ").orElse("");
        if (lost(session, ending.clause(), name + ": " + ending.clause(), hint + ending.remedy(name))) {
            ending.lastErrors(MAX_LAST_ERRORS).forEach(line -> notices.accept(name + " | " + line));
        }
    }

    /**
     * The agent is gone though nobody asked for that, and its connections with it.
     *
     * @param why a clause, for the notice
     * @param failure what those hear who wait for the agent
     * @param remedy what brings it back
     * @return false where it is another session's time
     */
    private boolean lost(Session session, String why, String failure, String remedy) {
        if (now.session != session) {
            return false;
        }
        Snapshot last = session.counts();
        Snapshot all = now.before.plus(last.afterLoss("agent lost"));
        now = new Now(now.config, State.LOST, null, null, all, Counted.NONE, why);
        session.close(new AgentException(failure, remedy));
        notices.accept(
                "%s lost, with %s: %s · %s".formatted(name, Notices.connections(last.established()), why, remedy));
        return true;
    }

    /** Ends the agent; its connections end because the user asked, and its counts are forgotten. False where there was none. */
    CompletableFuture<Boolean> stop() {
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        owner.execute(() -> stop(stopped));
        return stopped;
    }

    private void stop(CompletableFuture<Boolean> stopped) {
        Now before = now;
        now = new Now(before.config, State.STOPPED, null, null, Snapshot.NONE, Counted.NONE, "");
        CompletableFuture<Void> closed = before.session == null
                ? CompletableFuture.completedFuture(null)
                : before.session.close(new AgentException(name + " was stopped", "start " + name + " starts it again"));
        closed.whenComplete((done, failure) -> others.execute(() -> stopped.complete(before.state != State.STOPPED)));
    }

    /** From now on these intervals and this rate, here and in the agent if there is one. */
    CompletableFuture<Void> change(UnaryOperator<ClientConfig> change) {
        return reconfigure(config -> config.with(change.apply(config.client())));
    }

    /** The same of all that an agent may be told while it runs. */
    CompletableFuture<Void> reconfigure(UnaryOperator<HostConfig> change) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            HostConfig config = change.apply(now.config);
                            now = new Now(config, now.state, now.session, now.hello, now.before, now.agent, now.why);
                            return now;
                        },
                        owner)
                .thenComposeAsync(
                        changed -> changed.session == null || changed.state != State.READY
                                ? CompletableFuture.completedFuture(null)
                                : changed.session.configure(changed.config),
                        others);
    }

    /**
     * Once per second: says what connections ended, and declares an agent lost that has no heartbeat.
     *
     * @param silentSeconds without a heartbeat, after which an agent is lost
     */
    void tick(int silentSeconds) {
        owner.execute(() -> {
            Session session = now.session;
            if (session == null) {
                return;
            }
            int silent = session.tick();
            if (now.state == State.READY && silent >= silentSeconds) {
                String why = "no heartbeat for " + silentSeconds + " s" + session.stoppedText();
                lost(session, why, name + ": " + why + "; declared lost", "start " + name + " brings it back");
            } else if (now.state == State.READY) {
                told.tick(session.counts()).ifPresent(line -> {
                    notices.accept(line);
                    losses.accept(name);
                });
            }
        });
    }

    /**
     * Says when connections of one agent end unasked: at once the first time, then at most every {@value #QUIET} seconds with
     * what came together meanwhile. One thread, the watch's.
     */
    static final class Notices {
        private static final int QUIET = 5;

        private final String host;
        private Snapshot told = Snapshot.NONE;
        private int quiet;

        Notices(String host) {
            this.host = host;
        }

        /** Once a second, with the agent's own counts; a line where there is something to say. */
        Optional<String> tick(Snapshot now) {
            quiet = Math.max(0, quiet - 1);
            if (now.lost() <= told.lost() || quiet > 0) {
                return Optional.empty();
            }
            String reasons = reasons(Reasons.difference(now.errors(), told.errors()));
            String line = host + "  " + connections(now.lost() - told.lost()) + " lost"
                    + (reasons.isEmpty() ? ", for no reason that its agent named" : ": " + reasons);
            told = now;
            quiet = QUIET;
            return Optional.of(line);
        }

        static String connections(long n) {
            return n == 1 ? "1 connection" : Quantity.text(n) + " connections";
        }

        private static String reasons(Map<String, Long> errors) {
            return errors.entrySet().stream()
                    .filter(e -> !e.getKey().startsWith("connect ")) // that one never came up: failed, not lost
                    .map(e -> e.getKey() + " " + Quantity.text(e.getValue()))
                    .collect(Collectors.joining(", "));
        }
    }
}
