package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Snapshot;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is said, tick by tick, of connections that end unasked. */
class NoticesTest {
    private final Host.Notices notices = new Host.Notices("client1");

    private static Snapshot lost(long timeouts, long resets) {
        Map<String, Long> errors = Map.of("receive timeout", timeouts, "receive ECONNRESET", resets);
        return new Snapshot(100, 0, 0, timeouts + resets, 0, 0, 0, 0, new TreeMap<>(errors));
    }

    @Test
    void nothingIsSaidWhileAllIsWell() {
        assertThat(notices.tick(Snapshot.NONE)).isEmpty();
        assertThat(notices.tick(lost(0, 0))).isEmpty();
    }

    @Test
    void theFirstIsSaidAtOnceWithItsReason() {
        assertThat(notices.tick(lost(1, 0))).contains("client1  1 connection lost: receive timeout 1");
    }

    @Test
    void whatComesThenIsSaidTogetherFiveTicksLater() {
        notices.tick(lost(1, 0));
        for (int tick = 1; tick < 5; tick++) {
            assertThat(notices.tick(lost(1 + 1000 * tick, tick))).isEmpty();
        }
        assertThat(notices.tick(lost(5001, 5)))
                .contains("client1  5,005 connections lost: receive ECONNRESET 5, receive timeout 5,000");
    }

    @Test
    void whatWasSaidIsNotSaidAgain() {
        notices.tick(lost(1, 0));
        for (int tick = 0; tick < 20; tick++) {
            assertThat(notices.tick(lost(1, 0))).isEmpty();
        }
    }

    @Test
    void aLossWithoutAReasonSaysSo() {
        assertThat(notices.tick(new Snapshot(100, 0, 0, 2, 0, 0, 0, 0, new TreeMap<>())))
                .contains("client1  2 connections lost, for no reason that its agent named");
    }

    @Test
    void whatNeverCameUpIsNoReasonOfALoss() {
        TreeMap<String, Long> errors = new TreeMap<>(Map.of("connect ECONNREFUSED", 407L, "receive closed", 2L));

        assertThat(notices.tick(new Snapshot(100, 0, 407, 2, 0, 0, 0, 0, errors)))
                .contains("client1  2 connections lost: receive closed 2");
    }
}
