package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.connscale.control.Agent.OpenRequest;
import java.util.Arrays;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    @ParameterizedTest
    @CsvSource({
        "1,1",
        "5000,5000",
        "5k,5000",
        "100/s,100",
        "'5,000/s',5000",
        "5K/S,5000",
        "10M,10000000",
        "unlimited,0",
        "' UNLIMITED ',0"
    })
    void reads(String text, long perSecond) {
        assertThat(Rate.parse(text)).isEqualTo(new Rate(perSecond));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "11M", "fast", "", "1.5", "/s", "5000/m"})
    void refusesTheRest(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not a rate: ");
    }

    @Test
    void refusesNumbersThatAreNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(Rate.MAX + 1));
    }

    @Test
    void saysItself() {
        assertThat(Rate.UNLIMITED).hasToString("unlimited");
        assertThat(new Rate(5000)).hasToString("5,000/s");
    }

    @Test
    void isSharedOutSoThatTheSumIsTheRate() {
        assertThat(new Rate(300).shared(new long[] {4, 3, 3}))
                .containsExactly(new Rate(120), new Rate(90), new Rate(90));
        assertThat(new Rate(1).shared(new long[] {1, 1})).containsExactly(new Rate(1), new Rate(1));
        assertThat(Rate.UNLIMITED.shared(new long[] {1})).containsExactly(Rate.UNLIMITED);
    }

    /** Connections are shared out likewise. */
    @Property(edgeCases = EdgeCasesMode.NONE)
    void sharesAddUpAndDifferByOneAtMost(
            @ForAll @LongRange(max = Quantity.MAX) long total, @ForAll @IntRange(min = 1, max = 50) int parts) {
        long[] shares = OpenRequest.shares(total, parts);
        assertThat(shares).hasSize(parts).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(Arrays.stream(shares).sum()).isEqualTo(total);
        assertThat(shares[0] - shares[parts - 1]).isLessThanOrEqualTo(1);
    }
}
