package io.connscale.net;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One io_uring of the kernel's (io_uring(7), linux/io_uring.h): requests are written into memory that both share, one call submits
 * all of them and waits, and what came of them lies in memory again. Linux 6.1. After {@link #enable} it belongs to the thread that has called that; until then nothing can be submitted.
 *
 * <p>What is received lies in small buffers that all sockets share; the kernel takes the next one where something comes. A request that is to
 * say nothing where it succeeds takes no room among the answers.
 *
 * <p>The kernel reads and writes the shared memory during this thread's calls alone (no thread of its own polls, and what completes is
 * deferred to them), so that plain accesses are enough.
 */
final class Ring implements AutoCloseable {
    /** asm-generic/unistd.h. */
    private static final long SETUP = 425;

    private static final long ENTER = 426;
    private static final long REGISTER = 427;

    /** {@code IORING_SETUP_}: the length of the queue of completions is given; a request that is none does not hold up the next ones; */
    private static final int CQSIZE = 1 << 3;

    private static final int DISABLED = 1 << 6;
    private static final int SUBMIT_ALL = 1 << 7;
    /** one thread submits, and what comes is looked at when it asks, not whenever it comes back from a call. */
    private static final int SINGLE_ISSUER = 1 << 12;

    private static final int DEFER_TASKRUN = 1 << 13;

    /** sysctl(8), Documentation/admin-guide/sysctl/kernel.rst; Linux 6.6. */
    private static final String DISABLED_BY = "/proc/sys/kernel/io_uring_disabled";

    /** {@code IORING_REGISTER_}. */
    private static final long ENABLE_RINGS = 12;

    private static final long BUFFER_RING = 22;
    /** {@code IORING_ENTER_}. */
    private static final long GETEVENTS = 1;

    private static final long EXT_ARG = 1 << 3;
    /** {@code IORING_SQ_CQ_OVERFLOW}. */
    private static final int OVERFLOW = 1 << 1;

    /** {@code IORING_OP_}. */
    private static final int POLL_ADD = 6;

    private static final int RECVMSG = 10;
    private static final int ASYNC_CANCEL = 14;
    private static final int CLOSE = 19;
    private static final int SEND = 26;
    private static final int RECV = 27;
    /** {@code IOSQE_}, in their place in an entry. */
    private static final int BUFFER_SELECT = 1 << (8 + 5);

    private static final int SKIP_SUCCESS = 1 << (8 + 6);
    /** {@code IORING_RECV_MULTISHOT}, {@code IORING_RECVSEND_POLL_FIRST}: nothing is received while it is submitted, which {@link RingLink#send} counts on. */
    private static final int MULTISHOT = 1 << (16 + 1);

    private static final int POLL_FIRST = 1 << 16;
    /** socket(2): a send that is short counts as failed, and is told. */
    private static final long SEND_FLAGS = 0x4000 | 0x40 | 0x100; // MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL

    /** {@code IORING_CQE_F_}: a completion has a buffer, whose number is in the upper half; its request goes on. */
    static final int BUFFER = 1;

    static final int MORE = 1 << 1;
    /** poll(2). */
    static final int POLLIN = 1;

    static final int POLLOUT = 4;

    static final int EAGAIN = 11;
    static final int ECANCELED = 125;
    static final int ENOBUFS = 105;

    private static final int EINTR = 4;
    private static final int EBUSY = 16;
    private static final int ETIME = 62;

    /** Before the bytes that {@link #receiveTimed} brings: a struct io_uring_recvmsg_out, and as the one control message a struct timespec. */
    static final int AHEAD = 48;

    private static final int CONTROL = 16 + 16;
    private static final int CONTROL_LENGTH_AT = 4;
    private static final int SECONDS_AT = 16 + 16;
    /** A struct msghdr that has room for that and asks for nothing else; the kernel reads it where a request is submitted. */
    private static final ByteBuffer TIMED = direct(56).putLong(40, CONTROL);

    private static final long TIMED_ADDRESS = Buffer.memoryAddress(TIMED);

    /** What asks for nobody's attention: the completions of a {@link #cancel} that came too late, and of a {@link #close}. */
    static final long NOBODY = -1;

    /** mmap(2). */
    private static final int READ_WRITE = 3;

    private static final int SHARED = 0x8001; // MAP_SHARED | MAP_POPULATE
    private static final int OWN = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
    private static final long SQES = 0x10000000;

    /** Sizes and places of struct io_uring_params, io_uring_sqe, io_uring_cqe, io_uring_buf, io_uring_buf_reg, io_uring_getevents_arg. */
    private static final int PARAMS = 120;

    private static final int SQ_OFFSETS = 40;
    private static final int CQ_OFFSETS = 80;
    private static final int ENTRY = 64;
    private static final int COMPLETION = 16;
    private static final int DESCRIPTION = 16;
    private static final int REGISTRATION = 40;
    private static final int ARGUMENT = 24;
    private static final int TIME = 16;
    private static final int BUFFERS_TAIL = 14;

    private static final long SECOND = 1_000_000_000;
    /** Requests that wait before they are submitted on the way: so long the first one waits for the others. */
    private static final int AT_ONCE = 32;

    /** The length of both queues, and of the buffers, powers of two. */
    record Size(int requests, int completions, int buffers, int bufferBytes) {}

    private record Mapped(long address, long length) {
        static Mapped of(long length, int flags, int file, long offset) throws IOException {
            long address = Libc.mmap(0, length, READ_WRITE, flags, file, offset);
            if (address == -1) {
                throw failure("mmap");
            }
            return new Mapped(address, length);
        }

        ByteBuffer bytes() {
            return new Pointer(address).getByteBuffer(0, length).order(ByteOrder.nativeOrder());
        }

        void unmap() {
            Libc.munmap(address, length);
        }
    }

    private final Size size;
    private final int file;
    private final Mapped queues;
    private final Mapped entriesMapped;
    private final Mapped buffersMapped;

    /** Both queues' heads and tails, and the completions. */
    private final ByteBuffer shared;

    private final ByteBuffer entries;
    /** What describes each buffer to the kernel, a ring; behind it the buffers themselves. */
    private final ByteBuffer buffers;

    private final int firstBuffer;
    private final int requestsTail;
    private final int requestsFlags;
    private final int requestsMask;
    private final int completionsHead;
    private final int completionsTail;
    private final int completionsMask;
    private final int completionsAt;

    /** How long to wait: a struct io_uring_getevents_arg, and the struct __kernel_timespec that it points to. */
    private final ByteBuffer wait;

    private final long waitAddress;

    private int tail;
    private int unsubmitted;
    private int unsubmittedSends;
    private int given;
    /** Counts what is submitted together. */
    private int batch = 1;

    /** @throws IOException where the kernel refuses; its name is in {@link Errno}, and nothing is left open */
    Ring(Size size) throws IOException {
        this.size = size;
        ByteBuffer params = direct(PARAMS);
        params.putInt(4, size.completions()).putInt(8, CQSIZE | DISABLED | SUBMIT_ALL | SINGLE_ISSUER | DEFER_TASKRUN);
        file = (int) call(SETUP, size.requests(), Buffer.memoryAddress(params), 0, 0);
        Mapped[] mapped = new Mapped[3];
        try {
            int arrayAt = params.getInt(SQ_OFFSETS + 24);
            completionsAt = params.getInt(CQ_OFFSETS + 20);
            long length = Math.max(
                    arrayAt + (long) size.requests() * Integer.BYTES,
                    completionsAt + (long) size.completions() * COMPLETION);
            queues = mapped[0] = Mapped.of(length, SHARED, file, 0);
            entriesMapped = mapped[1] = Mapped.of((long) size.requests() * ENTRY, SHARED, file, SQES);
            firstBuffer = size.buffers() * DESCRIPTION;
            buffersMapped = mapped[2] = Mapped.of(firstBuffer + (long) size.buffers() * size.bufferBytes(), OWN, -1, 0);
            shared = queues.bytes();
            entries = entriesMapped.bytes();
            buffers = buffersMapped.bytes();
            requestsTail = params.getInt(SQ_OFFSETS + 4);
            requestsMask = shared.getInt(params.getInt(SQ_OFFSETS + 8));
            requestsFlags = params.getInt(SQ_OFFSETS + 16);
            completionsHead = params.getInt(CQ_OFFSETS);
            completionsTail = params.getInt(CQ_OFFSETS + 4);
            completionsMask = shared.getInt(params.getInt(CQ_OFFSETS + 8));
            for (int i = 0; i < size.requests(); i++) {
                shared.putInt(arrayAt + i * Integer.BYTES, i); // entries are always taken in their order
            }
            wait = direct(ARGUMENT + TIME);
            waitAddress = Buffer.memoryAddress(wait);
            registerBuffers();
        } catch (IOException | RuntimeException e) {
            close(file, mapped);
            throw e;
        }
    }

    private void registerBuffers() throws IOException {
        ByteBuffer registration = direct(REGISTRATION);
        registration.putLong(0, buffersMapped.address()).putInt(8, size.buffers());
        call(REGISTER, file, BUFFER_RING, Buffer.memoryAddress(registration), 1);
        for (int i = 0; i < size.buffers(); i++) {
            give(i);
        }
        giveBuffers();
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static long call(long number, long first, long second, long third, long fourth) throws IOException {
        long result = Libc.syscall(number, first, second, third, fourth, 0, 0);
        if (result < 0) {
            throw failure("io_uring");
        }
        return result;
    }

    private static NativeIoException failure(String call) {
        return Errors.newIOException(call, -Native.getLastError());
    }

    /** The thread that calls is the one that submits from now on. */
    void enable() throws IOException {
        call(REGISTER, file, ENABLE_RINGS, 0, 0);
    }

    int file() {
        return file;
    }

    // Requests

    /** Nothing is told where all of it is taken at once. Gives its batch: where there is no room, or enough wait, this submits one itself. */
    int send(int socket, long address, int bytes, long name) {
        write(SEND | SKIP_SUCCESS, socket, address, bytes | SEND_FLAGS << 32, name);
        int itsBatch = batch;
        if (++unsubmittedSends >= AT_ONCE) {
            submit();
        }
        return itsBatch;
    }

    /** How much of it was taken is told. */
    void sendAndTell(int socket, long address, int bytes, long name) {
        write(SEND, socket, address, bytes | SEND_FLAGS << 32, name);
    }

    /** From now on all that comes is told, in {@link #buffer}s, until {@link #MORE} is missing. */
    void receive(int socket, long name) {
        write(RECV | BUFFER_SELECT | MULTISHOT | POLL_FIRST, socket, 0, 0, name);
    }

    /** The same, with {@link #AHEAD} in front, where it stands when that came: {@link #arrived}. The socket is to be asked for it. */
    void receiveTimed(int socket, long name) {
        write(RECVMSG | BUFFER_SELECT | MULTISHOT | POLL_FIRST, socket, TIMED_ADDRESS, 0, name);
    }

    /** Once. */
    void poll(int polled, int events, long name) {
        write(POLL_ADD, polled, 0, (long) events << 32, name);
    }

    /** The same, until {@link #MORE} is missing. */
    void pollOn(int polled, int events, long name) {
        write(POLL_ADD, polled, 0, 1 | (long) events << 32, name); // IORING_POLL_ADD_MULTI
    }

    /** The request of that name ends, if it is still there. */
    void cancel(long name) {
        write(ASYNC_CANCEL | SKIP_SUCCESS, -1, name, 0, NOBODY);
    }

    /** close(2), once all that was asked for before is submitted: until then the number is not another's. */
    void close(int descriptor) {
        write(CLOSE | SKIP_SUCCESS, descriptor, 0, 0, NOBODY);
    }

    private void write(int operation, int descriptor, long address, long lengthAndFlags, long name) {
        if (unsubmitted == size.requests()) {
            submit();
            if (unsubmitted == size.requests()) {
                throw new IllegalStateException(Errors.newIOException("io_uring_enter", -EAGAIN));
            }
        }
        int at = (tail++ & requestsMask) * ENTRY;
        entries.putLong(at, Integer.toUnsignedLong(operation) | (long) descriptor << 32)
                .putLong(at + 16, address)
                .putLong(at + 24, lengthAndFlags)
                .putLong(at + 32, name); // all else stays 0
        unsubmitted++;
    }

    /** Grows with each submission: what was asked for under another number is submitted. */
    int batch() {
        return batch;
    }

    boolean hasUnsubmitted() {
        return unsubmitted > 0;
    }

    boolean hasUnsubmittedSends() {
        return unsubmittedSends > 0;
    }

    /** Submits what was asked for, and waits for nothing. Where the kernel has no memory for it, it is submitted later. */
    void submit() {
        enter(0, 0, 0);
    }

    /**
     * Submits what was asked for, and waits for completions.
     *
     * @param completions so many, where they come in time
     * @param nanos at most so long; 0: not at all; below: for ever
     */
    void submitAndWait(int completions, long nanos) {
        long time = 0;
        if (nanos > 0) {
            wait.putLong(ARGUMENT, nanos / SECOND).putLong(ARGUMENT + 8, nanos % SECOND);
            time = waitAddress + ARGUMENT;
        }
        wait.putLong(16, time);
        enter(nanos == 0 ? 0 : completions, GETEVENTS | EXT_ARG, ARGUMENT);
    }

    private void enter(int completions, long flags, long argument) {
        shared.putInt(requestsTail, tail);
        long submitted =
                Libc.syscall(ENTER, file, unsubmitted, completions, flags, argument == 0 ? 0 : waitAddress, argument);
        if (submitted < 0) {
            int error = Native.getLastError();
            if (error != ETIME && error != EINTR && error != EBUSY && error != EAGAIN) {
                throw new InternalError(Errors.newIOException("io_uring_enter", -error));
            }
            submitted = 0;
        }
        unsubmitted -= (int) submitted;
        if (unsubmitted == 0) {
            batch++;
            unsubmittedSends = 0;
        }
    }

    // Completions

    /** Hears of each. */
    interface Completions {
        /**
         * One has come.
         *
         * @param name as the request was given
         * @param result as the call would give it, or an error's number, negative
         */
        void completed(long name, int result, int flags);
    }

    /** Why no ring of that size can be had here; empty where one can. Makes one. */
    static String refusal(Size size) {
        try {
            new Ring(size).close();
            return "";
        } catch (IOException | RuntimeException e) {
            return refusal(Errno.name(e));
        } catch (LinkageError e) {
            return "JNA's native library can't be loaded: " + e.getMessage();
        }
    }

    private static String refusal(String error) {
        return switch (error) {
            case "EPERM" -> disabled();
            case "errno 38" -> "this kernel, or a sandbox, has none (ENOSYS)";
            case "EINVAL" -> "it needs Linux 6.1";
            case "ENOMEM" -> "this user may have no more locked memory (ENOMEM; ulimit -l)";
            default -> error;
        };
    }

    private static String disabled() {
        try {
            String disabled = Files.readString(Path.of(DISABLED_BY)).strip();
            return disabled.equals("0")
                    ? "a sandbox (seccomp) forbids it (EPERM)"
                    : "kernel.io_uring_disabled is " + disabled + " (EPERM)";
        } catch (IOException e) { // before Linux 6.6 it can't be disabled so
            return "a sandbox (seccomp) forbids it (EPERM)";
        }
    }

    /** Whether there are more than had room; the kernel keeps those until the next wait. */
    boolean overflows() {
        return (shared.getInt(requestsFlags) & OVERFLOW) != 0;
    }

    /** Tells of all that have come by now. */
    int tell(Completions completions) {
        int head = shared.getInt(completionsHead);
        int end = shared.getInt(completionsTail);
        int count = end - head;
        for (; head != end; head++) {
            int at = completionsAt + (head & completionsMask) * COMPLETION;
            long name = shared.getLong(at);
            long rest = shared.getLong(at + 8);
            int flags = (int) (rest >>> 32);
            completions.completed(name, (int) rest, flags);
            if ((flags & BUFFER) != 0) {
                give(flags >>> 16);
            }
        }
        shared.putInt(completionsHead, end);
        giveBuffers();
        return count;
    }

    /** What has come with a completion, from there on, until the next one. */
    ByteBuffer buffer(int flags, int from, int end) {
        int at = bufferAt(flags);
        return buffers.limit(at + end).position(at + from);
    }

    private int bufferAt(int flags) {
        return firstBuffer + (flags >>> 16) * size.bufferBytes();
    }

    /** When the kernel received what has come with a completion of {@link #receiveTimed}, by that clock. */
    long arrived(int flags, ArrivalClock clock) {
        int at = bufferAt(flags);
        buffers.clear();
        boolean told = buffers.getInt(at + CONTROL_LENGTH_AT) == CONTROL;
        return told
                ? clock.arrived(buffers.getLong(at + SECONDS_AT), buffers.getLong(at + SECONDS_AT + 8))
                : clock.arrived(0, 0);
    }

    private void give(int buffer) {
        int at = (given++ & (size.buffers() - 1)) * DESCRIPTION;
        buffers.clear()
                .putLong(at, buffersMapped.address() + firstBuffer + (long) buffer * size.bufferBytes())
                .putInt(at + 8, size.bufferBytes())
                .putShort(at + 12, (short) buffer); // what lies behind it is, of the first, the ring's tail
    }

    private void giveBuffers() {
        buffers.clear().putShort(BUFFERS_TAIL, (short) given);
    }

    /** All that was asked for ends. On any thread, once nothing is submitted any more. */
    @Override
    public void close() {
        close(file, queues, entriesMapped, buffersMapped);
    }

    private static void close(int file, Mapped... mapped) {
        Libc.close(file);
        for (Mapped one : mapped) {
            if (one != null) {
                one.unmap();
            }
        }
    }
}
