package io.connscale.cluster.launch.ssh;

import io.connscale.control.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.ChannelInputStream;
import net.schmizz.sshj.connection.channel.direct.SessionChannel;
import net.schmizz.sshj.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command on another machine. Its streams are those of its channel; it has ended when its channel has, so that what it
 * leaves behind and still holds its output keeps it alive. Where the connection is lost its streams throw, and its exit code
 * is -1. There is no pid: it means nothing here.
 */
final class SshProcess extends Process {
    private static final long DROP_MS = 1_000;

    private final ExecChannel channel;
    private final String place;
    private final OutputStream stdin;

    SshProcess(ExecChannel channel, String place) {
        this.channel = channel;
        this.place = place;
        this.stdin = new Stdin(channel);
    }

    /** Waits while the command takes nothing. Closing it is the command's end of file. */
    @Override
    public OutputStream getOutputStream() {
        return stdin;
    }

    @Override
    public InputStream getInputStream() {
        return channel.getInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return channel.getErrorStream();
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return channel.ended().get();
        } catch (ExecutionException | CancellationException e) {
            throw new IllegalStateException(e); // it only ever completes
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            channel.ended().get(timeout, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException | CancellationException e) {
            throw new IllegalStateException(e); // it only ever completes
        }
    }

    @Override
    public int exitValue() {
        if (isAlive()) {
            throw new IllegalThreadStateException("it runs");
        }
        return channel.ended().join();
    }

    @Override
    public boolean isAlive() {
        return !channel.ended().isDone();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return channel.ended().thenApplyAsync(code -> this);
    }

    /** Closes the channel: the command's standard input ends. sshd does not pass signals on to everybody. */
    @Override
    public void destroy() {
        Thread drop = Threads.start("ssh-drop " + place, channel::drop);
        try {
            drop.join(DROP_MS); // on a dead line it waits until that is cut
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Process destroyForcibly() {
        destroy();
        return this;
    }

    @Override
    public String toString() {
        return "a command on " + place + (isAlive() ? "" : ", ended with " + exitValue());
    }

    /** Sends what is written at once, as far as there is room, so that SSHJ's own stream, which it ends in, never waits. */
    private static final class Stdin extends OutputStream {
        private final ExecChannel channel;
        private final OutputStream out;

        Stdin(ExecChannel channel) {
            this.channel = channel;
            this.out = channel.getOutputStream();
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int next = channel.awaitRoom(length - done);
                out.write(bytes, from + done, next);
                out.flush();
                done += next;
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /**
     * A session channel that tells how its command ended, can be dropped, and lets a writer wait. SSHJ's own waits for the
     * server's consent to close, ends the whole connection when data comes for a stream that was closed or while the reader of
     * the other one makes room, and closes before the last output when a signal ended the command. Handled on SSHJ's reading
     * thread.
     */
    static final class ExecChannel extends SessionChannel {
        private static final Logger log = LoggerFactory.getLogger(ExecChannel.class);
        /** An exit code that is not known, since the connection or the channel ended first. */
        static final int UNKNOWN = -1;

        /** A server that sends what it may not is given up after so long. */
        private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

        private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

        private static final int SIGNALLED = 128;
        /** Signals by SSH's names (RFC 4254, 6.10), with Linux's numbers (signal(7)). */
        private static final Map<String, Integer> SIGNALS = Map.ofEntries(
                Map.entry("HUP", 1),
                Map.entry("INT", 2),
                Map.entry("QUIT", 3),
                Map.entry("ILL", 4),
                Map.entry("ABRT", 6),
                Map.entry("FPE", 8),
                Map.entry("KILL", 9),
                Map.entry("USR1", 10),
                Map.entry("SEGV", 11),
                Map.entry("USR2", 12),
                Map.entry("PIPE", 13),
                Map.entry("ALRM", 14),
                Map.entry("TERM", 15));

        private final CompletableFuture<Integer> ended = new CompletableFuture<>();
        private final AtomicBoolean dropped = new AtomicBoolean();
        private final Object room = new Object();
        private volatile int code = UNKNOWN;

        ExecChannel(Connection connection) {
            super(connection);
        }

        /** The exit code, 128 + n where signal n ended the command; {@link #UNKNOWN} where nobody knows. */
        CompletableFuture<Integer> ended() {
            return ended;
        }

        @Override
        public void handleRequest(String request, SSHPacket packet) throws ConnectionException, TransportException {
            try {
                switch (request) {
                    case "exit-status" -> code = packet.readUInt32AsInt();
                    case "exit-signal" -> code = SIGNALLED + SIGNALS.getOrDefault(packet.readString(), 0);
                    default -> super.handleRequest(request, packet);
                }
            } catch (Buffer.BufferException e) {
                throw new ConnectionException(e);
            }
        }

        @Override
        public void handle(Message message, SSHPacket packet) throws SSHException {
            super.handle(message, packet);
            if (message == Message.CHANNEL_WINDOW_ADJUST) {
                wakeWriter();
            }
        }

        /**
         * Waits until the server takes something. SSHJ's own stream waits too, but not for long, and not even a lost connection
         * wakes it.
         *
         * @return how many bytes it takes, at most {@code wanted}
         * @throws IOException where it takes nothing any more
         */
        int awaitRoom(int wanted) throws IOException {
            synchronized (room) {
                while (getRemoteWinSize() == 0 && !ended.isDone()) {
                    try {
                        room.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new InterruptedIOException("interrupted while the command took nothing");
                    }
                }
            }
            if (ended.isDone()) {
                throw new IOException("the command has ended, or its connection is lost");
            }
            return (int) Math.min(wanted, getRemoteWinSize());
        }

        private void wakeWriter() {
            synchronized (room) {
                room.notifyAll();
            }
        }

        @Override
        protected void receiveInto(ChannelInputStream stream, SSHPacket packet) throws SSHException {
            awaitWindow(packet.available() - Integer.BYTES); // its length comes first
            try {
                if (!dropped.get()) {
                    super.receiveInto(stream, packet);
                }
            } catch (SSHException e) {
                if (!dropped.get()) { // else it was dropped in the middle of it
                    throw e;
                }
            }
        }

        /**
         * Waits until the server may send {@code bytes}. Both streams share one window, and SSHJ enlarges it after it has told the server so: who
         * reads one stream may not have come to that when the answer is there on the other one.
         */
        private void awaitWindow(int bytes) {
            long end = System.nanoTime() + WINDOW_NANOS;
            while (getLocalWinSize() < bytes && !dropped.get() && System.nanoTime() < end) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }

        /** A channel that was given up while the server opened it is closed when it is there. */
        @Override
        protected void gotUnknown(Message message, SSHPacket packet) throws ConnectionException, TransportException {
            super.gotUnknown(message, packet);
            if (message == Message.CHANNEL_OPEN_CONFIRMATION && dropped.get()) {
                sendClose();
            }
        }

        @Override
        protected void finishOff() {
            super.finishOff();
            end();
        }

        private void end() {
            ended.complete(code);
            wakeWriter();
        }

        /** Closes it without waiting for anybody: what it still sends is not heard, its command loses its channel. */
        void drop() {
            if (!dropped.compareAndSet(false, true)) {
                return;
            }
            eofInputStreams();
            end();
            try {
                if (isOpen()) {
                    sendClose();
                }
            } catch (TransportException e) {
                log.debug("closing a channel", e); // the connection is gone, and the channel with it
            }
        }
    }
}
