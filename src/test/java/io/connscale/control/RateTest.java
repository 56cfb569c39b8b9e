package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
}
