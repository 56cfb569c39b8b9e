package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distributions add up exactly, subtract, and come back from the wire as they were. */
class DistributionTest {
    private static Distribution of(List<Long> micros) {
        LoopStatistics recorded = new LoopStatistics();
        micros.forEach(value -> recorded.ended(value * 1000));
        return recorded.times().lifetime();
    }

    @Provide
    Arbitrary<List<Long>> durations() {
        return Arbitraries.longs()
                .between(0, 2 * Distribution.MAX_MICROS)
                .list()
                .ofMaxSize(200);
    }

    @Property(tries = 200)
    void recordedApartAndAddedUpIsAsRecordedTogether(
            @ForAll("durations") List<Long> a, @ForAll("durations") List<Long> b, @ForAll("durations") List<Long> c) {
        List<Long> all = Stream.of(a, b, c).flatMap(List::stream).toList();
        Distribution together = of(all);
        assertThat(of(a).plus(of(b)).plus(of(c))).isEqualTo(together);
        assertThat(of(c).plus(of(b).plus(of(a)))).isEqualTo(together);
        Distribution viaWire = Distribution.decoded(of(a).encoded())
                .plus(Distribution.decoded(of(b).plus(of(c)).encoded()));
        assertThat(viaWire).isEqualTo(together);
        for (double percent : new double[] {0, 50, 99, 99.9, 100}) {
            assertThat(viaWire.percentile(percent)).isEqualTo(together.percentile(percent));
        }
    }

    @Property(tries = 200)
    void whatCameLaterIsTheDifference(@ForAll("durations") List<Long> before, @ForAll("durations") List<Long> after) {
        Distribution all = of(before).plus(of(after));
        assertThat(all.since(of(before))).isEqualTo(of(after));
    }

    @Property(tries = 200)
    void comesBackFromTheWire(@ForAll("durations") List<Long> micros) {
        Distribution one = of(micros);
        Distribution back = Distribution.decoded(one.encoded());
        assertThat(back).isEqualTo(one);
        assertThat(back.max()).isEqualTo(one.max());
        assertThat(back.encoded()).isEqualTo(one.encoded());
    }

    @Property(tries = 500)
    void anyOtherTextIsRefused(@ForAll @StringLength(max = 200) String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Distribution.decoded(text));
    }

    @Property(tries = 1000)
    void aDamagedOneIsRefusedOrHarmless(@ForAll int at, @ForAll byte instead) {
        byte[] bytes =
                Base64.getDecoder().decode(of(List.of(10L, 200L, 3_000_000L)).encoded());
        bytes[Math.floorMod(at, bytes.length)] = instead;
        try {
            assertThat(Distribution.decoded(Base64.getEncoder().encodeToString(bytes))
                            .count())
                    .isNotNegative();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("histogram");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void oneOfAnotherPrecisionIsRefused(int digits) {
        Histogram other = new Histogram(digits);
        other.recordValue(1234);
        ByteBuffer bytes = ByteBuffer.allocate(other.getNeededByteBufferCapacity());
        int length = other.encodeIntoCompressedByteBuffer(bytes);
        String text = Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distribution.decoded(text))
                .withMessageContaining("precision");
    }

    @Test
    void percentilesAreThoseOfTheDurationsToOnePercent() {
        Distribution one = of(LongStream.rangeClosed(1, 10_000).boxed().toList());
        assertThat(one.count()).isEqualTo(10_000);
        assertThat((double) one.percentile(50)).isCloseTo(5000, within(50.0));
        assertThat((double) one.percentile(99.9)).isCloseTo(9990, within(100.0));
        assertThat((double) one.max()).isCloseTo(10_000, within(100.0));
        assertThat(one.mean()).isCloseTo(5000, within(50.0));
    }

    @Test
    void nothingRecordedIsNone() {
        assertThat(of(List.of())).isSameAs(Distribution.NONE);
        assertThat(Distribution.NONE.percentile(99)).isZero();
        assertThat(Distribution.NONE.mean()).isZero();
        assertThat(Distribution.NONE.max()).isZero();
    }

    @Test
    void ofAnotherProcessAllIsNew() {
        Distribution now = of(List.of(7L, 8L));
        assertThat(now.since(of(List.of(1L, 2L, 3L)))).isEqualTo(now);
        assertThat(now.since(of(List.of(9_000L)))).isEqualTo(now);
    }

    @Test
    void aClockThatWentBackCountsAsNothing() {
        LoopStatistics recorded = new LoopStatistics();
        recorded.answered(-5_000, 2_000, 1_000_000);
        assertThat(recorded.times().roundTrip().max()).isZero();
        assertThat(recorded.times().roundTripSent().max()).isEqualTo(2);
    }
}
