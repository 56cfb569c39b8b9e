package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void aBuildNamesItsCommitAndItsJava() {
        assertThat(origin(Map.of(
                        "commit", "1a2b3c4d5e6f7a8b9c0d", "time", "2026-11-28", "dirty", "false", "java", "17.0.15")))
                .isEqualTo("commit 1a2b3c4d5e6f of 2026-11-28, built with Java 17.0.15");
    }

    @Test
    void aBuildOfChangedSourcesSaysSo() {
        assertThat(origin(Map.of("commit", "1a2b3c4", "time", "2026-11-28", "dirty", "true")))
                .isEqualTo("commit 1a2b3c4 of 2026-11-28 with changes");
    }

    @Test
    void aBuildOutsideARepositorySaysThatItKnowsNoCommit() {
        assertThat(origin(Map.of("commit", "${git.commit}", "time", "${git.time}", "dirty", "${git.dirty}")))
                .isEqualTo("commit unknown");
        assertThat(origin(Map.of())).isEqualTo("commit unknown");
    }

    @Test
    void theProgramSaysItsVersionFirst() {
        assertThat(Version.full()).startsWith(Version.program() + " (commit ").endsWith(")");
    }

    private static String origin(Map<String, String> values) {
        Properties build = new Properties();
        build.putAll(values);
        return Version.origin(build);
    }
}
