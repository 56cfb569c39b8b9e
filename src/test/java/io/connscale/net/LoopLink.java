package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A link on its loop, for a test on its own thread; remembers how it ended. */
final class LoopLink implements Link.Owner {
    private final Links links;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private @Nullable Link link;
    private volatile boolean up;

    LoopLink(Links links) {
        this.links = links;
    }

    interface Task {
        void run(Link link) throws IOException;
    }

    void connect(InetSocketAddress target, @Nullable InetSocketAddress source) {
        link = links.newLink(target);
        onLoop(made -> {
            try {
                made.connect(target, source, this);
            } catch (IOException e) {
                end("refused " + Errno.name(e));
            }
        });
    }

    void onLoop(Task task) {
        Link used = Objects.requireNonNull(link);
        Future<Boolean> done = links.eventLoop().submit(() -> {
            task.run(used);
            return true;
        });
        assertThat(done.awaitUninterruptibly(20, TimeUnit.SECONDS)).isTrue();
        assertThat(done.cause()).isNull();
    }

    boolean isUp() {
        return up;
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** {@code closed}; where and why it failed; or {@code refused} and why connect failed at once. */
    String end() {
        assertThat(end).succeedsWithin(5, TimeUnit.SECONDS);
        return end.join();
    }

    @Override
    public void connected() {
        up = true;
    }

    @Override
    public void received(ByteBuffer bytes) {
        end("received " + bytes.remaining());
    }

    @Override
    public void closed() {
        end("closed");
    }

    @Override
    public void failed(String where, Throwable cause) {
        end(where + " " + Errno.name(cause));
    }

    private void end(String how) {
        assertThat(end.complete(how))
                .as("an end is told once, and then came " + how)
                .isTrue();
    }
}
