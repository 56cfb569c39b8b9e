package io.connscale.agent;

import io.connscale.control.Experiment.Report;
import io.connscale.control.Experiment.Trial;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.kernel.PortSockets;
import io.connscale.kernel.PortSockets.Row;
import io.connscale.net.BareListener;
import io.connscale.net.Errno;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * When may a port be listened on again: a socket listens, has connections, is closed, and another one wants the same port. With and
 * without {@code SO_REUSEADDR}, for one address and for all, and by who closed the connections first. One thread, its own.
 */
final class Rebinding {
    private static final String ONE = "127.0.0.1";
    private static final String ALL = "0.0.0.0";
    /** All of both families: without IPV6_V6ONLY such a socket takes IPv4's connections, too (ipv6(7)). */
    private static final String BOTH_FAMILIES = "::";

    private static final int CONNECTIONS = 3;
    private static final int BACKLOG = 16;
    /** Ports that are tried. */
    private static final int MAX_TRIES = 50;
    /** Those below are root's. */
    private static final int FIRST_PORT = 1_024;

    private static final int LAST_PORT = 65_535;
    /** The ends of connections on one machine follow each other at once. */
    private static final long MAX_WAIT = TimeUnit.SECONDS.toNanos(2);

    /** What became of the connections. */
    private enum Closing {
        SERVER_FIRST("server first"),
        CLIENT_FIRST("client first"),
        OPEN("still open");

        private final String words;

        Closing(String words) {
            this.words = words;
        }
    }

    private final Consumer<Report> seen;
    private final Facts before = new FactsReader().read();
    private final List<Trial> trials = new ArrayList<>();

    /** @param seen hears of each trial, on this object's thread */
    Rebinding(Consumer<Report> seen) {
        this.seen = seen;
    }

    void run() throws IOException, InterruptedException {
        List<String> addresses = addresses();
        for (Closing closing : Closing.values()) {
            for (boolean[] reuse : new boolean[][] {{false, false}, {true, true}, {false, true}}) {
                for (String first : addresses) {
                    for (String second : addresses) {
                        trials.add(trial(closing, reuse[0], reuse[1], first, second));
                        seen.accept(report(true));
                    }
                }
            }
        }
        seen.accept(report(false));
    }

    /** Those that a socket can be bound to here: no machine has to have IPv6. */
    static List<String> addresses() throws IOException {
        try (BareListener any = new BareListener(at(BOTH_FAMILIES, 0))) {
            any.bind(at(BOTH_FAMILIES, 0));
        } catch (IOException e) {
            return List.of(ONE, ALL);
        }
        return List.of(ONE, ALL, BOTH_FAMILIES);
    }

    private Report report(boolean running) {
        return new Report(
                running,
                false,
                "",
                HalfOpen.settings(before),
                new TreeMap<>(),
                BACKLOG,
                0,
                List.of(),
                List.copyOf(trials),
                "");
    }

    private Trial trial(Closing closing, boolean reuseFirst, boolean reuseSecond, String first, String second)
            throws IOException, InterruptedException {
        List<SocketChannel> clients = new ArrayList<>();
        List<FileDescriptor> accepted = new ArrayList<>();
        try {
            int port = listened(closing, reuseFirst, first, clients, accepted);
            SortedMap<String, Long> left = new TreeMap<>();
            for (Row row : PortSockets.of(port)) {
                if (row.localPort() == port) {
                    left.merge(row.state(), 1L, Long::sum);
                }
            }
            String call = "socket";
            try (BareListener again = new BareListener(at(second, port))) {
                again.reuseAddress(reuseSecond);
                call = "bind";
                again.bind(at(second, port));
                call = "listen";
                again.listen(BACKLOG);
                return new Trial(reuseFirst, reuseSecond, first, second, closing.words, left, null, "ok");
            } catch (IOException e) {
                return new Trial(reuseFirst, reuseSecond, first, second, closing.words, left, call, Errno.name(e));
            }
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
            for (FileDescriptor one : accepted) {
                if (one.isOpen()) {
                    one.close();
                }
            }
        }
    }

    /** The first socket, from its bind to its close; gives its port. */
    private int listened(
            Closing closing, boolean reuse, String address, List<SocketChannel> clients, List<FileDescriptor> accepted)
            throws IOException, InterruptedException {
        try (BareListener listener = unused(reuse, address)) {
            listener.listen(BACKLOG);
            int port = listener.port();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(SocketChannel.open(at(ONE, port)));
                accepted.add(accept(listener));
            }
            close(closing, port, clients, accepted);
            return port;
        }
    }

    /** Waits: a client is connected before its last ACK has come to the listening socket. */
    private static FileDescriptor accept(BareListener listener) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return listener.accept();
            } catch (IOException e) {
                if (System.nanoTime() - begin >= MAX_WAIT) {
                    throw e;
                }
            }
            Thread.sleep(1);
        }
    }

    /**
     * Bound to a port at which nothing is left of others, which would be counted: of many tries the first that has one. The last try
     * takes what the kernel gives.
     */
    BareListener unused(boolean reuse, String address) throws IOException {
        for (int i = 1; ; i++) {
            int wanted = i == MAX_TRIES ? 0 : port(before);
            BareListener listener = new BareListener(at(address, wanted));
            boolean kept = false;
            try {
                listener.reuseAddress(reuse);
                listener.bind(at(address, wanted));
                int port = listener.port();
                kept = i == MAX_TRIES || PortSockets.of(port).stream().noneMatch(row -> row.localPort() == port);
                if (kept) {
                    return listener;
                }
            } catch (IOException e) { // it may be another's: EADDRINUSE
                if (i == MAX_TRIES) {
                    throw e;
                }
            } finally {
                if (!kept) {
                    listener.close();
                }
            }
        }
    }

    /**
     * Any that the kernel gives to nobody by itself: one that it gives others may have, too, at another address, or once it is closed
     * here. 0 where it gives out all, or does not tell which: then it is one of those.
     */
    static int port(Facts facts) {
        if (!facts.knows(Fact.FIRST_PORT) || !facts.knows(Fact.LAST_PORT)) {
            return 0;
        }
        long first = facts.get(Fact.FIRST_PORT);
        long last = facts.get(Fact.LAST_PORT);
        int[] others = IntStream.rangeClosed(FIRST_PORT, LAST_PORT)
                .filter(port -> port < first || port > last)
                .toArray();
        return others.length == 0 ? 0 : others[ThreadLocalRandom.current().nextInt(others.length)];
    }

    private static void close(Closing closing, int port, List<SocketChannel> clients, List<FileDescriptor> accepted)
            throws IOException, InterruptedException {
        if (closing == Closing.SERVER_FIRST) {
            for (FileDescriptor one : accepted) {
                one.close();
            }
            for (SocketChannel client : clients) {
                client.read(ByteBuffer.allocate(1)); // its end has come
                client.close();
            }
            await(() -> left(port, "TIME-WAIT") == CONNECTIONS);
        } else if (closing == Closing.CLIENT_FIRST) {
            for (SocketChannel client : clients) {
                client.close();
            }
            await(() -> left(port, "CLOSE-WAIT") == CONNECTIONS);
            for (FileDescriptor one : accepted) {
                one.close();
            }
            await(() -> left(port, "CLOSE-WAIT") + left(port, "LAST-ACK") == 0);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean() && System.nanoTime() - begin < MAX_WAIT) {
            Thread.sleep(1);
        }
    }

    /** Of the sockets at this port's side. */
    private static long left(int port, String state) {
        try {
            return PortSockets.of(port).stream()
                    .filter(row -> row.localPort() == port && row.state().equals(state))
                    .count();
        } catch (IOException e) {
            return 0; // what then is told of it, fails likewise
        }
    }

    private static InetSocketAddress at(String address, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(address), port);
    }
}
