package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.host;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That a machine gives no ring of io_uring, and what would. */
class RingRefusedTest {
    private static final Facts REFUSED = with(nothing(), Fact.RING_REFUSED, 1);

    private static List<Finding> found(Facts facts) {
        return new RingRefused().findings(host("a", 1, facts));
    }

    @Test
    void aSettingIsNamedAndHowToChangeIt() {
        assertThat(found(with(REFUSED, Fact.RINGS_DISABLED, 2))).singleElement().satisfies(finding -> {
            assertThat(finding.limit()).isEqualTo("kernel.io_uring_disabled");
            assertThat(finding.value()).isEqualTo("2");
            assertThat(finding.now()).isEqualTo("sysctl -w kernel.io_uring_disabled=0");
            assertThat(finding.root()).isTrue();
        });
    }

    @Test
    void aSandboxIsNoSettingOfTheKernels() {
        assertThat(found(with(REFUSED, Fact.RINGS_DISABLED, 0))).singleElement().satisfies(finding -> {
            assertThat(finding.limit()).isEqualTo("io_uring");
            assertThat(finding.now()).contains("seccomp");
            assertThat(finding.root()).isFalse();
        });
    }

    @Test
    void whoHasARingOrWantsNoneIsToldNothing() {
        assertThat(found(nothing())).isEmpty();
        assertThat(found(with(nothing(), Fact.RINGS_DISABLED, 2))).isEmpty();
    }
}
