package io.connscale.agent;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Experiment;
import io.connscale.control.Experiment.Report;
import io.connscale.control.Message.ExperimentTaken;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.StartExperiment;
import io.connscale.control.Message.StopExperiment;
import io.connscale.control.Message.TakeExperiment;
import io.connscale.control.Threads;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.net.Errno;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The experiments that run on this machine: each on a thread of its own, or, where it is to have a network namespace of its own, in a
 * process of its own, an agent as this one that was started in it. Requests come on the control thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong is in the answers
final class HostedExperiments implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostedExperiments.class);
    private static final int MAX_RUNNING = 8;

    private final AgentProcess.Starter starter;
    /** By the id of the request that began them, until they are stopped. */
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();

    HostedExperiments(AgentProcess.Starter starter) {
        this.starter = starter;
    }

    /** An experiment that was begun. */
    private interface Run {
        CompletableFuture<Report> report();

        void stop();
    }

    /** Does what {@code request} says, one of the three about experiments; what the experiment has shown then. */
    CompletableFuture<Report> answer(Request request) throws AgentException {
        if (request instanceof StartExperiment start) {
            return begin(start.id(), start.experiment());
        }
        if (request instanceof StopExperiment stop) {
            Run run = run(stop.run());
            return run.report().whenComplete((report, failure) -> {
                run.stop();
                runs.remove(stop.run());
            });
        }
        return run(((TakeExperiment) request).run()).report();
    }

    private Run run(long id) throws AgentException {
        Run run = runs.get(id);
        if (run == null) {
            throw new AgentException("no experiment " + id + " runs here", "start one");
        }
        return run;
    }

    private CompletableFuture<Report> begin(long id, Experiment wanted) throws AgentException {
        if (runs.size() >= MAX_RUNNING) {
            throw new AgentException(MAX_RUNNING + " experiments run here already", "stop one");
        }
        if (!wanted.apart()) {
            if (wanted.changesSettings()) {
                throw new AgentException("this machine's own settings are left alone", "let it run apart");
            }
            return here(id, wanted, "");
        }
        Apart apart = new Apart(id, wanted);
        runs.put(id, apart);
        return apart.report().exceptionallyCompose(failure -> {
            runs.remove(id);
            apart.stop();
            AgentException why = AgentException.of(failure);
            log.info("no network namespace for an experiment", why);
            return wanted.changesSettings()
                    ? CompletableFuture.failedFuture(new AgentException(
                            "settings are changed in a network namespace of the experiment's own alone, and there is none: "
                                    + why.message(),
                            "run the agent as root, or leave the settings as they are"))
                    : here(id, wanted, "no network namespace of its own: " + why.message());
        });
    }

    private CompletableFuture<Report> here(long id, Experiment wanted, String note) {
        Here here = new Here(wanted, note);
        runs.put(id, here);
        return here.report();
    }

    /** On a thread of this process. */
    private static final class Here implements Run {
        private final String note;
        private final Thread thread;
        private volatile Report latest;

        Here(Experiment wanted, String note) {
            this.note = note;
            this.latest = Report.begun(note);
            this.thread = Threads.start("experiment", () -> run(wanted));
        }

        private void run(Experiment wanted) {
            Consumer<Report> seen = report -> latest = report.noted(note);
            try {
                if (wanted.name().equals(Experiment.EADDRINUSE)) {
                    new Rebinding(seen).run();
                } else {
                    new HalfOpen(wanted, seen).run();
                }
            } catch (InterruptedException e) {
                latest = latest.ended("stopped");
            } catch (IOException | RuntimeException | OutOfMemoryError e) { // whoever asks hears why it goes no further
                Threads.goesOn(e);
                log.warn("an experiment ended", e);
                latest = latest.ended(Errno.name(e) + ": " + e.getMessage());
            }
        }

        @Override
        public CompletableFuture<Report> report() {
            return CompletableFuture.completedFuture(latest);
        }

        @Override
        public void stop() {
            thread.interrupt();
        }
    }

    /** In an agent that was started in a network namespace of its own, whose end is the namespace's. */
    private final class Apart implements Run {
        private final CompletableFuture<AgentProcess> process;
        /** The id of the request that began it there. */
        private final CompletableFuture<Long> begun = new CompletableFuture<>();

        private final CompletableFuture<Report> first;

        Apart(long id, Experiment wanted) {
            process =
                    Threads.call("experiment-starter", () -> starter.startApart("experiment-" + id, settings(wanted)));
            first = process.thenCompose(agent -> agent.ask(
                            there -> {
                                begun.complete(there);
                                return new StartExperiment(there, wanted.here());
                            },
                            ExperimentTaken.class)
                    .thenApply(Apart::taken));
        }

        @Override
        public CompletableFuture<Report> report() {
            return first.isDone()
                    ? process.thenCombine(
                                    begun,
                                    (agent, run) -> agent.ask(id -> new TakeExperiment(id, run), ExperimentTaken.class)
                                            .thenApply(Apart::taken))
                            .thenCompose(report -> report)
                    : first.copy();
        }

        private static Report taken(ExperimentTaken answer) {
            return answer.report().inNetworkOfItsOwn();
        }

        @Override
        public void stop() {
            process.thenAccept(AgentProcess::kill);
        }
    }

    /** A new namespace has the kernel's own: this machine's, and what was asked for instead. */
    private static SortedMap<String, Long> settings(Experiment wanted) {
        Facts here = new FactsReader().read();
        SortedMap<String, Long> settings = HalfOpen.settings(here);
        if (wanted.synackRetries() != null) {
            settings.put(Fact.SYNACK_RETRIES.kernelName(), (long) wanted.synackRetries());
        }
        if (wanted.abortOnOverflow() != null) {
            settings.put(Fact.ABORT_ON_OVERFLOW.kernelName(), wanted.abortOnOverflow() ? 1L : 0L);
        }
        return settings;
    }

    @Override
    public void close() {
        runs.values().forEach(Run::stop);
        runs.clear();
    }
}
