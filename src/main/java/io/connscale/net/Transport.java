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
 * How sockets are driven on this machine: Netty's epoll where it is available, else nio. Made once by {@code Main} and
 * handed to the server or the agent; immutable, for any thread.
 */
public final class Transport {
    /** Set to {@code nio} to do without epoll where it is available. */
    public static final String PROPERTY = "connscale.transport";

    /** Why no folder can hold epoll's native code; empty where one can. Before Netty looks for it. */
    private static final String NO_FOLDER = NativeFolder.choose();

    static {
        Errno.load();
    }

    private static final int MAX_CAUSES = 10;
    private static final long ANSWER_SECONDS = 5;

    private static final Transport EPOLL = new Transport("epoll", false);
    private static final Transport EPOLL_WITH_OWN_FILES = new Transport("epoll", true);
    private static final Transport NIO = new Transport("nio", false);

    private final String name;
    private final boolean ownFiles;

    private Transport(String name, boolean ownFiles) {
        this.name = name;
        this.ownFiles = ownFiles;
    }

    /** The best of {@link #available()}, or nio where the system property {@value #PROPERTY} says so. */
    public static Transport best() {
        return NIO.name.equals(System.getProperty(PROPERTY)) ? NIO : available().get(0);
    }

    /** The transports of this machine, the best first. Loads epoll's native code. */
    public static List<Transport> available() {
        return Epoll.isAvailable() ? List.of(EPOLL, NIO) : List.of(NIO);
    }

    /**
     * Why {@link #best()} is not epoll though nobody asked for that, as a notice; empty where it is, or where somebody did. It
     * costs CPU, and the server stays one process.
     */
    public static Optional<String> whyNotEpoll() {
        if (NIO.name.equals(System.getProperty(PROPERTY)) || Epoll.isAvailable()) {
            return Optional.empty();
        }
        String why = NO_FOLDER.isEmpty() ? reason(Epoll.unavailabilityCause()) : NO_FOLDER;
        return Optional.of(
                "no epoll here: " + why + " · nio is used instead: a Ping costs more CPU, and the server is one "
                        + "process; -Dio.netty.native.workdir=FOLDER names a folder that may run programs");
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
        return isEpoll() && OwnFiles.areToBeHad() ? Optional.of(EPOLL_WITH_OWN_FILES) : Optional.empty();
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

    /** {@code epoll} or {@code nio}. */
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

    private boolean isEpoll() {
        return this != NIO;
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
