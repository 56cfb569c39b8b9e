package io.connscale.server;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptorTest {
    private final Reasons reasons = new Reasons();
    private final EmbeddedChannel listening = new EmbeddedChannel();

    AcceptorTest() {
        List<ServerLoop> loops = List.of(new ServerLoop(new NoLinks(listening.eventLoop()), reasons));
        listening.freezeTime();
        listening.pipeline().addLast(new Acceptor(loops, 0));
    }

    @Test
    void outOfFilesIsCountedAndTheQueueLeftAloneForAWhile() {
        outOfFiles();
        outOfFiles();
        assertThat(reasons.counts()).containsExactly(entry("accept EMFILE", 2L));
        assertThat(listening.config().isAutoRead()).isFalse();
        assertThat(listening.isOpen()).isTrue();
    }

    @Test
    void acceptingGoesOnAfterThePause() {
        outOfFiles();
        listening.advanceTimeBy(Acceptor.PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        listening.runScheduledPendingTasks();
        assertThat(listening.config().isAutoRead()).isTrue();
    }

    private void outOfFiles() {
        listening.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    }
}
