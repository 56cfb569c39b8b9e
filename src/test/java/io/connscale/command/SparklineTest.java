package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.command.WatchPicture.Sparkline;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small curves. */
class SparklineTest {
    @Test
    void runsFromZeroToTheLargest() {
        assertThat(Sparkline.of(List.of(0.0, 5.0, 10.0), 10, true)).isEqualTo("▁▅█");
        assertThat(Sparkline.of(List.of(0.0, 5.0, 10.0), 10, false)).isEqualTo("_=#");
    }

    @Test
    void showsTheNewestWhereThereIsNoRoomForAll() {
        assertThat(Sparkline.of(List.of(100.0, 0.0, 10.0), 2, true)).isEqualTo("▁█");
        assertThat(Sparkline.of(List.of(1.0), -3, true)).isEmpty();
    }

    @Test
    void leavesOutWhatIsNotKnown() {
        assertThat(Sparkline.of(List.of(Double.NaN, 3.0), 10, true)).isEqualTo(" █");
        assertThat(Sparkline.of(List.of(0.0, 0.0), 10, true)).isEqualTo("▁▁");
    }
}
