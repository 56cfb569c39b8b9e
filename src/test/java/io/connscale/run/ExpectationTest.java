package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectationTest {
    @ParameterizedTest
    @CsvSource({
        "established >= 10k, 10000, false",
        "established>=10k, 10000, false",
        "'established == 10,000', 10000, false",
        "roundTrip.p99 < 5ms over 30s, 5000, true",
        "roundTrip.p99 < 1.5s, 1500000, true",
        "roundTrip.p99 < 250us, 250, true",
        "roundTrip.p99 < 250, 250, true",
        "machines.x.busy <= 95%, 0.95, false",
        "residentBytes < 64MiB, 67108864, false",
        "difference >= -3, -3, false",
        "cpus < 0.5, 0.5, false"
    })
    void understandsNumbersWithTheirUnits(String text, double bound, boolean time) {
        assertThat(Expectation.parse(text).number(time)).isEqualTo(bound);
    }

    @ParameterizedTest
    @ValueSource(strings = {"established", "established 10k", ">= 10k", "established >=", "a >= 1 over soon"})
    void refusesWhatIsNoExpectation(String text) {
        assertThatThrownBy(() -> Expectation.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"established >= 5ms, false", "roundTrip.p99 < 5MB, true", "established >= ten, false"})
    void refusesAUnitThatDoesNotFit(String text, boolean time) {
        assertThatThrownBy(() -> Expectation.parse(text).number(time))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be compared");
    }

    @Test
    void knowsWhichValueIsWorse() {
        Expectation least = Expectation.parse("established >= 10k over 2m");
        assertThat(least.operator().worse(3, 5)).isEqualTo(3);
        assertThat(Expectation.parse("lost < 3").operator().worse(3, 5)).isEqualTo(5);
        assertThat(least.over()).isEqualTo(Duration.ofMinutes(2));
        assertThat(least.operator().holds(10_000, 10_000)).isTrue();
        assertThat(least.operator().holds(9_999, 10_000)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "established, 1147",
        "sum.established, 1147",
        "server.established, 1147",
        "hosts.few.established, 187",
        "errors.connect EMFILE, 226",
        "errors.connect ENOBUFS, 0",
        "hosts.few.errors.connect EMFILE, 226",
        "difference, 0"
    })
    void findsNumbersByTheirNamesInJson(String name, double value) throws Exception {
        Map<?, ?> sample = Measure.members(Run.read(RunTest.example()).samples().get(30));
        Measure measure = Measure.named(name, sample).orElseThrow();
        assertThat(measure.in(sample)).isEqualTo(value);
        assertThat(measure.isTime()).isFalse();
    }

    @Test
    void whatIsNotKnownIsNull() throws Exception {
        Run run = Run.read(RunTest.example());
        Map<?, ?> last = Measure.members(run.samples().get(30));
        Measure slow = Measure.named("roundTrip.p99.9", last).orElseThrow();
        assertThat(slow.isTime()).isTrue();
        assertThat(slow.in(last)).isEqualTo((double) Objects.requireNonNull(Objects.requireNonNull(
                        Objects.requireNonNull(run.samples().get(30).sum()).micros())
                .roundTrip()
                .p999()));
        assertThat(slow.in(Measure.members(run.samples().get(0)))).isNull();
        assertThat(Measure.named("estblished", last)).isEmpty();
        assertThat(Measure.named("hosts.few", last)).isEmpty();
    }

    private static Summary.Value value(Summary summary, String name) {
        return Objects.requireNonNull(summary.values().get(name));
    }

    @Test
    void aRunIsComparedByWhatItSaw() throws Exception {
        Summary summary = Summary.of(Run.read(RunTest.example()));
        assertThat(value(summary, "established").value()).isEqualTo(1187);
        assertThat(value(summary, "failed").value()).isEqualTo(226);
        Summary.Value slow = value(summary, "roundTrip.p99");
        assertThat(slow.low()).isLessThanOrEqualTo(slow.value());
        assertThat(slow.overlaps(slow)).isTrue();
    }

    @Test
    void whatMakesRunsIncomparableIsNamed() throws Exception {
        Run one = Run.read(RunTest.example());
        assertThat(Summary.incomparable(one, one))
                .allMatch(why -> why.contains("unreliable"))
                .isNotEmpty();
        RunInfo i = one.info();
        RunInfo other = new RunInfo(
                i.schema(),
                i.id(),
                i.name(),
                i.began(),
                i.ended(),
                i.exit(),
                "0.2.0",
                new RunInfo.Console("25", "Linux", "6.1.0", "amd64", 8, 1, ""),
                i.server(),
                i.hosts(),
                i.commands(),
                i.verdicts(),
                i.leftOut(),
                i.unreliable());
        assertThat(Summary.incomparable(one, new Run(one.folder(), other, one.samples(), one.events())))
                .contains("different Java: 17.0.15 and 25", "different kernel: 6.18.0 and 6.1.0");
    }
}
