package io.connscale.hosts;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;

/** A process of its own that listens and is no Ping/Pong server; it ends when its standard input does. */
final class OtherServer {
    private static final int PING = 4;

    private OtherServer() {}

    /** What it does with whoever connects. */
    enum Manner {
        NEVER_ACCEPTS,
        CLOSES,
        ECHOES,
        SPEAKS_HTTP
    }

    /** Listens until its input ends; {@code args} are address, port, backlog, manner. */
    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        Manner manner = Manner.valueOf(args[3]);
        try (ServerSocket socket = new ServerSocket(Integer.parseInt(args[1]), Integer.parseInt(args[2]), address)) {
            if (manner != Manner.NEVER_ACCEPTS) {
                Thread acceptor = new Thread(() -> accept(socket, manner), "acceptor");
                acceptor.setDaemon(true);
                acceptor.start();
            }
            System.out.println("listening on " + socket);
            while (System.in.read() >= 0) {
                // until the test is done with it
            }
        }
    }

    private static void accept(ServerSocket server, Manner manner) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (manner == Manner.CLOSES) {
                    client.close();
                    continue;
                }
                Thread thread = new Thread(() -> answer(client, manner), "client");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return; // the end
            }
        }
    }

    private static void answer(Socket client, Manner manner) {
        try (client) {
            byte[] asked = client.getInputStream().readNBytes(PING);
            client.getOutputStream()
                    .write(manner == Manner.ECHOES ? asked : "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
            client.getInputStream().read();
        } catch (IOException e) {
            // it has gone
        }
    }

    /** On {@code machine}'s own address; returns once it listens. */
    static Process on(Machine machine, int port, int backlog, Manner manner) {
        try {
            Process process = new ProcessBuilder(
                            machine.in().toString(),
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            OtherServer.class.getName(),
                            machine.address(),
                            Integer.toString(port),
                            Integer.toString(backlog),
                            manner.name())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (process.inputReader().readLine() == null) {
                throw new IllegalStateException("nobody listens on port " + port);
            }
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
