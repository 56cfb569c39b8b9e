package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * By words put in front of the command: {@code ip netns exec h1}, {@code kubectl exec -i pod --}, {@code docker run -i image},
 * {@code ssh -T -o BatchMode=yes host}. What the words start gets {@code sh -s} behind them and the command over standard
 * input, so it doesn't matter whether they pass on words as they are or have a shell read them again ({@link Handover}).
 * They must pass standard input through and give no terminal.
 */
public final class CommandLauncher implements Launcher {
    /** Programs that ask on the terminal of the session, and remember by it that they have asked. */
    private static final Set<String> ASKING = Set.of("sudo", "doas", "su");

    private final List<String> words;
    private final LocalLauncher here;

    /** @param words at least one; the first is a program on this machine */
    public CommandLauncher(List<String> words) {
        this.words = List.copyOf(words);
        // What is ignored when srun or kubectl begin they may hear all the same: they have handlers of their own for
        // Ctrl-C.
        this.here = new LocalLauncher(
                !ASKING.contains(Path.of(words.get(0)).getFileName().toString()));
    }

    @Override
    public Process start(List<String> command) throws AgentException, InterruptedException {
        checkThere(words.get(0));
        List<String> shell = new ArrayList<>(words);
        shell.addAll(Handover.SHELL);
        return Handover.exec(new GentleProcess(here.start(shell)), command);
    }

    /** An exit code 127 would not say whether it is missing here or its {@code sh} over there. */
    static void checkThere(String program) throws AgentException {
        if (program.contains("/") ? !Files.isExecutable(Path.of(program)) : !onPath(program)) {
            throw new AgentException(
                    "no command " + program + " on this machine", "install it, or write its whole path in hosts.yaml");
        }
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return path.isEmpty(); // the shell has a path of its own then
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
