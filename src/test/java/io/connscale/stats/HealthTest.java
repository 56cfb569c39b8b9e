package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Statistics.Unanswered;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an agent's own numbers are called unreliable. */
class HealthTest {
    private static final long SECOND = 1_000_000_000L;
    private static final MachineLoad IDLE = new MachineLoad(2, 200, 150, 0, 1, 1 << 30, 1 << 29);

    private static Statistics with(ProcessLoad process, MachineLoad machine, long... lagMillis) {
        LoopStatistics loop = new LoopStatistics();
        for (long millis : lagMillis) {
            loop.lag(millis * 1_000_000);
        }
        return with(process, machine, loop);
    }

    private static Statistics with(ProcessLoad process, MachineLoad machine, LoopStatistics loop) {
        Statistics recorded = new Statistics(
                Snapshot.NONE, 0, 0, Unanswered.NONE, loop.times(), TcpSample.NONE, ProcessLoad.NONE, new TreeMap<>());
        return Statistics.of(process, Map.of("one", machine)).plus(recorded);
    }

    private static ProcessLoad process(double loopBusy, long collectionMillis) {
        return new ProcessLoad(1, SECOND, SECOND / 2, SECOND, (long) (loopBusy * SECOND), 3, collectionMillis, 0, 0, 0);
    }

    @Test
    void anAgentWithTimeToSpareIsFit() {
        assertThat(Health.unreliable(with(process(0.89, 49), IDLE, 0, 1, 9))).isEmpty();
        assertThat(Health.unreliable(Statistics.NONE)).isEmpty();
    }

    @Test
    void lateLoopsSpoil() {
        assertThat(Health.unreliable(with(process(0.1, 0), IDLE, 20, 20)))
                .singleElement()
                .asString()
                .isEqualTo("one in a hundred turns of its event loops begins 20 ms late (more than 10 ms)");
    }

    @Test
    void onePauseSpoilsToo() {
        long[] lags = new long[1000];
        lags[500] = 300;
        assertThat(Health.unreliable(with(process(0.1, 0), IDLE, lags)))
                .singleElement()
                .asString()
                .matches("its event loops stood still for 30[0-9] ms \\(more than 100 ms\\)");
    }

    @ParameterizedTest
    @CsvSource({"600, 400, true", "600, 590, false", "60000, 59700, false"})
    void pingsThatLeftLateSpoilThoughThePauseWasBefore(long sinceDue, long sinceLeft, boolean spoilt) {
        LoopStatistics loop = new LoopStatistics();
        loop.lag(1_000);
        loop.answered(sinceLeft * 1_000_000, sinceLeft * 1_000_000, 100 * SECOND);
        loop.answered(sinceDue * 1_000_000, (sinceLeft - 200) * 1_000_000, 100 * SECOND);
        assertThat(Health.unreliable(with(process(0.1, 0), IDLE, loop)))
                .hasSize(spoilt ? 1 : 0)
                .allMatch(cause -> cause.matches(
                        "Pings left 19[0-9] ms late \\(more than 100 ms\\): it stood still shortly before"));
    }

    @Test
    void loopsWithoutTimeLeftSpoil() {
        assertThat(Health.unreliable(with(process(0.97, 0), IDLE)))
                .containsExactly("its event loops are busy for 97 % of the time (more than 90 %)");
    }

    @Test
    void collectingSpoils() {
        assertThat(Health.unreliable(with(process(0.1, 80), IDLE)))
                .containsExactly("it collects garbage for 8 % of the time (more than 5 %)");
    }

    @Test
    void aMachineWithoutTimeLeftSpoils() {
        MachineLoad full = new MachineLoad(2, 200, 2, 0, 7, 1 << 30, 1 << 29);
        assertThat(Health.unreliable(with(process(0.1, 0), full)))
                .containsExactly(
                        "its machine's CPUs are busy for 99 % of the time (more than 95 %), 7 threads run or wait");
    }

    @Test
    void stolenTimeSpoils() {
        MachineLoad robbed = new MachineLoad(2, 200, 100, 20, 1, 1 << 30, 1 << 29);
        assertThat(Health.unreliable(with(process(0.1, 0), robbed)))
                .containsExactly(
                        "10 % of its machine's CPU time went to other machines of the same host (more than 5 %)");
    }
}
