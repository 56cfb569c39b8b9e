package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import java.util.List;

/**
 * Over another launcher whose far side may have any login shell: what that one starts is always a bare {@code sh -s}, and the
 * command follows over standard input ({@link Handover}).
 */
public final class ShellLauncher implements Launcher {
    private final Launcher way;

    public ShellLauncher(Launcher way) {
        this.way = way;
    }

    @Override
    public Process start(List<String> command) throws AgentException, InterruptedException {
        return Handover.exec(way.start(Handover.SHELL), command);
    }

    @Override
    public void close() {
        way.close();
    }

    @Override
    public String toString() {
        return way.toString();
    }
}
