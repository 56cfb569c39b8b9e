package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** On this machine, without SSH. */
public final class LocalLauncher implements Launcher {
    /**
     * A terminal sends Ctrl-C to the console and to all that it started. Ignored signals stay ignored over exec, and
     * HotSpot leaves an ignored INT or HUP alone; the agent ends when its standard input does.
     */
    private static final List<String> DEAF_TO_THE_TERMINAL =
            List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

    @Override
    public Process start(List<String> command) throws AgentException {
        List<String> words = new ArrayList<>(DEAF_TO_THE_TERMINAL);
        words.addAll(command);
        try {
            return new ProcessBuilder(words).start();
        } catch (IOException e) {
            throw new AgentException(
                    "can't be launched: " + e.getMessage(), "out of files or processes? ulimit -n and ulimit -u tell");
        }
    }

    @Override
    public String toString() {
        return "local";
    }
}
