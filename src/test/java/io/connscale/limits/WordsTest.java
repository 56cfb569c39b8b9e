package io.connscale.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as every limit writes them. */
class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "-1, unknown",
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "4813, 4.7 KiB",
        "1048576, 1 MiB",
        "94371840, 90 MiB",
        "1073741824, 1.0 GiB",
        "19327352832, 18.0 GiB",
    })
    void bytes(long bytes, String text) {
        assertThat(Words.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.44, 0.4 ms", "9.9, 9.9 ms", "10, 10 ms", "604.4, 604 ms"})
    void millis(double millis, String text) {
        assertThat(Words.millis(millis)).isEqualTo(text);
    }

    @Test
    void ofManyAddressesThreeAreNamed() {
        assertThat(Words.some(List.of("a", "b", "c"))).isEqualTo("a, b, c");
        assertThat(Words.some(List.of("a", "b", "c", "d", "e"))).isEqualTo("a, b, c and 2 more");
    }
}
