package io.connscale.hosts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/** A process of its own that listens and never accepts; it ends when its standard input does. */
final class NeverAccepts {
    private NeverAccepts() {}

    /** Listens until its input ends; {@code args} are address, port, backlog. */
    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        try (ServerSocket socket = new ServerSocket(Integer.parseInt(args[1]), Integer.parseInt(args[2]), address)) {
            System.out.println("listening on " + socket);
            while (System.in.read() >= 0) {
                // until the test is done with it
            }
        }
    }

    /** On {@code machine}'s own address; returns once it listens. */
    static Process on(Machine machine, int port, int backlog) {
        try {
            Process process = new ProcessBuilder(
                            machine.in().toString(),
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            NeverAccepts.class.getName(),
                            machine.address(),
                            Integer.toString(port),
                            Integer.toString(backlog))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (process.inputReader().readLine() == null) {
                throw new IllegalStateException("nobody listens on port " + port);
            }
            return process;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
