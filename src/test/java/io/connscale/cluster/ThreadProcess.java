package io.connscale.cluster;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that is a thread of this JVM: what it does with its standard streams is the test's to say. */
class ThreadProcess extends Process {
    private static final int KILLED = 128 + 9;

    /** What it does, and its exit code. An exception is written to its standard error, as a JVM does. */
    interface Body {
        int run(InputStream in, OutputStream out, PrintStream err) throws Exception;
    }

    private final BytePipe in = new BytePipe();
    private final BytePipe out = new BytePipe();
    private final BytePipe err = new BytePipe();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final Thread thread;

    ThreadProcess(String name, Body body) {
        thread = new Thread(() -> run(body), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Body body) {
        PrintStream errors = new PrintStream(err.out, true, StandardCharsets.UTF_8);
        int code = 1;
        try {
            code = body.run(in.in, out.out, errors);
        } catch (Exception e) {
            errors.println(e);
        }
        end(code);
    }

    private void end(int code) {
        exit.complete(code);
        in.close();
        out.close();
        err.close();
    }

    @Override
    public OutputStream getOutputStream() {
        return in.out;
    }

    @Override
    public InputStream getInputStream() {
        return out.in;
    }

    @Override
    public InputStream getErrorStream() {
        return err.in;
    }

    @Override
    public int waitFor() {
        return exit.join();
    }

    @Override
    public boolean waitFor(long time, TimeUnit unit) throws InterruptedException {
        try {
            exit.get(time, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public int exitValue() {
        Integer code = exit.getNow(null);
        if (code == null) {
            throw new IllegalThreadStateException("it runs");
        }
        return code;
    }

    @Override
    public void destroy() {
        destroyForcibly();
    }

    /** As {@code kill -9}: it has no say in it. */
    @Override
    public Process destroyForcibly() {
        end(KILLED);
        thread.interrupt();
        return this;
    }
}
