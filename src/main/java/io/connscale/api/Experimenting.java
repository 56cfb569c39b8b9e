package io.connscale.api;

import io.connscale.cluster.Cluster;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Experiment;
import io.connscale.control.Experiment.Report;
import io.connscale.control.Message;
import io.connscale.control.Message.ExperimentTaken;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** An experiment that runs on a host, for the console's own commands; it goes on until it is over, or stopped. One thread. */
public final class Experimenting {
    /** A network namespace and an agent in it may have to be made first. */
    private static final long BEGIN_SECONDS = 60;

    private static final long ANSWER_SECONDS = 10;
    /** Of a user who has pressed Ctrl-C. */
    private static final long STOP_SECONDS = 3;

    private final Cluster cluster;
    private final String host;
    private final AtomicLong run = new AtomicLong();
    private final Report begun;
    private boolean stopped;

    /** Returns once it has begun. */
    Experimenting(Cluster cluster, String host, Experiment wanted) throws InterruptedException {
        this.cluster = cluster;
        this.host = host;
        CompletableFuture<Report> begin = ask(id -> {
            run.set(id);
            return new Message.StartExperiment(id, wanted);
        });
        boolean known = false;
        try {
            begun = taken(BEGIN_SECONDS, begin.copy());
            known = true;
        } finally {
            if (!known) { // nobody would end it
                CompletableFuture<Void> unused = begin.thenAccept(late -> stopUnheard());
            }
        }
    }

    public String host() {
        return host;
    }

    /** What it had shown when it had begun: whether it is apart, say. */
    public Report begun() {
        return begun;
    }

    /** What it has shown by now. */
    public Report soFar() throws InterruptedException {
        return taken(ANSWER_SECONDS, ask(id -> new Message.TakeExperiment(id, run.get())));
    }

    /** Ends it where it is; what it had shown. Within seconds. */
    public Report stop() throws InterruptedException {
        stopped = true;
        return taken(STOP_SECONDS, ask(this::end));
    }

    /** The same where nobody waits for it, unless it is stopped. */
    public void abandon() {
        if (!stopped) {
            stopUnheard();
        }
    }

    private void stopUnheard() {
        CompletableFuture<Report> unused = ask(this::end);
    }

    private Message end(long id) {
        return new Message.StopExperiment(id, run.get());
    }

    private CompletableFuture<Report> ask(Function<Long, Message> request) {
        return cluster.ask(host, request, ExperimentTaken.class).thenApply(ExperimentTaken::report);
    }

    private static Report taken(long seconds, CompletableFuture<Report> asked) throws InterruptedException {
        try {
            return Answers.within(seconds, asked);
        } catch (AgentException e) {
            throw ConnscaleException.of(e);
        }
    }
}
