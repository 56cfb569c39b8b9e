package io.connscale.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.api.Connscale;
import io.connscale.api.Recording;
import io.connscale.cluster.MiniCluster;
import io.connscale.console.Answer.Format;
import io.connscale.console.Console;
import io.connscale.run.Run;
import io.connscale.run.Runs;
import io.connscale.run.Sample;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code compare}, {@code runs} and {@code run name} with two recorded runs: {@code 1} as the example, and {@code 2} without its last samples. */
@Timeout(120)
class CompareCommandTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private MiniCluster mini;

    @BeforeEach
    void record() throws Exception {
        mini = MiniCluster.of("client1").start();
        Path example = Path.of("src/test/resources/io/connscale/run/example");
        for (String id : List.of("20260101-000000", "20260102-000000")) {
            Path run = Files.createDirectories(folder.resolve(id));
            for (String file : List.of("run.json", "events.jsonl", "samples.jsonl")) {
                String text = Files.readString(example.resolve(file)).replace("20261127-204649", id);
                if (file.equals("samples.jsonl") && id.startsWith("20260102")) {
                    text = String.join("\n", text.lines().toList().subList(0, 8)) + "\n";
                }
                Files.writeString(run.resolve(file), text);
            }
        }
    }

    @AfterEach
    void close() {
        mini.close();
    }

    private int run(Format format, String... lines) {
        out.reset();
        err.reset();
        Console console = new Console(Commands.root(), format, false, Path.of("connscale.log"), out, err);
        CommandContext plain = TypedLines.context(mini.cluster(), mini.server(), console);
        Connscale scale = plain.scale();
        CommandContext context = new CommandContext(
                scale, plain.diagnostics(), console, scale.recording(Recording.Options.none(new Runs(folder))));
        console.serve(command -> Commands.run((Command) command, context));
        return console.runBatch(List.of(lines), null);
    }

    private static long most(Path run) throws Exception {
        return Run.read(run).samples().stream()
                .map(Sample::sum)
                .mapToLong(sum -> sum == null ? 0 : sum.established())
                .max()
                .orElse(0);
    }

    @Test
    void aRatioThatIsNotAsWantedEndsWithAnExitCode() throws Exception {
        double ratio = (double) most(folder.resolve("20260102-000000")) / most(folder.resolve("20260101-000000"));
        assertThat(ratio).isBetween(0.8, 0.95);
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'established < 0.8'"))
                .isZero();
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'established < 0.95'"))
                .isEqualTo(99);
        assertThat(err.toString(UTF_8)).contains("established of 20260102-000000 is 0.8");
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'estblished < 1'"))
                .isEqualTo(1);
    }

    /** A night without a loss, and one with some: anything is more than nothing. */
    @Test
    void aFirstRunWithNoneOfItIsComparedToo() throws Exception {
        Path samples = folder.resolve("20260101-000000/samples.jsonl");
        Files.writeString(samples, Files.readString(samples).replaceAll("\"failed\":[0-9]+", "\"failed\":0"));
        Path others = folder.resolve("20260102-000000/samples.jsonl");
        Files.writeString(others, Files.readString(others).replaceAll("\"failed\":[0-9]+", "\"failed\":7"));
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'failed > 1'"))
                .isEqualTo(99);
        assertThat(err.toString(UTF_8))
                .contains("failed of 20260102-000000 is 7, and 0 of 20260101-000000: failed > 1");
        assertThat(out.toString(UTF_8)).containsPattern("failed +0 +7 +from 0");
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'failed < 1'"))
                .isZero();
        assertThat(run(Format.TABLE, "compare 20260101 20260101 --fail-if 'failed > 1' --fail-if 'failed < 1'"))
                .isZero();
        assertThat(run(Format.JSON, "compare 20260101 20260101")).isZero();
        assertThat(out.toString(UTF_8)).contains("\"failed\":1.0");
    }

    @Test
    void whatOneRunAloneKnowsIsUnknownOfTheOther() throws Exception {
        Path samples = folder.resolve("20260101-000000/samples.jsonl");
        Files.writeString(samples, Files.readString(samples).lines().findFirst().orElse("") + "\n");
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'roundTrip.p99 > 1.2'"))
                .isEqualTo(99);
        assertThat(err.toString(UTF_8)).contains("roundTrip.p99 of 20260101-000000 is unknown");
        assertThat(out.toString(UTF_8)).containsPattern("roundTrip\\.p99 +unknown +[0-9.]+ (µs|ms)");
    }

    @Test
    void aRatioIsOfWholeRuns() {
        assertThat(run(Format.TABLE, "compare 20260101 20260102 --fail-if 'established < 0.95 over 5s'"))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("a recorded run is compared as a whole, without over");
    }

    @Test
    void saysFirstWhatMakesThemIncomparable() {
        assertThat(run(Format.TABLE, "compare 20260101 20260102")).isZero();
        assertThat(out.toString(UTF_8))
                .startsWith("not comparable with 20260102-000000: numbers of client1 in 20260101-000000 are unreliable")
                .containsPattern("roundTrip\\.p99 +[0-9.]+ (µs|ms) \\(");
    }

    @Test
    void runsAreListedNamedShownAndRemoved() {
        assertThat(run(
                        Format.TABLE,
                        "run name FIRST 20260101",
                        "runs",
                        "runs show FIRST",
                        "runs remove 20260102",
                        "runs"))
                .isZero();
        assertThat(out.toString(UTF_8))
                .contains("20260101-000000  FIRST", "stopped at 187 on few", "removed  20260102-000000");
        assertThat(folder.resolve("20260102-000000")).doesNotExist();
        assertThat(run(Format.TABLE, "run name FIRST last")).isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("20260101-000000 is called FIRST");
        assertThat(run(Format.TABLE, "runs show nothing")).isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("no run nothing");
    }
}
