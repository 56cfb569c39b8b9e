package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How connections are shared out over processes. */
class SharingTest {
    @Test
    void whatFitsNeedsNoFurtherProcess() {
        assertThat(Sharing.processes(100, new long[] {100}, 100, 9)).isZero();
        assertThat(Sharing.processes(150, new long[] {50, 100}, 100, 9)).isZero();
    }

    @Test
    void whatDoesNotFitNeedsAsManyAsHaveRoomForIt() {
        assertThat(Sharing.processes(201, new long[] {100}, 100, 9)).isEqualTo(2);
        assertThat(Sharing.processes(200, new long[] {100}, 100, 9)).isEqualTo(1);
    }

    @Test
    void noMoreThanTheMostNorWithoutEnd() {
        assertThat(Sharing.processes(1_000_000, new long[] {100}, 100, 9)).isEqualTo(9);
        assertThat(Sharing.processes(1_000_000, new long[] {100}, 2, 9)).isZero();
    }

    @Test
    void whatWasThereIsFilledFirstAndTheRestIsEven() {
        assertThat(Sharing.shares(280, new long[] {50, 30, 100, 100, 100}, 2)).containsExactly(50, 30, 67, 67, 66);
        assertThat(Sharing.shares(20, new long[] {50, 30}, 2)).containsExactly(20, 0);
    }

    @Test
    void whatNobodyHasRoomForGoesToTheLast() {
        assertThat(Sharing.shares(500, new long[] {100, 100}, 1)).containsExactly(100, 400);
        assertThat(Sharing.shares(5, new long[] {0}, 1)).containsExactly(5);
    }
}
