package io.connscale.limits;

import static io.connscale.kernel.Known.with;
import static io.connscale.limits.GivenTarget.found;
import static io.connscale.limits.GivenTarget.member;
import static io.connscale.limits.GivenTarget.read;
import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.verdict;
import static io.connscale.limits.GivenTarget.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetCpuTest {
    private static Verdict used(double cpus) {
        return verdict(
                seen(183, 0, Map.of("receive timeout", 40L)),
                read(
                        found(0, 0, member(12, 13L, 1_000_000)),
                        found(183, 0, member(12, 196L, 1_000_000 + (long) (cpus * 10e9))),
                        with(Given.CALM, Fact.UPTIME, 5_000),
                        with(with(Given.CALM, Fact.UPTIME, 15_000), Fact.CPUS, 2)));
    }

    @Test
    void aProcessThatUsedAWholeCpuIsTheLimit() {
        assertThat(used(0.97).cause()).isEqualTo("target-cpu");
        assertThat(used(0.97).text()).contains("redis-server, pid 12 used 0.97 CPUs of 2 there");
    }

    /** Others had its machine's CPUs. */
    @Test
    void oneThatWaitedForACpuIsToo() {
        Verdict verdict = verdict(
                seen(183, 0, Map.of("receive timeout", 40L)),
                read(
                        found(0, 0, waiting(0, member(12, 13L, 0))),
                        found(183, 0, waiting(6_000_000_000L, member(12, 196L, 3_000_000_000L))),
                        with(Given.CALM, Fact.UPTIME, 5_000),
                        with(with(Given.CALM, Fact.UPTIME, 15_000), Fact.CPUS, 2)));
        assertThat(verdict.cause()).isEqualTo("target-cpu");
        assertThat(verdict.text())
                .contains("redis-server, pid 12 used 0.30 CPUs and waited for 0.60 more of 2 there", "less other work");
    }

    @Test
    void oneThatHadTimeIsNot() {
        assertThat(used(0.3).cause()).isNotEqualTo("target-cpu");
    }
}
