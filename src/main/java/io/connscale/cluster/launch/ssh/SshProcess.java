package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
        Thread drop = new Thread(channel::drop, "ssh-drop " + place);
        drop.setDaemon(true);
        drop.start();
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
}
