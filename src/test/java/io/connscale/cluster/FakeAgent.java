package io.connscale.cluster;

import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.kernel.Limits;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Agents as tests need them: that say what they are told to. */
final class FakeAgent {
    private FakeAgent() {}

    static Message.Hello hello(int protocol) {
        return new Message.Hello(protocol, "9.9.9", "17.0.1", 4711, "Linux", "amd64", Limits.ofThisProcess());
    }

    static void line(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Greets, then answers each request with what {@code answers} says, if anything, until its input ends. */
    static ThreadProcess.Body answering(Function<Message.Request, @Nullable Message> answers) {
        return (in, out, err) -> {
            MessageLines.write(out, hello(Message.PROTOCOL));
            answer(in, out, answers);
            return 0;
        };
    }

    private static void answer(InputStream in, OutputStream out, Function<Message.Request, @Nullable Message> answers)
            throws IOException {
        MessageLines.read(
                in,
                message -> {
                    Message answer = message instanceof Message.Request request ? answers.apply(request) : null;
                    if (answer != null) {
                        write(out, answer);
                    }
                },
                foreign -> {});
    }

    private static void write(OutputStream out, Message message) {
        try {
            MessageLines.write(out, message);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Takes its settings, counts nothing, and answers nothing else. */
    static @Nullable Message idle(Message.Request request) {
        if (request instanceof Message.Configure) {
            return new Message.Done(request.id());
        }
        return request instanceof Message.TakeSnapshot ? new Message.SnapshotTaken(request.id(), Snapshot.NONE) : null;
    }

    /** Greets, takes its settings, and is never heard of again, even when its input ends: as one that was stopped. */
    static int frozen(InputStream in, OutputStream out, PrintStream err) throws IOException {
        MessageLines.write(out, hello(Message.PROTOCOL));
        MessageLines.read(
                in,
                configure -> {
                    write(out, new Message.Done(((Message.Request) configure).id()));
                    await(new CountDownLatch(1));
                },
                foreign -> {});
        return 0;
    }

    /** Is there until its input ends, and never says a word. */
    static int dumb(InputStream in, OutputStream out, PrintStream err) throws IOException {
        in.readAllBytes();
        return 0;
    }

    /** As {@link #dumb}, and it does not hear the end of its input either. */
    static int deaf(InputStream in, OutputStream out, PrintStream err) throws InterruptedException {
        new CountDownLatch(1).await();
        return 0;
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("killed", e);
        }
    }
}
