package io.connscale.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which processes of a server get new connections. */
class FillingTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long[] FIFTY =
            LongStream.generate(() -> 19_000).limit(50).toArray();

    private final Filling filling = new Filling(2);

    /** How many get any. */
    private static int taking(long[] weights) {
        return (int) LongStream.of(weights).filter(weight -> weight > 0).count();
    }

    private static long[] rooms(long... rooms) {
        return rooms;
    }

    @Test
    void whereFewComeAllGetSomeOfThem() {
        filling.looked(100);
        filling.looked(999);
        assertThat(filling.weights(FIFTY)).isEqualTo(FIFTY);
        assertThat(filling.nanos(0)).isEqualTo(SECOND);
        assertThat(filling.nanos(48)).as("asking each costs it a wake-up").isEqualTo(4 * SECOND);
    }

    @Test
    void whereManyComeTheFirstOnesAreFilled() {
        filling.looked(1_000);
        long[] weights = filling.weights(FIFTY);
        assertThat(weights).startsWith(18_000, 18_000, 18_000, 18_000, 0, 0).endsWith(0);
        assertThat(taking(weights)).isEqualTo(4);
        assertThat(filling.nanos(4)).isEqualTo(SECOND / 10);
        assertThat(filling.nanos(100)).as("processes, each of which is asked").isEqualTo(SECOND / 2);
    }

    @Test
    void withMoreProcessorsMoreAreFilledAtOnce() {
        Filling many = new Filling(16);
        many.looked(1_000);
        assertThat(taking(many.weights(FIFTY))).isEqualTo(27);
    }

    @Test
    void whatIsNearlyFullIsLeftOutWhileOthersHaveRoom() {
        filling.looked(1_000);
        assertThat(filling.weights(rooms(900, 11_000, 0, 60_000, 19_000))).containsExactly(0, 10_000, 0, 59_000, 0);
    }

    @Test
    void towardsTheEndAllThatHaveRoomGetSome() {
        filling.looked(1_000);
        long[] left = rooms(900, 200, 0, 30_000, 19_000);
        assertThat(filling.weights(left)).isEqualTo(left);
    }

    @Test
    void onceFewCameForAWhileAllGetSomeAgain() {
        filling.looked(5_000);
        for (int look = 1; look < 20; look++) {
            filling.looked(5_000 + look);
            assertThat(filling.isFast()).isTrue();
        }
        filling.looked(5_020);
        assertThat(filling.isFast()).isFalse();
        filling.looked(6_019);
        assertThat(filling.isFast()).as("since the look before").isFalse();
    }

    @Test
    void aThousandMayComeWithinSeveralLooks() {
        filling.looked(1_000);
        for (int look = 1; look <= 100; look++) {
            filling.looked(1_000 + look * 100);
        }
        assertThat(filling.isFast()).isTrue();
    }

    @Test
    void whatIsAnnouncedIsWaitedFor() {
        filling.announced(999);
        assertThat(filling.isFast()).isFalse();
        filling.announced(1_000);
        assertThat(filling.isFast()).isTrue();
        assertThat(taking(filling.weights(FIFTY))).isEqualTo(4);
    }
}
