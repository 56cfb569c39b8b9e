package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.client;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
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
class CpuQuotaLimitTest {
    private static final Facts CALM = quota(0, 0);

    private static Facts quota(long periods, long throttled) {
        return quotas(of("/a", 200_000, periods, throttled));
    }

    private static Facts.Quota of(String group, long micros, long periods, long throttled) {
        return new Facts.Quota(new Facts.Group(group, group), micros, periods, throttled, throttled * 70_000_000);
    }

    private static Facts quotas(Facts.Quota... all) {
        return new Facts(new TreeMap<>(), List.of(), "m", "n", "tsc", new TreeMap<>(), null, List.of(all));
    }

    private static Verdict verdict(Map<String, Long> errors, Facts before, Facts client, Facts server) {
        Statistics seen = Statistics.of(new Snapshot(10, 0, 0, 0, 0, 100, 0, 0, new TreeMap<>(errors)));
        HostEnd host = client(seen, Distribution.NONE, "127.0.0.2", "127.0.0.1:8989", before, client);
        ServerEnd there = server(ServerEnd.State.RUNNING, Map.of(), CALM, server, "127.0.0.1");
        return Catalogue.ALL.verdict(new Observation(List.of(host), there, 0)).orElseThrow();
    }

    @Test
    void aQuotaThatStoppedTheServerIsNamedInsteadOfTheServersSlowness() {
        Verdict verdict = verdict(Map.of("receive timeout", 40L), nothing(), nothing(), quota(100, 90));
        assertThat(verdict.cause()).isEqualTo("cpu-quota");
        assertThat(verdict.host()).isEqualTo("server");
        assertThat(verdict.sentence())
                .contains("in 90 of 100 periods (cpu.max 0.20 CPUs, stopped for 6.3 s; receive timeout 40");
        assertThat(verdict.remedy()).contains("cpu.max", "CPUQuota");
    }

    /** Its own quota is the smaller one, and was never used up: siblings used up that of the group around both. */
    @Test
    void ofSeveralGroupsTheOneIsNamedThatStoppedIt() {
        Facts before = quotas(of("/a/b", 100_000, 10, 0), of("/a", 400_000, 10, 5));
        Facts after = quotas(of("/a/b", 100_000, 110, 0), of("/a", 400_000, 110, 95));
        Verdict verdict = verdict(Map.of("receive timeout", 40L), before, after, CALM);
        assertThat(verdict.cause()).isEqualTo("cpu-quota");
        assertThat(verdict.host()).isEqualTo("client1");
        assertThat(verdict.sentence())
                .contains("the quota of its control group /a was used up in 90 of 100 periods (cpu.max 0.40 CPUs");
        assertThat(verdict.remedy()).contains("cpu.max of the control group /a,");
    }

    /** The top is a group of the machine that has no limits, except in a container, which can't change it. */
    @Test
    void ofAContainerThatStartsItIsNamed() {
        Facts after = quotas(of("/", 100_000, 110, 95));
        assertThat(verdict(Map.of("receive timeout", 40L), quotas(of("/", 100_000, 10, 0)), after, CALM)
                        .remedy())
                .contains("start the container with a larger --cpus (Kubernetes: resources.limits.cpu)");
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

    @Test
    void aQuotaIsSaidWithHowOftenItWasUsedUp() {
        Facts facts = with(nothing(), Fact.CPU_QUOTA, 500_000);
        assertThat(finding(host("a", 1, facts), "cpu.max").value()).isEqualTo("0.50 CPUs of the control group");
        facts = with(with(facts, Fact.CPU_PERIODS, 1_000), Fact.CPU_THROTTLED, 800);
        assertThat(finding(host("a", 1, facts), "cpu.max").value()).endsWith(", used up in 800 of 1,000 periods");
        assertThat(findings(new CpuQuotaLimit(), host("a", 1, with(nothing(), Fact.CPU_QUOTA, Facts.UNLIMITED))))
                .isEmpty();
    }
}
