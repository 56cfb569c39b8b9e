package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** On this machine, without SSH. */
public final class LocalLauncher implements Launcher {
    /**
     * A terminal sends Ctrl-C, Ctrl-Z and Ctrl-\\ to the console and to all that it started. A session of its own has no terminal
     * that could send them; {@code setsid} becomes the command, since what Java starts leads no process group. Where there is none,
     * ignored signals are inherited over exec, and HotSpot leaves an ignored INT or HUP alone. The agent ends when its standard
     * input does.
     */
    private static final String OWN_SESSION =
            "trap '' INT HUP TSTP; command -v setsid > /dev/null && exec setsid \"$@\"; exec \"$@\"";

    /** For what wants the terminal. */
    private static final String SAME_SESSION = "trap '' INT HUP QUIT TSTP; exec \"$@\"";

    private final String shell;

    public LocalLauncher() {
        this(true);
    }

    /** @param ownSession whether no terminal is to be there for the command, and none of its signals */
    LocalLauncher(boolean ownSession) {
        shell = ownSession ? OWN_SESSION : SAME_SESSION;
    }

    @Override
    public Process start(List<String> command) throws AgentException {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
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
