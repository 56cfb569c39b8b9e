package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.report.Report;
import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import io.connscale.run.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs' records, by the real script: docs/RUNS.md. */
@Timeout(300)
class RecordIT {
    @TempDir
    private Path folder;

    private ConsoleScript script;

    @BeforeEach
    void hosts() throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                client: {interval: 200ms}
                hosts: {client1: local, client2: local}
                """);
        script = ConsoleScript.in(folder);
    }

    private Path runs() {
        return folder.resolve("state/runs");
    }

    private List<Path> recorded() throws IOException {
        if (!Files.exists(runs())) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(runs())) {
            return all.sorted().toList();
        }
    }

    @Test
    void aRunThatDoesSomethingIsRecorded() throws Exception {
        ConsoleScript.Ran ran = script.run(
                "-e",
                "hosts",
                "-e",
                "start client1",
                "-e",
                "connections start 100 client1",
                "-e",
                "expect established == 100",
                "-e",
                "expect established > 1k",
                "-e",
                "run name NIGHT-17");
        assertThat(ran.exit()).as(ran.err()).isEqualTo(99);
        assertThat(ran.err()).contains("error: expected established > 1k: it is 100");
        Run run = Run.read(recorded().get(0));
        RunInfo info = run.info();
        assertThat(info.name()).isEqualTo("NIGHT-17");
        assertThat(info.exit()).isEqualTo(99);
        assertThat(info.ended()).isAfter(info.began());
        assertThat(Objects.requireNonNull(info.hosts().get("client1")).java()).isNotNull();
        assertThat(Objects.requireNonNull(info.hosts().get("client2")).java()).isNull();
        assertThat(info.server().kernel().before()).containsKey("net.core.somaxconn");
        Sample last = run.samples().get(run.samples().size() - 1);
        assertThat(Objects.requireNonNull(last.sum()).established()).isEqualTo(100);
        assertThat(Objects.requireNonNull(last.limits()))
                .extracting(Sample.Use::limit)
                .contains("files");
        assertThat(run.events())
                .filteredOn(event -> event.kind().equals(Event.COMMAND))
                .extracting(Event::text)
                .startsWith("start client1", "connections start 100 client1")
                .contains("run name NIGHT-17");
        assertThat(run.events())
                .filteredOn(event -> event.kind().equals(Event.EXPECT))
                .extracting(Event::ok)
                .containsExactly(true, false);
        assertThat(Objects.requireNonNull(info.commands()))
                .extracting(RunInfo.Command::text)
                .startsWith("start client1", "connections start 100 client1", "expect established == 100")
                .endsWith("run name NIGHT-17");
        assertThat(info.commands()).allSatisfy(command -> {
            assertThat(command.took()).isNotNegative();
            assertThat(command.t()).isNotNegative();
        });
        assertThat(info.commands().get(3).ok()).isFalse();
        assertThat(info.commands().get(3).error()).isEqualTo("expected established > 1k: it is 100");
        assertThat(Objects.requireNonNull(info.server().kernel().grew())).doesNotContainKey("uptime");
        assertThat(script.run("-o", "json", "-e", "runs show NIGHT-17").out()).contains("\"name\":\"NIGHT-17\"");
        assertThat(recorded()).hasSize(1);
    }

    @Test
    void nothingIsRecordedOfALookOrWhereItIsNotWanted() throws Exception {
        assertThat(script.run("-e", "hosts", "-e", "count").exit()).isZero();
        assertThat(script.run("--version").exit()).isZero();
        assertThat(script.run("--no-record", "-e", "start client1").exit()).isZero();
        assertThat(recorded()).isEmpty();
    }

    @Test
    void soManyRunsAreKeptAsTheUserSays() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(script.run("--keep", "2", "--page", "0", "-e", "count").exit())
                    .isZero();
        }
        assertThat(recorded()).hasSize(3); // the last one is not an earlier one
    }

    @Test
    void aFolderOfItsOwnIsNotWrittenOver() throws Exception {
        String mine = folder.resolve("mine").toString();
        assertThat(script.run("--run", mine, "-e", "start client1").exit()).isZero();
        assertThat(Run.read(Path.of(mine)).info().ended()).isNotNull();
        ConsoleScript.Ran again = script.run("--run", mine, "-e", "start client1", "-e", "sleep 2s");
        assertThat(again.exit()).isZero();
        assertThat(again.err().lines().filter(line -> line.contains("is not recorded")))
                .singleElement()
                .asString()
                .contains("has a run already");
        assertThat(Run.read(Path.of(mine)).events()).hasSize(2);
    }

    private static final Pattern SHOWN =
            Pattern.compile("\\{\"command\":\"watch\",\"tick\":\\d+,\"result\":\\{\"at\":\"([^\"]+)\"");

    /** When the samples were taken that {@code watch} has printed. */
    private static List<Instant> shown(RunningConsole console) {
        return SHOWN.matcher(console.out())
                .results()
                .map(line -> Instant.parse(line.group(1)))
                .toList();
    }

    /**
     * At ten moments of a second. Whatever the console had shown a second before is in the record, also where the machine is so busy that it shows little;
     * and of ten most have lost less than a second, by the test's own clock.
     */
    @Test
    void aConsoleThatIsKilledLeavesAWholeRecordUpToItsLastSecond() throws Exception {
        List<Duration> lost = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int before = recorded().size();
            try (RunningConsole console = script.start("-o", "json")) {
                console.type("start client1");
                console.type("connections start 2000 client1");
                await().atMost(Duration.ofSeconds(60)).until(() -> console.out().contains("connections start"));
                console.type("watch --for 60s");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !shown(console).isEmpty());
                Thread.sleep(1000 + 100L * i);
                Instant killed = Instant.now();
                console.process().destroyForcibly().waitFor();
                assertThat(recorded()).hasSize(before + 1);
                Run run = Run.read(recorded().get(before));
                assertThat(run.info().ended()).isNull();
                assertThat(Objects.requireNonNull(run.info().commands()))
                        .extracting(RunInfo.Command::text)
                        .startsWith("start client1", "connections start 2000 client1");
                assertThat(Report.html(List.of(run))).contains(run.info().id());
                Sample last = run.samples().get(run.samples().size() - 1);
                assertThat(Objects.requireNonNull(last.sum()).established()).isEqualTo(2000);
                assertThat(run.samples())
                        .extracting(Sample::at)
                        .containsAll(shown(console).stream()
                                .filter(at -> at.isBefore(killed.minusSeconds(1)))
                                .toList());
                lost.add(Duration.between(last.at(), killed));
            }
        }
        Collections.sort(lost);
        assertThat(lost.get(lost.size() / 2)).as("of %s", lost).isLessThan(Duration.ofSeconds(1));
        assertThat(script.run("-e", "runs").out()).contains("killed");
    }

    @Test
    void aFullDiskIsSaidOnceAndTheRunGoesOn() throws Exception {
        try (SmallDisk small = new SmallDisk(folder.resolve("small"), 32)) {
            ConsoleScript.Ran ran = script.run(
                    "--run",
                    small.resolve("run").toString(),
                    "-e",
                    "start all",
                    "-e",
                    "connections start 50 all",
                    "-e",
                    "sleep 15s",
                    "-e",
                    "count");
            assertThat(ran.exit()).as(ran.err()).isZero();
            assertThat(ran.out()).containsPattern("client2 +50");
            assertThat(ran.err().lines().filter(line -> line.contains("is incomplete")))
                    .hasSize(1);
            assertThat(Run.read(small.resolve("run")).samples()).isNotEmpty();
            assertThat(script.run("-e", "runs show " + small.resolve("run")).out())
                    .contains(" · incomplete")
                    .doesNotContain("killed");
        }
    }

    @Test
    void aVerdictThatIsANoticeTooIsRecordedOnce() throws Exception {
        try (RunningConsole console = script.start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 20 client1");
            console.answer("server stop");
            await().atMost(Duration.ofSeconds(60)).until(() -> console.err().contains(" is gone: "));
            console.answer("run name GONE"); // after it, in the one queue
        }
        Run run = Run.read(recorded().get(0));
        assertThat(run.events())
                .filteredOn(event -> event.text().contains(" is gone: "))
                .extracting(Event::kind)
                .containsExactly(Event.VERDICT);
        assertThat(Objects.requireNonNull(run.info().verdicts()))
                .singleElement()
                .satisfies(verdict -> {
                    assertThat(verdict.cause()).isEqualTo("server-gone");
                    assertThat(verdict.text()).contains(" is gone: ");
                });
    }

    @Test
    void aSignalEndsTheRecordToo() throws Exception {
        try (RunningConsole console = script.start("-e", "start client1", "-e", "sleep")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !recorded().isEmpty() && console.out().contains("client1"));
            console.process().destroy();
            assertThat(console.await(30, TimeUnit.SECONDS).exit()).isEqualTo(143);
        }
        assertThat(Run.read(recorded().get(0)).info().exit()).isEqualTo(143);
    }

    @Test
    void ciGetsJunitsXml() throws Exception {
        Path xml = folder.resolve("report.xml");
        ConsoleScript.Ran ran = script.with("GITHUB_ACTIONS", "true")
                .run("--junit", xml.toString(), "-e", "expect verdict == none", "-e", "expect verdict == x<y>");
        assertThat(ran.exit()).isEqualTo(99);
        assertThat(ran.err()).contains("::error title=connscale::expected verdict == x<y>: it is none");
        assertThat(xml)
                .content()
                .contains(
                        "<testsuite name=\"connscale\" tests=\"2\" failures=\"1\" errors=\"0\">",
                        "<failure message=\"expected verdict == x&lt;y&gt;: it is none\"/>");
    }

    @Test
    void ciHearsWhereJunitsXmlIsMissing() {
        ConsoleScript.Ran ran = script.run("--junit", "/dev/full", "-e", "expect verdict == none");
        assertThat(ran.exit()).as(ran.err()).isEqualTo(1);
        assertThat(ran.err())
                .contains("error: --junit: /dev/full was not written: No space left on device\n  free space");
        assertThat(script.run("--junit", "/dev/full", "-e", "expect verdict == x")
                        .exit())
                .as("what was worse stays")
                .isEqualTo(99);
    }
}
