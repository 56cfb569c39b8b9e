package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import io.connscale.control.Threads;
import io.connscale.kernel.ListenBacklog;
import io.connscale.kernel.LoadReader;
import io.connscale.net.Errno;
import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.net.Listening;
import io.connscale.net.TlsSettings;
import io.connscale.net.Transport;
import io.connscale.net.Wire;
import io.connscale.stats.Counter;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server in one process from its start to its stop: its event loops, listening sockets and counts. */
final class ServerLoops {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLoops.class);
    private static final long STOP_SECONDS = 5;
    private static final long ANSWER_SECONDS = 10;
    /** Connections after which the first compiler has compiled what runs for each (it does after 200 calls). */
    private static final int WARM_UP = 512;

    private static final AtomicBoolean WARM = new AtomicBoolean();

    private final ServerSettings settings;
    private final Transport transport;
    private final EventLoopGroup group;
    private final Reasons reasons = new Reasons();
    private final LoadReader load;
    private final List<ServerLoop> loops = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>(); // as they began
    private final List<Listening> sockets = new ArrayList<>(); // one for each listener

    private ServerLoops(ServerSettings settings, Transport transport) throws AgentException {
        this.settings = settings;
        this.transport = settings.tls() == null ? transport : transport.forBytes();
        this.load = new LoadReader(!transport.ownsFiles());
        this.group = loops();
        for (EventExecutor loop : group) {
            ServerLoop counting = new ServerLoop(
                    links((EventLoop) loop), reasons, settings.patience().toNanos());
            counting.watch();
            loops.add(counting);
        }
    }

    private Links links(EventLoop loop) {
        TlsSettings tls = settings.tls();
        return tls == null ? transport.links(loop, Wire.PONG) : transport.links(loop, Wire.PONG, tls);
    }

    /** Where loops have files of their own there is one: what it accepts is no file of another's. */
    private EventLoopGroup loops() throws AgentException {
        try {
            return transport.loops(transport.ownsFiles() ? 1 : settings.acceptors(), "server");
        } catch (RuntimeException e) { // Netty's way to say that the system gave no epoll set or no pipe
            throw Refusals.loops(settings.acceptors(), Errno.name(e));
        }
    }

    /** Listens on all ports; on none where one can't be had. */
    static ServerLoops start(ServerSettings settings, Transport transport) throws AgentException {
        ServerLoops started = new ServerLoops(settings, transport);
        try {
            for (int port : settings.ports()) {
                started.listen(port);
            }
            return started;
        } catch (AgentException | RuntimeException e) {
            started.stop();
            throw e;
        }
    }

    /** Once in a process, whose code is compiled for all its loops. Connections with TLS spend their time elsewhere. */
    void warmUp() {
        if (settings.tls() == null && WARM.compareAndSet(false, true)) {
            ServerLoop first = loops.get(0);
            ServerLoop uncounted = new ServerLoop(
                    first.links, new Reasons(), settings.patience().toNanos());
            transport.warmUp(first.loop, WARM_UP, Wire.PING, new Acceptor(List.of(uncounted), 0));
        }
    }

    private void listen(int port) throws AgentException {
        InetSocketAddress address = new InetSocketAddress(settings.bind(), port);
        if (address.isUnresolved()) {
            throw Refusals.unresolved(settings.bind());
        }
        int at = listeners.size() % loops.size(); // each port is on one loop, the next port on the next
        try {
            Listening socket = transport.listen(
                    loops.get(at).loop,
                    address,
                    new Listening.Manner(settings.backlog(), settings.sharesPorts(), keepalive()),
                    new Acceptor(loops, at));
            sockets.add(socket);
            Integer given = ListenBacklog.given(settings.backlog());
            listeners.add(new Listener(settings.bind(), socket.address().getPort(), settings.backlog(), given, null));
        } catch (IOException e) {
            throw Refusals.listening(settings.bind(), port, Errno.name(e));
        }
    }

    /** In seconds, as the kernel has it. */
    private int keepalive() {
        return (int) Math.ceil(settings.keepalive().toMillis() / 1000.0);
    }

    /** From now on the processes that share the ports get connections in proportion to these rooms, in joining order. */
    void setWeights(long[] rooms) {
        sockets.forEach(socket -> socket.setWeights(rooms));
    }

    ServerStatus status() {
        return new ServerStatus(
                true,
                transport.name(),
                IntStream.range(0, sockets.size()).mapToObj(this::listener).toList(),
                sum(loop -> loop.established),
                sum(loop -> loop.accepted),
                sum(loop -> loop.pings),
                reasons.counts());
    }

    private Listener listener(int at) {
        Listener began = listeners.get(at);
        OptionalLong drops = sockets.get(at).drops();
        return new Listener(
                began.address(),
                began.port(),
                began.backlogAsked(),
                began.backlogGiven(),
                drops.isPresent() ? (Long) drops.getAsLong() : null);
    }

    /** Each loop copies what it has recorded. */
    CompletableFuture<Statistics> statistics() {
        Statistics all = load.read().plus(Statistics.of(new Snapshot(0, 0, 0, 0, 0, 0, 0, 0, reasons.counts())));
        CompletableFuture<Statistics> sum = CompletableFuture.completedFuture(all);
        for (ServerLoop loop : loops) {
            sum = sum.thenCombine(Threads.call(loop.loop, loop::statistics), Statistics::plus);
        }
        return Answers.bounded(ANSWER_SECONDS, sum, () -> Refusals.silent(ANSWER_SECONDS));
    }

    private long sum(Function<ServerLoop, Counter> count) {
        return loops.stream().mapToLong(loop -> count.apply(loop).get()).sum();
    }

    /**
     * First the listening sockets, so that nothing more is handed from loop to loop; then the loops, and a loop that ends
     * closes every connection of its own.
     */
    void stop() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        boolean closed = true;
        for (Future<?> shut : sockets.stream().map(Listening::shut).toList()) {
            closed &= shut.awaitUninterruptibly(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        boolean ended = group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        load.close();
        if (!closed || !ended) {
            LOG.warn("the server's sockets and event loops did not end within {} s", STOP_SECONDS);
        }
    }

    /** Takes what one listening socket accepts, on that socket's event loop, and hands it to the server's loops in turn. */
    static final class Acceptor implements Listening.Owner {
        private final List<ServerLoop> loops;
        private final ServerLoop own;
        private int next;

        /** @param first the place in {@code loops} of the loop that accepts, and that takes the first connection */
        Acceptor(List<ServerLoop> loops, int first) {
            this.loops = loops;
            this.own = loops.get(first);
            this.next = first;
            PingPongHandler.load();
        }

        @Override
        public void accepted(Function<Links, Link> accepted) {
            ServerLoop loop = loops.get(next);
            next = (next + 1) % loops.size();
            Link link = loop.links.over(accepted.apply(loop.links.sockets()));
            try {
                link.open(new PingPongHandler(loop, link));
            } catch (RuntimeException e) { // its loop ends
                own.failed("accept", e);
                link.close();
            }
        }

        @Override
        public void failed(Throwable cause) {
            own.failed("accept", cause);
        }
    }
}
