package io.connscale.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundNumberTest {
    @ParameterizedTest
    @ValueSource(
            longs = {16, 50, 100, 250, 512, 768, 1_000, 1_024, 1_200, 1_500, 2_500, 4_096, 10_000, 65_536, 100_000})
    void isWhatPeopleSet(long n) {
        assertThat(RoundNumber.is(n)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 8, 12, 37, 183, 251, 360, 990, 712, 1_013, 2_501, 28_232, 99_999})
    void othersComeAbout(long n) {
        assertThat(RoundNumber.is(n)).isFalse();
    }

    @Test
    void oneMoreOrLessThanAPlainOneStandsAtIt() {
        assertThat(RoundNumber.among(201)).hasValue(200);
        assertThat(RoundNumber.among(-1, 1_023)).hasValue(1_024);
        assertThat(RoundNumber.among(183, 712, 251)).isEmpty();
    }
}
