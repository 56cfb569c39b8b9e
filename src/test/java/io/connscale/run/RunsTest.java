package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsTest {
    @TempDir
    private Path folder;

    private Runs runs;

    @BeforeEach
    void begin() {
        runs = new Runs(folder.resolve("runs"));
    }

    private Runs.Entry run(String began) throws Exception {
        Path path = runs.make(Instant.parse(began));
        new RunWriter(path, Run.read(RunTest.example()).info()).close();
        return runs.find(String.valueOf(path.getFileName()));
    }

    @Test
    void aRunIsFoundByItsIdItsNameOrTheBeginningOfItsId() throws Exception {
        Runs.Entry first = run("2026-11-27T20:00:00Z");
        Runs.Entry second = run("2026-11-28T20:00:00Z");
        runs.name(first, "NIGHT-17");
        assertThat(runs.find("NIGHT-17").id()).isEqualTo("20261127-200000");
        assertThat(runs.find("20261128").id()).isEqualTo(second.id());
        assertThat(runs.find("last").id()).isEqualTo(second.id());
        assertThat(runs.find(first.folder().toString()).id()).isEqualTo(first.id());
        assertThatThrownBy(() -> runs.find("2026"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(" or ");
        assertThatThrownBy(() -> runs.find("other"))
                .isInstanceOf(IOException.class)
                .hasMessage("no run other");
    }

    @Test
    void twoRunsOfOneSecondAreTwo() throws Exception {
        assertThat(run("2026-11-27T20:00:00Z").id()).isEqualTo("20261127-200000");
        assertThat(run("2026-11-27T20:00:00Z").id()).isEqualTo("20261127-200000-2");
    }

    /** Neither has written anything when the other begins. */
    @Test
    void twoConsolesThatBeginInOneSecondHaveARunEach() throws Exception {
        Instant now = Instant.parse("2026-11-27T20:00:00Z");
        Path mine = runs.make(now);
        Path other = new Runs(folder.resolve("runs")).make(now);
        assertThat(mine).isNotEqualTo(other);
        new RunWriter(mine, Run.read(RunTest.example()).info()).close();
        assertThat(runs.list()).extracting(Runs.Entry::id).containsExactly("20261127-200000");
        new RunWriter(other, Run.read(RunTest.example()).info()).close();
        assertThat(runs.list()).hasSize(2);
    }

    @Test
    void oldRunsAreRemovedUnlessTheyHaveANameOrGoOn() throws Exception {
        Runs.Entry named = run("2026-11-27T20:00:00Z");
        runs.name(named, "NIGHT-17");
        Path going = runs.make(Instant.parse("2026-11-27T20:00:01Z"));
        try (RunWriter writer = new RunWriter(going, Run.read(RunTest.example()).info())) {
            run("2026-11-27T20:00:02Z");
            run("2026-11-27T20:00:03Z");
            run("2026-11-27T20:00:04Z");
            assertThat(runs.prune(2, Long.MAX_VALUE)).extracting(Runs.Entry::id).containsExactly("20261127-200002");
            assertThat(runs.prune(50, 1)).hasSize(2);
            assertThat(writer.written()).isPositive();
        }
        assertThat(runs.list()).extracting(Runs.Entry::id).containsExactly("20261127-200001", "20261127-200000");
    }

    @Test
    void whatIsNotARecordsStays() throws Exception {
        Runs.Entry run = run("2026-11-27T20:00:00Z");
        Files.writeString(run.folder().resolve("report.html"), "mine");
        runs.remove(run);
        assertThat(run.folder()).isDirectoryContaining("glob:**report.html");
        assertThat(runs.prune(0, 0)).isEmpty();
    }

    @Test
    void aNewersNameIsKeptAndSoIsItsRun() throws Exception {
        Runs.Entry run = run("2026-11-27T20:00:00Z");
        Files.writeString(run.folder().resolve("run.json"), "{\"schema\":2,\"version\":\"9\",\"name\":\"mine\"}");
        assertThat(runs.prune(0, 0)).isEmpty();
    }

    @Test
    void aNameIsAPlainWord() {
        assertThatThrownBy(() -> Runs.checkedName("last")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Runs.checkedName("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Runs.checkedName("NIGHT-17")).isEqualTo("NIGHT-17");
    }

    @Test
    void aFolderThatIsNoRecordIsLeftAlone() throws Exception {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("lock"), "mine");
        Files.writeString(mine.resolve("samples.jsonl"), "mine");
        Runs.Entry run = runs.find(mine + "/");
        assertThatThrownBy(() -> runs.remove(run))
                .isInstanceOf(IOException.class)
                .hasMessage("no run is recorded in " + mine);
        assertThat(mine.resolve("lock")).hasContent("mine");
        assertThat(mine.resolve("samples.jsonl")).hasContent("mine");
    }

    @Test
    void aDamagedRecordIsRemoved() throws Exception {
        Runs.Entry run = run("2026-11-27T20:00:00Z");
        Files.writeString(run.folder().resolve("run.json"), "{");
        runs.remove(runs.find(run.id()));
        assertThat(run.folder()).doesNotExist();
    }
}
