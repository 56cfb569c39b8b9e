package io.connscale.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an event loop waits by that has a ring: a turn of it is one call of the kernel, which takes what the turn before has to
 * send, and waits. {@link RingLink}s are the ring's; all else that a loop may have (what listens, TLS, talks) is Netty's epoll
 * handler's, whose set the ring watches as it does a socket.
 *
 * <p>A request is named by its link's place in a table, a number that no link had before, and the operation: what comes late for a
 * link that is gone names nobody.
 */
final class RingHandler implements IoHandler, Ring.Completions {
    private static final Logger log = LoggerFactory.getLogger(RingHandler.class);

    /** For 20,000 connections of a process, each of which sends once a second; there may be fifty loops in one. */
    static final Ring.Size SIZE = new Ring.Size(1024, 4096, 2048, 96);

    /** A name: 24 bits for the place, then the operation, and in the upper half the number. */
    private static final int PLACES = 24;

    private static final long PLACE = (1L << PLACES) - 1;
    private static final long OPERATION = 0xFFL << PLACES;
    private static final int NUMBER = 32;
    /** Operations that are no link's, of place and number 0. */
    private static final int EPOLL = 0x10;

    private static final int WAKE = 0x11;
    private static final int FIRST = 64;

    /**
     * What comes for links that are told when it came may lie so long, or until so many have come or half of the buffers are taken: to be woken up by each costs as much as it does
     * itself. The loop's tasks may wait as long; what is due is not late.
     */
    private static final long GATHERED_NANOS = 10_000_000;

    private static final int GATHERED = 128;

    private static final Set<String> REFUSALS = Set.of("ENOMEM", "EPERM");
    private static volatile boolean refused;

    private final ThreadAwareExecutor loop;
    private final IoHandler epoll;
    private final int epollFile;
    private final List<Integer> files;
    private final FileDescriptor wake;
    private final Ring ring;
    /** False while the loop waits: then it has to be woken. */
    private final AtomicBoolean awake = new AtomicBoolean(true);

    private @Nullable RingLink[] links = new RingLink[FIRST];
    /** Places that were given out; and those that are free again. */
    private int places;

    private int[] free = new int[FIRST];
    private int frees;
    private int numbers;
    /** What became of sends of a batch before this one is known. */
    private int known = 1;
    /** Links with something to say who don't know what became of what they said last. */
    private List<RingLink> held = new ArrayList<>();

    private final int enough;
    private final ArrivalClock clock = new ArrivalClock();
    /** There are timed links. */
    private boolean times;
    /** When what a timed link is told of came. */
    private long arrived;
    /** The next wait is to gather: timed links have sent, and will be answered; or the first of what they are told has come. The last one did. */
    private boolean gathers;

    private boolean gathered;
    /** Links that wait until they can be written to. */
    private int polling;

    private boolean epollReady;
    private boolean epollWatched;
    private boolean wakeWatched;
    /** Sockets whose close waits to be submitted. */
    private boolean closes;
    /** Links that were closed while the kernel received for them: until that has ended it holds their sockets open. */
    private int ending;

    /** @throws RuntimeException where the system gives no ring or no epoll set; its name is in {@link Errno} */
    RingHandler(ThreadAwareExecutor loop, IoHandlerFactory epolls, Ring.Size size) {
        this.loop = loop;
        this.enough = Math.min(GATHERED, size.buffers() / 2);
        this.epoll = epolls.newHandler(loop);
        FileDescriptor opened = null;
        try {
            List<Integer> all = new ArrayList<>(EpollHandlers.files(epoll));
            epollFile = all.get(0);
            wake = opened = Native.newEventFd();
            ring = new Ring(size);
            all.add(wake.intValue());
            all.add(ring.file());
            files = List.copyOf(all);
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            if (opened != null) {
                SocketLinks.close(opened);
            }
            epoll.destroy();
            throw e instanceof IOException io ? new UncheckedIOException(io) : new IllegalStateException(e);
        }
    }

    /** Where one ring more is refused, its loop is epoll's: the locked memory that a user may have is for all of them, and a setting may have changed. */
    static IoHandlerFactory factory() {
        IoHandlerFactory epolls = EpollHandlers.factory();
        return loop -> {
            try {
                return new RingHandler(loop, epolls, SIZE);
            } catch (RuntimeException e) {
                if (REFUSALS.contains(Errno.name(e))) {
                    log.warn("an event loop has no ring", e);
                    refused = true;
                    return epolls.newHandler(loop);
                }
                throw e;
            }
        };
    }

    /** Whether a loop of this process has had to do without. */
    static boolean isRefused() {
        return refused;
    }

    /** Why no loop could have a ring here; empty where one can. Makes one. */
    static String refusal() {
        return Ring.refusal(SIZE);
    }

    /** The descriptors that it has opened. */
    List<Integer> files() {
        return files;
    }

    @Override
    public void initialize() {
        epoll.initialize();
        try {
            ring.enable();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // A turn of the loop

    @Override
    public int run(IoHandlerContext context) {
        watch();
        submitAndWait(context);
        int handled = tell();
        if (epollReady) {
            epollReady = false;
            handled += epoll.run(new Now(context));
        }
        return handled;
    }

    /** What is ready in the epoll set is told once, and the set is not waited for until it was looked at. */
    private void watch() {
        if (!epollWatched) {
            epollWatched = true;
            ring.poll(epollFile, Ring.POLLIN, (long) EPOLL << PLACES);
        }
        if (!wakeWatched) {
            wakeWatched = true;
            ring.pollOn(wake.intValue(), Ring.POLLIN, (long) WAKE << PLACES);
        }
    }

    private void submitAndWait(IoHandlerContext context) {
        if (!held.isEmpty() || !context.canBlock()) {
            ring.submitAndWait(1, 0);
            return;
        }
        gathered = gathers && polling == 0 && clock.isByKernel();
        gathers = false;
        awake.set(false);
        try {
            // Again: whoever gave the loop a task before this saw it awake.
            long nanos = context.canBlock() ? untilDue(context) : 0;
            if (gathered) {
                ring.submitAndWait(enough, nanos < 0 ? GATHERED_NANOS : Math.min(nanos, GATHERED_NANOS));
            } else {
                ring.submitAndWait(1, nanos);
            }
        } finally {
            awake.set(true);
        }
    }

    private static long untilDue(IoHandlerContext context) {
        return context.deadlineNanos() < 0 ? -1 : Math.max(0, context.delayNanos(System.nanoTime()));
    }

    private int tell() {
        closes = closes && ring.hasUnsubmitted();
        if (!ring.overflows()) {
            known = ring.batch();
        }
        if (times) {
            clock.look();
        }
        int told = ring.tell(this);
        if (!held.isEmpty()) {
            List<RingLink> before = held;
            held = new ArrayList<>();
            before.forEach(RingLink::sendHeld);
        }
        return told;
    }

    @Override
    public void completed(long request, int result, int flags) {
        int operation = (int) ((request & OPERATION) >>> PLACES);
        if (request >>> NUMBER == 0) {
            epollReady |= operation == EPOLL;
            epollWatched &= operation != EPOLL;
            wakeWatched &= operation != WAKE || (flags & Ring.MORE) != 0;
            return;
        }
        int place = (int) (request & PLACE);
        RingLink link = request == Ring.NOBODY || place >= places ? null : links[place];
        if (link == null || link.name != (request & ~OPERATION)) {
            ending -= operation == RingLink.RECEIVE && (flags & Ring.MORE) == 0 ? 1 : 0;
        } else {
            try {
                link.completed(operation, result, flags);
            } catch (RuntimeException e) { // the others' completions come once
                log.warn("a connection could not do what its socket told", e);
            }
        }
    }

    @Override
    public void wakeup() {
        if (!loop.isExecutorThread(Thread.currentThread()) && !awake.getAndSet(true)) {
            Native.eventFdWrite(wake.intValue(), 1);
        }
    }

    /** A run of the epoll handler that does not wait. */
    private record Now(IoHandlerContext loop) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long now) {
            return loop.delayNanos(now);
        }

        @Override
        public long deadlineNanos() {
            return loop.deadlineNanos();
        }
    }

    // For links, on the loop

    private long request(RingLink link, int operation) {
        if (link.name == 0) {
            place(link);
        }
        return link.name | (long) operation << PLACES;
    }

    private void place(RingLink link) {
        int place = frees > 0 ? free[--frees] : places++;
        if (place == links.length) {
            links = Arrays.copyOf(links, 2 * links.length);
        }
        links[place] = link;
        numbers = numbers == -1 ? 1 : numbers + 1; // 0 is nobody's
        link.name = place | (long) numbers << NUMBER;
    }

    void poll(RingLink link) {
        polling++;
        ring.poll(link.intValue(), Ring.POLLOUT, request(link, RingLink.POLL));
    }

    /** It can be written to, or never will. */
    void polled() {
        polling--;
    }

    void receive(RingLink link) {
        long name = request(link, RingLink.RECEIVE);
        if (link.links().timed) {
            times = true;
            ring.receiveTimed(link.intValue(), name);
        } else {
            ring.receive(link.intValue(), name);
        }
    }

    void cancelReceive(RingLink link) {
        ring.cancel(request(link, RingLink.RECEIVE));
    }

    /** What has come with a completion; none where that was the end. */
    ByteBuffer received(RingLink link, int flags, int result) {
        if (!link.links().timed) {
            return ring.buffer(flags, 0, result);
        }
        arrived = ring.arrived(flags, clock);
        gathers |= !gathered;
        return ring.buffer(flags, Ring.AHEAD, result);
    }

    /** When a timed link was sent what it is being told of, {@link System#nanoTime()}. */
    long arrived() {
        return arrived;
    }

    /** Whether it is known what became of what was sent in that batch. */
    boolean knows(int batch) {
        return batch - known < 0;
    }

    /** Sends of its messages {@code bytes} from there on; the batch with which they leave. */
    int send(RingLink link, int from, int bytes) {
        gathers |= link.links().timed;
        return ring.send(link.intValue(), link.links().messagesAddress + from, bytes, request(link, RingLink.SEND));
    }

    /** The same, and tells how many were taken. */
    void flush(RingLink link, int from, int bytes) {
        ring.sendAndTell(link.intValue(), link.links().messagesAddress + from, bytes, request(link, RingLink.FLUSH));
    }

    /** It is to send what it owes once this may be known. */
    void hold(RingLink link) {
        held.add(link);
    }

    /** Closes its socket, once what it has sent is submitted, and ends what the kernel has of it. */
    void close(RingLink link, boolean receiving, boolean polling) {
        int place = (int) (link.name & PLACE);
        links[place] = null;
        if (frees == free.length) {
            free = Arrays.copyOf(free, 2 * frees);
        }
        free[frees++] = place;
        if (receiving) {
            ending++;
            ring.cancel(request(link, RingLink.RECEIVE));
        }
        if (polling) {
            polled();
            ring.cancel(request(link, RingLink.POLL));
        }
        ring.close(link.intValue());
        closes = true;
    }

    /** Whether sockets of closed links are still open. */
    boolean isClosing() {
        return closes || ending > 0;
    }

    /** Submits sends that wait for the end of the turn. */
    void submitSends() {
        if (ring.hasUnsubmittedSends()) {
            ring.submit();
        }
    }

    /** Submits, where sockets wait to be closed: then there may be descriptors again. */
    boolean submitsCloses() {
        boolean any = closes;
        if (any) {
            ring.submit();
            closes = false;
        }
        return any;
    }

    // What is not the ring's

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return epoll.register(handle);
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    // The end

    @Override
    public void prepareToDestroy() {
        for (int i = 0; i < places; i++) {
            RingLink link = links[i];
            if (link != null) {
                link.close();
            }
        }
        epoll.prepareToDestroy();
    }

    /**
     * What was asked for last is submitted, and what is cancelled ends, some of it with each call of the kernel: what had not, would hold its
     * socket open for as long as somebody has the ring's descriptor.
     */
    @Override
    public void destroy() {
        try {
            do {
                ring.submitAndWait(1, 0);
            } while (ring.tell(this) > 0);
        } finally {
            ring.close();
            SocketLinks.close(wake);
            epoll.destroy();
        }
    }
}
