package io.connscale.kernel;

import io.connscale.stats.Statistics;

/** Reads this process and this machine, as the part of the {@link Statistics} that is not about connections. Any thread. */
public final class LoadReader implements AutoCloseable {
    private final ProcessReader process = new ProcessReader();
    private final MachineReader machine = new MachineReader();

    public Statistics read() {
        return Statistics.of(process.read(), machine.read());
    }

    @Override
    public void close() {
        process.close();
        machine.close();
    }
}
