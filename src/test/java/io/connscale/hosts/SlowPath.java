package io.connscale.hosts;

import io.connscale.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A second cable between a host and the console's machine, on which each packet takes its time; it goes with {@link #close()}. */
final class SlowPath implements AutoCloseable {
    /** The console's machine, at its end of it. */
    static final String CONSOLE = "10.78.0.1";

    private static final String HOST = "10.78.0.2";
    private static final Path SCRIPT = Path.of("src/test/resources/io/connscale/hosts/delay.py");

    private final Process process;

    /** @param millis each way */
    SlowPath(NetworkOfHosts network, Machine host, long millis) {
        Needs.command("python3");
        try {
            process = new ProcessBuilder(
                            host.in().toString(),
                            "python3",
                            SCRIPT.toAbsolutePath().toString(),
                            Long.toString(millis))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (process.inputReader().readLine() == null) {
                throw new IllegalStateException("no path: /dev/net/tun can't be used");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        host.must(
                "ip",
                "link",
                "set",
                "slow1",
                "netns",
                network.console().namespace().name());
        plug(host, "slow0", HOST, CONSOLE);
        plug(network.console(), "slow1", CONSOLE, HOST);
    }

    private static void plug(Machine machine, String cable, String address, String peer) {
        machine.must("ip", "address", "add", address, "peer", peer, "dev", cable);
        machine.must("ip", "link", "set", cable, "up");
    }

    boolean isThere() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
