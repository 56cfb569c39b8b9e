package io.connscale.cluster;

import io.connscale.cluster.config.ClientConfig;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.deploy.Installation;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Settings;
import io.connscale.stats.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code hosts.yaml} and the agent that runs there. Any thread may call; what is wanted and what is there
 * change under this object's lock, and nothing waits while it is held.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how an agent ended is told as a notice
final class Host {
    private static final long HELLO_SECONDS = 30;
    /** Lines of its standard error that are shown of an agent that was lost; the log has more. */
    private static final int MOST_LAST_WORDS = 5;

    private final Launcher launcher;
    private final Installer installer;
    private final Supplier<List<String>> targets;
    private final Consumer<String> notices;
    private HostConfig config;
    private State state = State.STOPPED;
    /** Another one with each start and stop: a start that finds it changed has been overtaken and gives way. */
    private Object turn = new Object();
    /** The thread that starts an agent, so that a stop can end its wait; null where none does. */
    private @Nullable Thread starter;
    /** What a start is doing, in a few words. */
    private volatile String step = "";

    private @Nullable RemoteAgent agent;
    /** Of the agent that is ready. */
    private Message.@Nullable Hello hello;

    private Notices losses;
    /** The counts of agents that were lost here: what they held stays counted as lost. */
    private Snapshot before = Snapshot.NONE;

    Host(
            HostConfig config,
            Launcher launcher,
            Installer installer,
            Supplier<List<String>> targets,
            Consumer<String> notices) {
        this.config = config;
        this.launcher = launcher;
        this.installer = installer;
        this.targets = targets;
        this.notices = notices;
        this.losses = new Notices(config.name());
    }

    String name() {
        return config.name();
    }

    synchronized HostStatus status() {
        Snapshot now = agent == null ? Snapshot.NONE : agent.latest();
        int workers = agent == null ? 0 : agent.workers();
        return new HostStatus(config, launcher.toString(), state, step, hello, before.plus(now), workers);
    }

    /** The agent that takes orders here. */
    synchronized RemoteAgent ready() throws AgentException {
        if (agent == null || state != State.READY) {
            throw new AgentException(name() + " is " + state, "start " + name() + " first");
        }
        return agent;
    }

    /** What agents that were lost here had counted. */
    synchronized Snapshot before() {
        return before;
    }

    /** Launches an agent and waits until it takes orders; {@link #stop()} from another thread ends the wait. */
    Message.Hello start() throws AgentException {
        Object mine = new Object();
        State fallback = begin(mine);
        RemoteAgent started = null;
        boolean ready = false;
        try {
            started = new RemoteAgent(name(), launch(), notices);
            launched(mine, started);
            step = "waiting for its agent";
            Message.Hello greeting = within(HELLO_SECONDS, started.hello(), started);
            within(HELLO_SECONDS, started.configure(settings()), started);
            nowReady(mine, started, greeting);
            ready = true;
            return greeting;
        } catch (InterruptedException e) {
            throw stoppedMeanwhile(); // only a stop interrupts a start
        } finally {
            begun();
            if (!ready) {
                failed(mine, started, fallback);
            }
        }
    }

    /** The state to go back to should the start fail. */
    private synchronized State begin(Object mine) throws AgentException {
        if (state == State.READY || state == State.STARTING) {
            throw new AgentException(name() + " is " + state + " already", "stop " + name() + " ends it");
        }
        State fallback = state;
        state = State.STARTING;
        turn = mine;
        starter = Thread.currentThread();
        step = "connecting";
        return fallback;
    }

    /** The start is over, whatever came of it: nobody is to be interrupted any more. */
    private synchronized void begun() {
        starter = null;
        step = "";
    }

    private synchronized HostConfig config() {
        return config;
    }

    private Process launch() throws AgentException, InterruptedException {
        try {
            HostConfig now = config();
            if (now.launch() instanceof Launch.Local) {
                return launcher.start(AgentCommand.local(now)); // this machine has this Java and this jar
            }
            Installation there = installer.install(launcher, now.java(), doing -> step = doing);
            return launcher.start(AgentCommand.remote(now, there));
        } catch (AgentException e) {
            throw new AgentException(name() + ": " + e.message(), e.hint(), e);
        }
    }

    private synchronized void launched(Object mine, RemoteAgent started) throws AgentException {
        checkTurn(mine);
        agent = started;
    }

    private void nowReady(Object mine, RemoteAgent started, Message.Hello greeting) throws AgentException {
        synchronized (this) {
            checkTurn(mine);
            hello = greeting;
            losses = new Notices(name());
            state = State.READY;
        }
        started.ended().thenAccept(ending -> lost(started, ending));
    }

    private void checkTurn(Object mine) throws AgentException {
        if (turn != mine) {
            throw stoppedMeanwhile();
        }
    }

    private AgentException stoppedMeanwhile() {
        return new AgentException(name() + " was stopped while it started", "start " + name());
    }

    private void failed(Object mine, @Nullable RemoteAgent started, State fallback) {
        synchronized (this) {
            if (turn == mine) {
                agent = null;
                state = fallback;
            }
        }
        if (started != null) {
            started.close();
        }
        launcher.close();
    }

    private <T> T within(long seconds, CompletableFuture<T> answer, RemoteAgent of)
            throws AgentException, InterruptedException {
        return Answers.within(
                seconds,
                answer,
                () -> new AgentException(
                        name() + ": the agent said nothing for " + seconds + " s" + of.said(),
                        "is the machine overloaded? try again"));
    }

    /** The agent's channel ended. Where nobody asked for that, it is lost and its connections with it. */
    private void lost(RemoteAgent gone, Ending ending) {
        long held;
        synchronized (this) {
            if (agent != gone) {
                return;
            }
            held = gone.latest().established();
            before = before.plus(gone.latest().afterLoss("agent lost"));
            agent = null;
            hello = null;
            state = State.LOST;
        }
        launcher.close(); // a connection that lost its agent may be half dead: the next start makes a new one
        notices.accept(name() + " lost, with " + Notices.connections(held) + ": its agent ended with "
                + ending.exitText()
                + ending.exhausted().map(what -> " · " + what.hint()).orElse("") + " · start "
                + name() + " brings it back");
        ending.lastWords(MOST_LAST_WORDS).forEach(line -> notices.accept(name() + " | " + line));
    }

    /** Ends the agent; its connections end because the user asked. Its counts are forgotten. */
    boolean stop() {
        RemoteAgent stopped;
        boolean was;
        synchronized (this) {
            stopped = agent;
            was = state != State.STOPPED;
            turn = new Object();
            if (starter != null) {
                starter.interrupt();
            }
            agent = null;
            hello = null;
            before = Snapshot.NONE;
            state = State.STOPPED;
        }
        if (stopped != null) {
            stopped.close();
        }
        launcher.close();
        return was;
    }

    /** From now on these intervals and this rate, here and in the agent if there is one. */
    CompletableFuture<Void> change(UnaryOperator<ClientConfig> change) {
        RemoteAgent running;
        synchronized (this) {
            config = config.with(change.apply(config.client()));
            running = state == State.READY ? agent : null;
        }
        return running == null ? CompletableFuture.completedFuture(null) : running.configure(settings());
    }

    /** Not while the lock is held: where the server is may have to be asked on another host. */
    private Settings settings() {
        HostConfig now = config();
        ClientConfig client = now.client();
        return new Settings(
                targets.get(),
                now.source(),
                client.interval().toMillis(),
                client.timeout().toMillis(),
                client.rate().perSecond(),
                now.workers().most());
    }

    /**
     * From the watch, once a second: tells the agent that it is not alone, from its launch on, since a busy machine may take
     * long to make it ready; says what connections ended, and gives an agent up that says nothing.
     *
     * @param patience seconds
     * @return whether it has said that connections ended
     */
    boolean look(int patience) {
        RemoteAgent watched;
        boolean ready;
        Notices said;
        synchronized (this) {
            watched = agent;
            ready = state == State.READY;
            said = losses;
        }
        if (watched == null) {
            return false;
        }
        int silent = watched.tick();
        if (!ready) {
            return false;
        }
        if (silent == patience) {
            notices.accept(name() + " has said nothing for " + patience + " s: it is given up");
            watched.kill();
        }
        Optional<String> ended = said.tick(watched.latest());
        ended.ifPresent(notices);
        return ended.isPresent();
    }
}
