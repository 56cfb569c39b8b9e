package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.report.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reports and the live page, by the real script: docs/RUNS.md. */
@Timeout(300)
class ReportIT {
    @TempDir
    private Path folder;

    private ConsoleScript script;

    @BeforeEach
    void hosts() throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                client: {interval: 200ms}
                hosts: {client1: local}
                """);
        script = ConsoleScript.in(folder);
    }

    @Test
    void aShortRunsReportHasTheNumbersOfCount() throws Exception {
        ConsoleScript.Ran ran = script.run(
                "-o",
                "json",
                "-e",
                "start client1",
                "-e",
                "connections start 100 client1",
                "-e",
                "sleep 2s",
                "-e",
                "count");
        assertThat(ran.out()).contains("\"established\":100,\"difference\":0");
        Path file = folder.resolve("report.html");
        assertThat(script.run("-e", "report --to " + file).out()).startsWith("report  " + file);

        Browser.Seen seen = Browser.in(folder, 1200).see(file.toUri());

        assertThat(seen.console()).isEmpty();
        assertThat(seen.number("established")).isEqualTo("100");
        assertThat(seen.number("server")).isEqualTo("100");
        assertThat(seen.number("difference")).isEqualTo("0");
        assertThat(seen.number("p99")).isNotEqualTo("unknown").isNotEqualTo("none");
    }

    /** conf/nightly.connscale, of which the night is a second. */
    @Test
    void theNightlyScriptHoldsChecksAndReports() throws Exception {
        String script = Files.readString(Path.of("conf/nightly.connscale"));
        Path night = Files.writeString(
                folder.resolve("nightly.connscale"),
                script.replace("10k", "200")
                        .replace("sleep 5m", "sleep 1s")
                        .replace("over 30s", "over 1s")
                        .replace("< 50ms", "< 50s") // of a machine that has other work
                        .replace("night.html", folder.resolve("night.html").toString()));
        Path xml = folder.resolve("night.xml");
        ConsoleScript.Ran ran = this.script.run("--junit", xml.toString(), "-f", night.toString());
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(xml).content().contains("tests=\"4\" failures=\"0\" errors=\"0\"");
        assertThat(folder.resolve("night.html")).isNotEmptyFile();
        assertThat(script.lines()).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void thePageIsOpenBeforeTheFirstCommandAndNeedsTheRecord() throws Exception {
        ConsoleScript.Ran ran = script.run("--page", "0", "-e", "page", "-e", "page stop");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("page  http://127.0.0.1:").contains(" is closed");

        ConsoleScript.Ran without = script.run("--no-record", "--page", "0", "-e", "count");
        assertThat(without.exit()).isEqualTo(1);
        assertThat(without.err()).contains("no run is being recorded", "--no-record");
    }

    @Test
    void anEarlierReportStaysWhereTheDiskIsFull() throws Exception {
        try (SmallDisk small = new SmallDisk(folder.resolve("small"), 32)) {
            Path file = Files.writeString(small.resolve("report.html"), "the one before");
            ConsoleScript.Ran ran = script.run("-e", "start client1", "-e", "report --to " + file);
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.err()).contains("error: cannot write " + file + ": No space left on device");
            assertThat(file).hasContent("the one before");
            assertThat(folder.resolve("small").toFile().list()).containsExactly("report.html");
        }
    }

    @Test
    void aReportOfNoRunSaysSo() throws Exception {
        ConsoleScript.Ran ran = script.run("-e", "report last");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err()).contains("no run last");
    }
}
