package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "1,1",
        "10,10",
        "10k,10000",
        "10K,10000",
        "1.5M,1500000",
        "1.5m,1500000",
        "0.001k,1",
        "1_000_000,1000000",
        "'10,000',10000",
        "'1,234,567',1234567",
        "' 7 ',7",
        "1000M,1000000000",
        "1.0,1",
        "007,7"
    })
    void readsCounts(String text, long count) {
        assertThat(Quantity.count(text)).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({
        "'',is not a number",
        "-5,is not a number",
        "+5,is not a number",
        "1e99,is not a number",
        "ten,is not a number",
        "1 000,is not a number",
        "'1,00',is not a number",
        "',000',is not a number",
        "'1,0000',is not a number",
        "'1000,000',is not a number",
        "10kk,is not a number",
        "10G,is not a number",
        "0x10,is not a number",
        "٣,is not a number",
        "_,is not a number",
        "NaN,is not a number",
        "1.5,is not a whole number",
        "1.00001k,is not a whole number",
        "0,is out of range",
        "0.0,is out of range",
        "1001M,is out of range",
        "999999999999M,is out of range"
    })
    void otherCountsAreRefusedWithWhatWouldBeRight(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Quantity.count(text))
                .withMessageStartingWith("\"" + text + "\" " + why + ": ");
    }

    @ParameterizedTest
    @CsvSource({"1ms,1", "500ms,500", "5s,5000", "1.5s,1500", "2m,120000", "0.5h,1800000", "24h,86400000", "' 5s ',5000"
    })
    void readsDurations(String text, long millis) {
        assertThat(Quantity.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "'',is not a duration",
        "5,is not a duration",
        "-5s,is not a duration",
        "5 s,is not a duration",
        "5S,is not a duration",
        "1d,is not a duration",
        "1h30m,is not a duration",
        "5us,is not a duration",
        "0.5ms,is finer than a millisecond",
        "0s,is out of range",
        "24.1h,is out of range",
        "999999999999h,is out of range"
    })
    void otherDurationsAreRefusedWithWhatWouldBeRight(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Quantity.duration(text))
                .withMessageStartingWith("\"" + text + "\" " + why + ": ");
    }

    @ParameterizedTest
    @CsvSource({"1,1ms", "500,500ms", "5000,5s", "1500,1500ms", "60000,1m", "90000,90s", "3600000,1h", "86400000,24h"})
    void saysADurationInTheLargestUnitThatFits(long millis, String text) {
        assertThat(Quantity.text(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void whatIsSaidOfADurationReadsBack(@ForAll @LongRange(min = 1, max = 86_400_000) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(Quantity.duration(Quantity.text(duration))).isEqualTo(duration);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void aCountReadsAsItsDigits(@ForAll @LongRange(min = 1, max = Quantity.MAX) long count) {
        assertThat(Quantity.count(Long.toString(count))).isEqualTo(count);
        assertThat(Quantity.text(count).replace(",", "")).isEqualTo(Long.toString(count));
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void anyTextIsReadOrRefusedInOnePrintableLine(@ForAll String text) {
        try {
            assertThat(Quantity.count(text)).isBetween(1L, Quantity.MAX);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).hasSizeLessThan(120).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[2J", "a\u009bb", "a\u202eb", "a\u2028b", "a\r\nb", "\0"})
    void whatSteersATerminalIsNotRepeated(String text) {
        assertThat(Quantity.quoted(text)).matches("\"[a-z\\[0-9J?]+\"").contains("?");
    }

    @ParameterizedTest
    @CsvSource({"60,60", "61,60", "5000,60"})
    void longTextIsShortened(int length, int shown) {
        assertThat(Quantity.quoted("x".repeat(length))).hasSize(shown + 2);
    }
}
