package io.connscale.server;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.NoLinks;
import io.connscale.net.SocketlessLink;
import io.connscale.stats.Reasons;
import io.netty.channel.DefaultEventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AcceptorTest {
    private final Reasons reasons = new Reasons();
    private final ServerLoops.Acceptor acceptor = new ServerLoops.Acceptor(
            List.of(new ServerLoop(new NoLinks(new DefaultEventLoop()), reasons, 1_000_000_000)), 0);

    @Test
    void outOfFilesIsCounted() {
        acceptor.failed(new IOException("Too many open files"));
        acceptor.failed(new IOException("Too many open files"));
        assertThat(reasons.counts()).containsExactly(entry("accept EMFILE", 2L));
    }

    @Test
    void whatALoopThatEndsDoesNotTakeIsClosedAndCounted() {
        Refused refused = new Refused();
        acceptor.accepted(links -> refused);
        assertThat(refused.isOpen()).isFalse();
        assertThat(reasons.counts()).containsExactly(entry("accept RejectedExecutionException", 1L));
    }

    private static final class Refused extends SocketlessLink {
        @Override
        public void open(Owner owner) {
            throw new RejectedExecutionException();
        }

        @Override
        public void close() {
            open = false;
        }

        @Override
        protected void takes(int times) {}
    }
}
