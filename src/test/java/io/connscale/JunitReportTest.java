package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JunitReportTest {
    @TempDir
    private Path folder;

    private static Map<String, Object> check(boolean ok) {
        Map<String, Object> common = Map.of("command", "expect lost == 0", "took", 0.1, "result", Map.of());
        Map<String, Object> line = new HashMap<>(common);
        line.put("ok", ok);
        line.put("error", Map.of("message", "it is 1"));
        return line;
    }

    @Test
    void isReplacedAsAWhole() throws Exception {
        Path file = folder.resolve("junit.xml");
        JunitReport report = new JunitReport(file, said -> {});
        Object before = Files.getAttribute(file, "unix:ino");
        report.ended(check(false));
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
        assertThat(file).content().contains("tests=\"1\" failures=\"1\" errors=\"0\"", "message=\"it is 1\"");
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void countsWhatItDoesNotList() throws Exception {
        Path file = folder.resolve("junit.xml");
        JunitReport report = new JunitReport(file, said -> {}, 2);
        for (int i = 0; i < 3; i++) {
            report.ended(check(true));
        }
        report.ended(check(false));
        assertThat(file).content().contains("tests=\"4\" failures=\"1\" errors=\"0\"");
        assertThat(Files.readString(file).split("<testcase", -1)).hasSize(3);
    }

    @Test
    void saysWhyItIsNotThereUntilItIs() throws Exception {
        Path file = folder.resolve("later/junit.xml");
        List<String> said = new ArrayList<>();
        JunitReport report = new JunitReport(file, said::add);
        report.ended(check(true));
        assertThat(report.failure()).get().satisfies(why -> {
            assertThat(why.message()).isEqualTo("--junit: " + file + " was not written: no such file or directory");
            assertThat(why.hint()).contains("another file");
        });
        assertThat(said).containsExactly("cannot write " + file + ": no such file or directory");
        Files.createDirectory(file.getParent());
        report.ended(check(true));
        assertThat(report.failure()).isEmpty();
        assertThat(file).content().contains("tests=\"2\"");
    }
}
