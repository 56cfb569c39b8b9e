package io.connscale.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerLoopTest {
    private final EmbeddedChannel time = new EmbeddedChannel(); // its event loop's clock goes as the test says
    private final ServerLoop loop = new ServerLoop(new NoLinks(time.eventLoop()), new Reasons(), 1_000_000_000);

    @AfterEach
    void end() {
        time.finishAndReleaseAll();
    }

    @Test
    void looksOftenWhetherItIsLateWhileThereIsWorkAndSeldomElse() {
        time.freezeTime();
        loop.watch();
        assertThat(looks(10, 0)).isEqualTo(10);
        assertThat(looks(10, 200)).isBetween(90L, 100L); // the last quiet look is up to a second ahead
        assertThat(looks(10, 50)).isBetween(10L, 12L);
    }

    private long looks(int seconds, int pingsEachTenth) {
        long before = loop.statistics().times().loopLag().count();
        for (int i = 0; i < 10 * seconds; i++) {
            loop.pings.add(pingsEachTenth);
            time.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            time.runScheduledPendingTasks();
        }
        return loop.statistics().times().loopLag().count() - before;
    }
}
