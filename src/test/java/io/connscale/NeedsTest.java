package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class NeedsTest {
    @Test
    void skipsATestAndSaysWhatIsMissing() {
        assertThatThrownBy(() -> new Needs(Map.of()).that(false, "tmux on PATH"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("needs tmux on PATH");
    }

    @Test
    void failsInsteadWhereNothingMayBeSkipped() {
        assertThatThrownBy(() -> new Needs(Map.of("CI", "true")).that(false, "tmux on PATH"))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("needs tmux on PATH");
    }

    @Test
    void letsATestRunWhereEverythingIsThere() {
        assertThatCode(() -> new Needs(Map.of("CI", "true")).that(true, "tmux on PATH"))
                .doesNotThrowAnyException();
    }

    @Test
    void findsOnlyProgramsOnThePath(@TempDir Path folder) throws Exception {
        Path program = Files.createFile(folder.resolve("program"));
        Files.createDirectory(folder.resolve("directory"));
        Files.createFile(folder.resolve("document"));
        assertThat(program.toFile().setExecutable(true)).isTrue();

        Needs needs = new Needs(Map.of("PATH", "/nowhere::" + folder));

        assertThat(needs.onPath("program")).isTrue();
        assertThat(needs.onPath("directory")).isFalse();
        assertThat(needs.onPath("document")).isFalse();
        assertThat(needs.onPath("absent")).isFalse();
        assertThat(new Needs(Map.of()).onPath("program")).isFalse();
    }
}
