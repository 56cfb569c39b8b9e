package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PairsInTurnTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void eachIsTakenOnceBeforeOneIsTakenAgain() {
        PairsInTurn pairs = new PairsInTurn(3, 601, 0);
        assertThat(take(pairs, 7)).containsExactly(1, 2, 0, 1, 2, 0, 1);
    }

    @Test
    void anyNumberIsAStart() {
        assertThat(new PairsInTurn(3, Long.MAX_VALUE, 0).take(0)).isBetween(0, 2);
        assertThat(new PairsInTurn(3, -1, 0).take(0)).isEqualTo(2);
    }

    @Test
    void whatIsExhaustedIsLeftOut() {
        PairsInTurn pairs = new PairsInTurn(3, 0, 0);
        pairs.exhausted(1, "EADDRNOTAVAIL");
        pairs.exhausted(1, "EADDRNOTAVAIL"); // two may have been on their way
        assertThat(take(pairs, 4)).containsExactly(0, 2, 0, 2);
        pairs.exhausted(2, "EADDRINUSE");
        assertThat(take(pairs, 2)).containsExactly(0, 0);
        pairs.exhausted(0, "EADDRNOTAVAIL");
        assertThat(take(pairs, 1000)).containsOnly(PairsInTurn.NONE);
        assertThat(pairs.errno()).isEqualTo("EADDRNOTAVAIL");
    }

    @Test
    void itIsTriedAgainASecondAfterConnectionsEnded() {
        PairsInTurn pairs = new PairsInTurn(1, 0, 0);
        pairs.exhausted(0, "EADDRNOTAVAIL");
        assertThat(pairs.take(2 * SECOND)).isEqualTo(PairsInTurn.NONE);
        pairs.freed();
        assertThat(pairs.take(2 * SECOND)).isZero();
        pairs.exhausted(0, "EADDRNOTAVAIL");
        pairs.freed();
        assertThat(pairs.take(3 * SECOND)).isEqualTo(PairsInTurn.NONE); // once a second, however many end
        assertThat(pairs.take(3 * SECOND + 1)).isZero();
    }

    @Test
    void itIsTriedAgainWhenTheLastTimeWaitIsOver() {
        PairsInTurn pairs = new PairsInTurn(1, 0, 0);
        pairs.exhausted(0, "EADDRNOTAVAIL");
        assertThat(pairs.take(60 * SECOND)).isEqualTo(PairsInTurn.NONE);
        assertThat(pairs.take(60 * SECOND + 1)).isZero();
    }

    private static int[] take(PairsInTurn pairs, int times) {
        int[] taken = new int[times];
        for (int i = 0; i < times; i++) {
            taken[i] = pairs.take(0);
        }
        return taken;
    }
}
