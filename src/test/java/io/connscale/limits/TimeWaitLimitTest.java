package io.connscale.limits;

import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.limits.Limit.Finding;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Closed connections that are remembered: found in the catalogue without anybody knowing of the class. */
class TimeWaitLimitTest {
    private static HostEnd inUse(long closed) {
        return host("a", 1, facts(Map.of(Fact.MAX_TIME_WAIT, 1_000L, Fact.TIME_WAIT, closed)));
    }

    @Test
    void closedConnectionsAreSaidWhereHalfOfWhatIsRememberedIsInUse() {
        Finding finding = finding(inUse(501), "net.ipv4.tcp_max_tw_buckets");
        assertThat(finding.value()).isEqualTo("1,000, 501 in use");
        assertThat(finding.now()).isEqualTo("sysctl -w net.ipv4.tcp_max_tw_buckets=4000");
        assertThat(findings(new TimeWaitLimit(), inUse(500))).isEmpty();
    }
}
