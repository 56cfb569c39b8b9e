package io.connscale.net;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How sockets are driven on this machine: by Netty's epoll where it is available, else by nio; by io_uring where that is asked for. Made once by {@code Main} and
 * handed to the server or the agent; immutable, for any thread.
 */
public final class Transport {
    /** Which one is wanted, by its name; {@value #AUTO} where it is not set. */
    public static final String PROPERTY = "connscale.transport";

    /** The best that there is here. No ring: it was not measured to be better than epoll (docs/PERFORMANCE.md). */
    public static final String AUTO = "auto";

    public static final String IO_URING = "io_uring";
    public static final String EPOLL = "epoll";
    public static final String NIO = "nio";

    /** What may be asked for. */
    public static final List<String> NAMES = List.of(AUTO, IO_URING, EPOLL, NIO);

    /** Why no folder can hold epoll's native code; empty where one can. Before Netty looks for it. */
    private static final String NO_FOLDER = NativeFolder.choose();

    static {
        Errno.load();
    }

    private static final int MAX_CAUSES = 10;
    private static final long ANSWER_SECONDS = 5;

    private static final Transport BY_RING = new Transport(IO_URING, false);
    private static final Transport BY_EPOLL = new Transport(EPOLL, false);
    private static final Transport BY_NIO = new Transport(NIO, false);
    /** In place of {@link #BY_RING}, which is refused. */
    private static final Transport INSTEAD = new Transport(EPOLL, false);

    /** Why there is no io_uring here; empty where there is. */
    private static final class RingRefusal {
        static final String WHY = Epoll.isAvailable() ? RingHandler.refusal() : "no epoll";

        private RingRefusal() {}
    }

    private final String name;
    private final boolean ownFiles;

    private Transport(String name, boolean ownFiles) {
        this.name = name;
        this.ownFiles = ownFiles;
    }

    /** {@link #best(String)} where {@code hosts.yaml} says nothing. */
    public static Transport best() {
        return best(AUTO);
    }

    /**
     * The one that is wanted, or the best that can be had instead.
     *
     * @param asked its name; {@value #AUTO}: what the system property {@value #PROPERTY} says
     */
    public static Transport best(String asked) {
        String wanted = wanted(asked);
        if (wanted.equals(NIO) || !Epoll.isAvailable()) {
            return BY_NIO;
        }
        if (!wanted.equals(IO_URING)) {
            return BY_EPOLL;
        }
        return RingRefusal.WHY.isEmpty() ? BY_RING : INSTEAD;
    }

    /** What has a JVM take the one of that name. */
    public static String flag(String name) {
        return "-D" + PROPERTY + "=" + name;
    }

    /** Whether all of it, or loops of it, would be io_uring's if that was not refused here. */
    public boolean isInsteadOfRing() {
        return this == INSTEAD || (isRing() && RingHandler.isRefused());
    }

    private static String wanted(String asked) {
        return asked.equals(AUTO) ? System.getProperty(PROPERTY, AUTO) : asked;
    }

    /** The transports of this machine, the best first. Loads epoll's native code, and tries a ring. */
    public static List<Transport> available() {
        if (!Epoll.isAvailable()) {
            return List.of(BY_NIO);
        }
        return RingRefusal.WHY.isEmpty() ? List.of(BY_EPOLL, BY_RING, BY_NIO) : List.of(BY_EPOLL, BY_NIO);
    }

    /** Why {@link #best(String)} is not what is wanted, or not as good as on other machines, as a notice; empty where it is. */
    public static Optional<String> whyNot(String asked) {
        String wanted = wanted(asked);
        if (wanted.equals(NIO)) {
            return Optional.empty();
        }
        if (!Epoll.isAvailable()) {
            return Optional.of(whyNotEpoll());
        }
        return wanted.equals(IO_URING) && !RingRefusal.WHY.isEmpty()
                ? Optional.of("no io_uring here: " + RingRefusal.WHY + " · epoll is used instead")
                : Optional.empty();
    }

    /** It costs CPU, and the server stays one process. */
    private static String whyNotEpoll() {
        String why = NO_FOLDER.isEmpty() ? reason(Epoll.unavailabilityCause()) : NO_FOLDER;
        return "no epoll here: " + why + " · nio is used instead: a Ping costs more CPU, and the server is one "
                + "process; -Dio.netty.native.workdir=FOLDER names a folder that may run programs";
    }

    /** Of the deepest cause, its first line. */
    private static String reason(@Nullable Throwable cause) {
        Throwable deepest = cause;
        for (int depth = 0; depth < MAX_CAUSES && deepest != null && deepest.getCause() != null; depth++) {
            deepest = deepest.getCause();
        }
        return deepest == null
                ? "this system has none"
                : String.valueOf(deepest.getMessage()).lines().findFirst().orElse(deepest.toString());
    }

    /**
     * The same, each of whose loops has as many files as a process may have: {@link OwnFiles}. What such a loop tells of its sockets it tells
     * on its thread, where no file that another thread has opened may be used: it is to be passed on to another one.
     * Empty where that can't be had: nio, or a kernel or a sandbox that refuses.
     */
    public Optional<Transport> withOwnFiles() {
        return isEpoll() && OwnFiles.areToBeHad() ? Optional.of(new Transport(name, true)) : Optional.empty();
    }

    /** Whether there may be one {@link #withOwnFiles()}; tries nothing. */
    public boolean mayOwnFiles() {
        return isEpoll() && OwnFiles.mayBeHad();
    }

    /** Whether it is one {@link #withOwnFiles()}. */
    public boolean ownsFiles() {
        return ownFiles;
    }

    /** Whether the thread that calls is a loop {@link #withOwnFiles()}. */
    public static boolean hasOwnFiles() {
        return OwnFiles.isOwner();
    }

    /** The same for links that say what they like, for which a ring is no gain: theirs are registered with epoll in any case. */
    public Transport forBytes() {
        return isRing() ? new Transport(EPOLL, ownFiles) : this;
    }

    /** {@code io_uring}, {@code epoll} or {@code nio}. */
    public String name() {
        return name;
    }

    /**
     * {@code n} event loops, started, whose daemon threads are named {@code role-1}, {@code role-2}, …. Shutting them
     * down closes all that is registered with them.
     *
     * @throws RuntimeException where the system gives no epoll set (EMFILE) or no thread (EAGAIN); its name is in {@link Errno}
     */
    public EventLoopGroup loops(int n, String role) {
        EventLoopGroup loops = new ClosingLoops(n, threads(role), ioHandlers(), ownFiles);
        try {
            loops.forEach(loop -> loop.execute(() -> {})); // now, and not when the first connection comes
            return loops;
        } catch (OutOfMemoryError e) {
            shutDown(loops);
            throw new IllegalStateException(e);
        }
    }

    private static void shutDown(EventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            try {
                Future<?> unused = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            } catch (OutOfMemoryError e) {
                // one that has no thread yet is started for it, and can't be
            }
        }
    }

    private ThreadFactory threads(String role) {
        AtomicInteger last = ownFiles ? OwnFiles.THREADS : new AtomicInteger();
        return task -> {
            Thread thread = new FastThreadLocalThread(
                    ownFiles ? OwnFiles.during(task) : task, role + "-" + last.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private IoHandlerFactory ioHandlers() {
        if (isRing()) {
            return RingHandler.factory();
        }
        return isEpoll() ? EpollHandlers.factory() : NioIoHandler.newFactory();
    }

    /**
     * Listens on {@code at}. Not to be called from an event loop; returns when it listens.
     *
     * @param loop one of {@link #loops}; where {@code owner} is told of what comes
     * @param at resolved; its port may be 0, then the kernel chooses one
     * @throws IOException where the system refuses, its name is in {@link Errno}; nothing is left open then
     */
    public Listening listen(EventLoop loop, InetSocketAddress at, Listening.Manner manner, Listening.Owner owner)
            throws IOException {
        try {
            if (ownFiles) { // the loop's own file
                return answer(loop.submit(() -> new EpollListening((IoEventLoop) loop, ownFiles, at, manner, owner)));
            }
            return isEpoll()
                    ? new EpollListening((IoEventLoop) loop, ownFiles, at, manner, owner)
                    : new ChannelListening(new NioServerSocketChannel(), loop, at, manner, owner);
        } catch (ChannelException | UncheckedIOException e) { // no socket; no room in the epoll set
            throw new IOException(e);
        }
    }

    /**
     * Has {@code connections} of this process to itself come to {@code owner}, send {@code message} and end, and returns at once: what runs for each
     * is loaded and compiled before the first real one comes. They are not of TCP. With epoll; otherwise nothing happens.
     *
     * @param loop one of {@link #loops}; where {@code owner} is told of what comes
     */
    public void warmUp(EventLoop loop, int connections, String message, Listening.Owner owner) {
        if (isEpoll()) {
            loop.execute(() -> WarmUp.begin((IoEventLoop) loop, connections, message, owner));
        }
    }

    /**
     * What an event loop answers, for who may wait for it.
     *
     * @throws IOException with what went wrong as its cause, or where there is no answer within {@value #ANSWER_SECONDS} s
     */
    static <T> T answer(Future<T> asked) throws IOException {
        boolean inTime = asked.awaitUninterruptibly(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (!asked.isSuccess()) {
            throw new IOException(inTime ? asked.cause() : new TimeoutException("the event loop does not answer"));
        }
        return asked.getNow();
    }

    /**
     * The links of {@code loop}, one of {@link #loops}.
     *
     * @param message the one that they send: {@link Wire#PING} or {@link Wire#PONG}
     */
    public Links links(EventLoop loop, String message) {
        RingHandler ring = isRing() ? ((ClosingLoops.ClosingLoop) loop).ring() : null;
        if (ring != null) {
            return new RingLinks(loop, ring, message);
        }
        return isEpoll() ? new EpollLinks(loop, message) : new ChannelLinks(loop, message);
    }

    /**
     * Links of {@code loop} whose owners say what they like, by {@link Link#send(byte[], int)}.
     *
     * @param keepalive seconds that a peer may be silent before its kernel is asked whether it is still there; 0: never
     */
    public Links links(EventLoop loop, int keepalive) {
        return isEpoll() ? new EpollLinks(loop, keepalive) : new ChannelLinks(loop, keepalive);
    }

    /**
     * The same, with what lies between the socket and what is said.
     *
     * @throws IllegalArgumentException in one line, where TLS can't be made of {@code layers}
     */
    public Links links(EventLoop loop, int keepalive, Layers layers) {
        Links links = links(loop, keepalive);
        if (layers.proxy() != null) {
            links = new ProxyLinks(links, layers.proxy());
        }
        return layers.tls() == null ? links : new TlsLinks(links, new TlsEngines(layers.tls(), false), "");
    }

    /**
     * The links of a server with TLS.
     *
     * @param message the one that they send
     * @throws IllegalArgumentException in one line, where TLS can't be made of {@code tls}
     */
    public Links links(EventLoop loop, String message, TlsSettings tls) {
        return new TlsLinks(links(loop, 0), new TlsEngines(tls, true), message);
    }

    /** Whether the listening sockets of several processes may share a port ({@link PortGroup}). */
    public boolean sharesPorts() {
        return isEpoll();
    }

    /** Whether its loops have an epoll set; those with a ring have one, too. */
    private boolean isEpoll() {
        return !name.equals(NIO);
    }

    private boolean isRing() {
        return name.equals(IO_URING);
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * Event loops that close every channel before they end. Netty 4.2.18 looks for a shutdown twice in a round, first to close
     * the channels and then to leave: told in between, with no quiet period, it leaves its sockets open for ever.
     */
    private static final class ClosingLoops extends MultiThreadIoEventLoopGroup {
        ClosingLoops(int n, ThreadFactory threads, IoHandlerFactory io, boolean ownFiles) {
            super(n, threads, io, ownFiles);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... args) {
            return new ClosingLoop(this, executor, io, (Boolean) args[0]);
        }

        private static final class ClosingLoop extends SingleThreadIoEventLoop {
            private final boolean ownFiles;

            ClosingLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory io, boolean ownFiles) {
                super(parent, executor, io);
                this.ownFiles = ownFiles;
            }

            @Nullable
            RingHandler ring() {
                return ioHandler() instanceof RingHandler ring ? ring : null;
            }

            /** Netty only logs what ends a loop, and its connections would wait for ever. */
            @Override
            protected void run() {
                try {
                    if (ownFiles) {
                        OwnFiles.take(ioHandler());
                    }
                    super.run();
                } catch (Error e) {
                    Thread self = Thread.currentThread();
                    self.getUncaughtExceptionHandler().uncaughtException(self, e);
                    throw e;
                }
            }

            @Override
            protected boolean confirmShutdown() {
                if (!isShuttingDown()) {
                    return false;
                }
                ioHandler().prepareToDestroy();
                return super.confirmShutdown();
            }
        }
    }
}
