package io.connscale.agent;

import io.connscale.control.Experiment;
import io.connscale.control.Experiment.Call;
import io.connscale.control.Experiment.Connection;
import io.connscale.control.Experiment.End;
import io.connscale.control.Experiment.Moment;
import io.connscale.control.Experiment.Report;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.kernel.PortSockets;
import io.connscale.kernel.PortSockets.Row;
import io.connscale.net.BareListener;
import io.connscale.net.Errno;
import io.connscale.net.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The half-open experiments of the first connscale: what a client sees whose handshake the server could not finish, since the accept
 * queue of its listening socket was full. The socket has a small backlog and never accepts. On one machine a handshake takes
 * microseconds, so that no burst overtakes it: the kernel is asked to ignore the clients' last ACKs ({@link BareListener#defer}) until
 * other connections have filled the queue, and from then on it ignores them by itself. One thread, its own.
 */
final class HalfOpen {
    /**
     * Small, and twice the connections that are to stay half-open: of more handshakes the kernel forgets the old ones after two
     * repeated SYN-ACKs, to have room for new ones (net/ipv4/inet_connection_sock.c, reqsk_timer_handler).
     */
    private static final int BACKLOG = 10;

    /** The kernel takes one more than the backlog (include/net/sock.h, sk_acceptq_is_full). */
    private static final int FULL = BACKLOG + 1;

    private static final long MAX_CONNECT = TimeUnit.SECONDS.toNanos(5);
    /** Until the first SYN-ACK was repeated, after a second. */
    private static final long MAX_SETTLE = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_MILLIS = 100;
    /** A table of millions of sockets must not keep a processor busy. */
    private static final int PAUSE_PER_LOOK = 5;

    private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_MOMENTS = 200;
    /** include/net/tcp.h: TCP_TIMEOUT_INIT and TCP_RTO_MAX, seconds. */
    private static final long FIRST_TIMEOUT = 1;

    private static final long MAX_TIMEOUT = 120;
    /** Of a receive, seconds: as long as the first connscale's. */
    private static final long MAX_RECEIVE = 300;

    private final Experiment wanted;
    private final Consumer<Report> seen;
    private final InetAddress loopback;
    private final Facts before = new FactsReader().read();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<SocketChannel> fillers = new ArrayList<>();
    private SortedMap<String, Long> counters = new TreeMap<>();
    private long countedAt;
    private long waiting;
    private int port;
    /** When the accept queue was full. */
    private long zero;

    /** @param seen hears what was seen, each time that there is something new; on this object's thread */
    HalfOpen(Experiment wanted, Consumer<Report> seen) throws IOException {
        this.wanted = wanted;
        this.seen = seen;
        this.loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** What a connection does, one after the other. */
    private enum Does {
        WAIT,
        SEND,
        RECEIVE
    }

    /** @param nanos of a wait, or at most of a receive */
    private record Step(Does does, long nanos) {}

    /** Until all connections have done what they were to. */
    void run() throws IOException, InterruptedException {
        try (BareListener listener = new BareListener(new InetSocketAddress(loopback, 0))) {
            listener.bind(new InetSocketAddress(loopback, 0));
            listener.defer(true);
            listener.listen(BACKLOG);
            port = listener.port();
            zero = System.nanoTime();
            addLanes();
            for (Lane lane : lanes) {
                lane.open();
            }
            listener.defer(false);
            for (int i = 0; i < FULL; i++) {
                fillers.add(connected());
            }
            begin();
            watch();
        } finally {
            for (Lane lane : lanes) {
                lane.close();
            }
            for (SocketChannel filler : fillers) {
                filler.close();
            }
        }
    }

    /** Times count from here. What the last ACKs have come to is seen once the server repeats its SYN-ACKs. */
    private void begin() throws IOException, InterruptedException {
        zero = System.nanoTime();
        look();
        while (System.nanoTime() - zero < MAX_SETTLE && lanes.stream().anyMatch(Lane::isUnsettled)) {
            pause(look());
        }
    }

    private void watch() throws IOException, InterruptedException {
        boolean over = false;
        while (!over) {
            over = true;
            for (Lane lane : lanes) {
                lane.proceed();
                over &= lane.isOver();
            }
            long took = look();
            if (!over) {
                pause(took);
            }
        }
        count();
        seen.accept(report(false));
    }

    private static void pause(long took) throws InterruptedException {
        Thread.sleep(Math.max(LOOK_MILLIS, TimeUnit.NANOSECONDS.toMillis(PAUSE_PER_LOOK * took)));
    }

    /** What the kernel says now; gives how many nanoseconds it took to ask. */
    private long look() throws IOException {
        long begin = System.nanoTime();
        List<Row> rows = PortSockets.of(port);
        waiting = rows.stream()
                .filter(row -> row.state().equals(PortSockets.LISTEN))
                .mapToLong(Row::receiving)
                .sum();
        lanes.forEach(lane -> lane.look(rows, begin));
        if (begin - countedAt >= COUNT_NANOS || countedAt == 0) {
            count();
        }
        long took = System.nanoTime() - begin;
        seen.accept(report(true));
        return took;
    }

    private void count() {
        countedAt = System.nanoTime();
        counters = new TreeMap<>(new FactsReader().read().since(before));
        counters.keySet().removeIf(name -> !name.startsWith("Tcp"));
    }

    private Report report(boolean running) {
        return new Report(
                running,
                false,
                "",
                settings(before),
                counters,
                BACKLOG,
                waiting,
                lanes.stream().map(Lane::connection).toList(),
                List.of(),
                "");
    }

    /** Those of this network that the experiment is about; what is unknown is left out. */
    static SortedMap<String, Long> settings(Facts facts) {
        SortedMap<String, Long> settings = new TreeMap<>();
        for (Fact fact : List.of(Fact.SYNACK_RETRIES, Fact.ABORT_ON_OVERFLOW, Fact.SYNCOOKIES)) {
            if (facts.knows(fact)) {
                settings.put(fact.kernelName(), facts.get(fact));
            }
        }
        return settings;
    }

    /** Seconds after which a server forgets a handshake: each SYN-ACK waits twice as long as the one before it. */
    static long forgetSeconds(long retries) {
        long sum = 0;
        long timeout = FIRST_TIMEOUT;
        for (long i = 0; i <= retries; i++) {
            sum += timeout;
            timeout = Math.min(2 * timeout, MAX_TIMEOUT);
        }
        return sum;
    }

    private void addLanes() {
        long retries = before.knows(Fact.SYNACK_RETRIES) ? before.get(Fact.SYNACK_RETRIES) : 5; // as tcp(7) has it
        long forgets = forgetSeconds(retries);
        // The client's data are sent again after twice the time each: once within twice the time that the server needs.
        long told = 2 * forgets;
        Long delay = wanted.delayMillis();
        Long receive = wanted.receiveMillis();
        long delayed = delay == null ? TimeUnit.SECONDS.toNanos(forgets + 2) : TimeUnit.MILLISECONDS.toNanos(delay);
        long patience = receive == null
                ? TimeUnit.SECONDS.toNanos(Math.min(told + 10, MAX_RECEIVE))
                : TimeUnit.MILLISECONDS.toNanos(receive);
        Step send = new Step(Does.SEND, 0);
        Step get = new Step(Does.RECEIVE, patience);
        long second = TimeUnit.SECONDS.toNanos(1);
        long late = TimeUnit.SECONDS.toNanos(Math.min(told, MAX_RECEIVE));
        add(1, "send, receive", send, get);
        add(2, "wait " + seconds(delayed) + ", send, receive", new Step(Does.WAIT, delayed), send, get);
        add(3, "receive alone", get);
        add(4, "send, after 1 s send, receive", send, new Step(Does.WAIT, second), send, get);
        add(4, "send, after " + seconds(late) + " send", send, new Step(Does.WAIT, late), send);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e9).replaceFirst("\\.?0+$", "") + " s";
    }

    private void add(int sequence, String plan, Step... steps) {
        if (wanted.sequences().isEmpty() || wanted.sequences().contains(sequence)) {
            lanes.add(new Lane(sequence, plan, List.of(steps)));
        }
    }

    private SocketChannel connected() throws IOException, InterruptedException {
        SocketChannel channel = SocketChannel.open();
        boolean done = false;
        try {
            channel.configureBlocking(false);
            long begin = System.nanoTime();
            done = channel.connect(new InetSocketAddress(loopback, port));
            while (!done && System.nanoTime() - begin < MAX_CONNECT) {
                Thread.sleep(1);
                done = channel.finishConnect();
            }
            if (!done) {
                throw new IOException("a connect to the experiment's own socket did not end within 5 s");
            }
            return channel;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** One half-open connection, from the client's side. */
    private final class Lane {
        private final int sequence;
        private final String plan;
        private final Queue<Step> steps;
        private final List<Call> calls = new ArrayList<>();
        private final List<Moment> moments = new ArrayList<>();
        private final ByteBuffer room = ByteBuffer.allocate(16);
        private @Nullable SocketChannel channel;
        private int local;
        /** When the step began that is the next to end; 0: it has yet to begin. */
        private long began;

        Lane(int sequence, String plan, List<Step> steps) {
            this.sequence = sequence;
            this.plan = plan;
            this.steps = new ArrayDeque<>(steps);
        }

        void open() throws IOException, InterruptedException {
            long begin = System.nanoTime();
            SocketChannel opened = connected();
            channel = opened;
            local = ((InetSocketAddress) opened.getLocalAddress()).getPort();
            calls.add(new Call("connect", 0, (System.nanoTime() - begin) / 1e9, Call.OK));
        }

        void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }

        boolean isOver() {
            return steps.isEmpty();
        }

        boolean isUnsettled() {
            End server =
                    moments.isEmpty() ? null : moments.get(moments.size() - 1).server();
            return server != null && server.state().equals(PortSockets.SYN_RECEIVED) && server.retries() == 0;
        }

        void proceed() {
            for (Step step = steps.peek(); step != null; step = steps.peek()) {
                long now = System.nanoTime();
                began = began == 0 ? now : began;
                String outcome = tried(step, now - began);
                if (outcome == null) {
                    return;
                }
                steps.remove();
                if (step.does != Does.WAIT) {
                    calls.add(call(step, outcome));
                }
                began = 0;
                boolean again = sequence == 4 && step.does == Does.SEND; // the second call after an error is part of it
                if (!outcome.equals(Call.OK) && !again) {
                    steps.clear();
                }
            }
        }

        private Call call(Step step, String outcome) {
            String name = step.does.name().toLowerCase(Locale.ROOT);
            return new Call(name, at(began), (System.nanoTime() - began) / 1e9, outcome);
        }

        /** What came of it; null: nothing yet. */
        private @Nullable String tried(Step step, long elapsed) {
            SocketChannel client = channel;
            if (client == null) {
                return Errno.CLOSED;
            }
            try {
                return switch (step.does) {
                    case WAIT -> elapsed >= step.nanos ? Call.OK : null;
                    case SEND ->
                        client.write(ByteBuffer.wrap(Wire.PING.getBytes(StandardCharsets.US_ASCII))) > 0
                                ? Call.OK
                                : "EAGAIN";
                    case RECEIVE -> received(client.read(room.clear()), elapsed >= step.nanos);
                };
            } catch (IOException e) {
                return Errno.name(e);
            }
        }

        private static @Nullable String received(int bytes, boolean late) {
            if (bytes == 0) {
                return late ? Call.TIMEOUT : null;
            }
            return bytes < 0 ? Errno.CLOSED : Call.OK;
        }

        void look(List<Row> rows, long now) {
            Moment seen = new Moment(at(now), end(rows, local, port), end(rows, port, local));
            Moment last = moments.isEmpty() ? null : moments.get(moments.size() - 1);
            if (moments.size() < MAX_MOMENTS && (last == null || isNews(last, seen))) {
                moments.add(seen);
            }
        }

        private static boolean isNews(Moment last, Moment seen) {
            return isNews(last.client(), seen.client()) || isNews(last.server(), seen.server());
        }

        /** A timer always runs on. */
        private static boolean isNews(End last, End seen) {
            return !last.state().equals(seen.state())
                    || last.retries() != seen.retries()
                    || last.unacknowledged() != seen.unacknowledged();
        }

        private static End end(List<Row> rows, int here, int there) {
            return rows.stream()
                    .filter(row -> row.localPort() == here && row.peerPort() == there)
                    .findFirst()
                    .map(row -> new End(
                            row.state(),
                            row.sending(),
                            row.retries(),
                            row.timerSeconds() < 0 ? null : (Double) row.timerSeconds()))
                    .orElseGet(() -> new End(PortSockets.NONE, 0, 0, null));
        }

        Connection connection() {
            List<Call> made = new ArrayList<>(calls);
            Step step = steps.peek();
            if (step != null && step.does == Does.RECEIVE && began != 0) {
                made.add(call(step, Call.WAITS));
            }
            return new Connection(sequence, plan, local, port, made, moments);
        }

        private double at(long nanos) {
            return Math.max(0, nanos - zero) / 1e9;
        }
    }
}
