package io.connscale.limits;

import static io.connscale.kernel.Known.with;
import static io.connscale.limits.GivenTarget.found;
import static io.connscale.limits.GivenTarget.member;
import static io.connscale.limits.GivenTarget.read;
import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.verdict;
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

    @Test
    void oneThatHadTimeIsNot() {
        assertThat(used(0.3).cause()).isNotEqualTo("target-cpu");
    }
}
