package io.connscale.cluster;

import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import io.connscale.net.Transport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Starts workers: further agents beside this process, with its own Java and program. They end with its end of their input;
 * one that was stopped (SIGSTOP) does not hear of that, so {@link #close()} kills what is left. Any thread.
 */
public final class LocalWorkers implements AgentProcess.Starter, AutoCloseable {
    /** On a machine where many start at once, each has to wait for its turn at a processor. */
    private static final long HELLO_SECONDS = 30;

    private final Supplier<List<String>> command;
    private final LocalLauncher launcher = new LocalLauncher();
    /** Those that have not ended. */
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    LocalWorkers(Supplier<List<String>> command) {
        this.command = command;
    }

    /** For a process that is an agent itself: started as it was. */
    public static LocalWorkers likeThisAgent() {
        return new LocalWorkers(AgentCommand::again);
    }

    /** For the console, which is no agent: with an agent's usual flags, and by the console's transport. */
    public static LocalWorkers besideTheConsole(Transport transport) {
        List<String> jvm = List.of(Transport.flag(transport.name()));
        return new LocalWorkers(() -> AgentCommand.beside(jvm));
    }

    @Override
    public AgentProcess start(String name) throws AgentException, InterruptedException {
        return start(name, words -> words);
    }

    @Override
    public AgentProcess startApart(String name, Map<String, Long> settings)
            throws AgentException, InterruptedException {
        return start(name, words -> AgentCommand.apart(words, settings));
    }

    private AgentProcess start(String name, UnaryOperator<List<String>> words)
            throws AgentException, InterruptedException {
        ClassArchive.ensure(command.get());
        RemoteAgent worker = new RemoteAgent(name, launch(words.apply(command.get())));
        boolean greeted = false;
        try {
            Answers.within(
                    HELLO_SECONDS,
                    worker.hello(),
                    () -> new AgentException(
                            name + " said nothing for " + HELLO_SECONDS + " s" + worker.said(),
                            "is the machine overloaded? try again"));
            greeted = true;
            return worker;
        } finally {
            if (!greeted) {
                worker.kill();
            }
        }
    }

    private Process launch(List<String> words) throws AgentException {
        Process process = launcher.start(words);
        running.add(process);
        CompletableFuture<?> unused = process.onExit().thenRun(() -> running.remove(process));
        if (closed) { // it was too late to be found
            process.destroyForcibly();
        }
        return process;
    }

    /** Kills those that have not ended, and waits for none: needs neither a thread nor a moment. Others are killed as they start. */
    @Override
    public void close() {
        closed = true;
        running.forEach(Process::destroyForcibly);
    }
}
