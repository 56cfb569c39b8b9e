package io.connscale.limits;

import static io.connscale.limits.GivenTarget.found;
import static io.connscale.limits.GivenTarget.member;
import static io.connscale.limits.GivenTarget.read;
import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Statistics;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TargetFilesTest {
    private static final Statistics FAILED = seen(1_010, 90, Map.of("receive timeout", 90L));

    private static Verdict with(@Nullable Long files) {
        return verdict(FAILED, read(found(0, 0, member(12, 13L, 0)), found(1_010, 0, member(12, files, 0))));
    }

    @Test
    void aProcessWithoutADescriptorLeftIsTheLimit() {
        Verdict verdict = with(1_024L);

        assertThat(verdict.cause()).isEqualTo("target-files");
        assertThat(verdict.text())
                .contains("redis-server, pid 12 has 1,024 of 1,024 open (RLIMIT_NOFILE)", "183 established")
                .contains("receive timeout 90");
    }

    @Test
    void oneWithSomeLeftIsNot() {
        assertThat(with(900L).cause()).isNotEqualTo("target-files");
    }

    /** Another user's. */
    @Test
    void whereTheyCannotBeReadNothingIsSaidOfThem() {
        assertThat(with(null).cause()).isNotEqualTo("target-files");
    }
}
