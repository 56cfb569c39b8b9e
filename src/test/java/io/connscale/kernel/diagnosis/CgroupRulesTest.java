package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A control group that kills, or stops, is named before what follows from it. */
class CgroupRulesTest {
    private static final Facts NO_KILL = with(nothing(), Fact.OOM_KILLS, 2);
    private static final Facts CALM = quota(0, 0);

    private static Facts quota(long periods, long throttled) {
        Facts facts = with(with(nothing(), Fact.CPU_QUOTA, 200_000), Fact.CPU_PERIODS, periods);
        return with(with(facts, Fact.CPU_THROTTLED, throttled), Fact.CPU_THROTTLED_TIME, throttled * 70_000_000);
    }

    private static Verdict verdict(Map<String, Long> errors, Facts before, Facts client, Facts server) {
        Statistics seen = Statistics.of(new Snapshot(10, 0, 0, 0, 0, 100, 0, 0, new TreeMap<>(errors)));
        ClientSide side = new ClientSide(
                "client1", seen, Distribution.NONE, List.of(), List.of("127.0.0.1:1"), 5_000, before, client);
        ServerSide there = new ServerSide(
                ServerSide.State.RUNNING, 10, 50, new TreeMap<>(), List.of("127.0.0.1"), List.of(1), 8, CALM, server);
        return Diagnosis.of(new Evidence(List.of(side), there, 0)).orElseThrow();
    }

    @Test
    void aProcessThatTheKernelKilledIsToldFromOneThatSomebodyDid() {
        Map<String, Long> lost = Map.of("worker lost", 555L);
        Verdict killed = verdict(lost, NO_KILL, with(nothing(), Fact.OOM_KILLS, 3), CALM);
        assertThat(killed.cause()).isEqualTo("out-of-memory");
        assertThat(killed.sentence()).contains("out of memory (control group, memory.oom_kill +1; worker lost 555)");
        assertThat(verdict(lost, NO_KILL, NO_KILL, CALM).cause()).isEqualTo("process-lost");
    }

    @Test
    void aQuotaThatStoppedTheServerIsNamedInsteadOfTheServersSlowness() {
        Verdict verdict = verdict(Map.of("receive timeout", 40L), nothing(), nothing(), quota(100, 90));
        assertThat(verdict.cause()).isEqualTo("cpu-quota");
        assertThat(verdict.host()).isEqualTo(Verdict.SERVER);
        assertThat(verdict.sentence())
                .contains("in 90 of 100 periods (cpu.max 0.20 CPUs, stopped for 6.3 s; receive timeout 40");
        assertThat(verdict.remedy()).contains("cpu.max", "CPUQuota");
    }

    @Test
    void theSameAtAnAgent() {
        Verdict verdict = verdict(Map.of("receive timeout", 40L), CALM, quota(100, 90), CALM);
        assertThat(verdict.host()).isEqualTo("client1");
    }

    @Test
    void aQuotaThatWasHardlyMetIsNotTheCause() {
        assertThat(verdict(Map.of("receive timeout", 40L), nothing(), nothing(), quota(100, 10))
                        .cause())
                .isNotEqualTo("cpu-quota");
    }
}
