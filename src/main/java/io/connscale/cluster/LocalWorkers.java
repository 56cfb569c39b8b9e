package io.connscale.cluster;

import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import java.util.List;
import java.util.function.Supplier;

/** Starts workers: further agents beside this process, with its own Java and program. Any thread. */
public final class LocalWorkers implements AgentProcess.Starter {
    /** On a machine where many start at once, each has to wait for its turn at a processor. */
    private static final long HELLO_SECONDS = 30;

    private final Supplier<List<String>> command;
    private final LocalLauncher launcher = new LocalLauncher();

    private LocalWorkers(Supplier<List<String>> command) {
        this.command = command;
    }

    /** For a process that is an agent itself: started as it was. */
    public static LocalWorkers likeThisAgent() {
        return new LocalWorkers(AgentCommand::again);
    }

    /** For the console, which is no agent: with an agent's usual flags. */
    public static LocalWorkers besideTheConsole() {
        return new LocalWorkers(AgentCommand::beside);
    }

    @Override
    public AgentProcess start(String name) throws AgentException, InterruptedException {
        ClassArchive.ensure(command.get());
        RemoteAgent worker = new RemoteAgent(name, launcher.start(command.get()));
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
}
