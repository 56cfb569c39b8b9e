package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.SmallDisk;
import io.connscale.stats.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunWriterTest {
    @TempDir
    private Path folder;

    private static Distribution micros(long... values) {
        Histogram histogram = new Histogram(2);
        for (long value : values) {
            histogram.recordValue(value);
        }
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Distribution.decoded(
                java.util.Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length)));
    }

    @Test
    void writesWhatIsReadAgain() throws Exception {
        Run example = Run.read(RunTest.example());
        Path run = folder.resolve("run");
        try (RunWriter writer = new RunWriter(run, example.info())) {
            for (Sample sample : example.samples()) {
                writer.sample(sample, Map.of("client1.connect", micros(100, 120, 900)));
            }
            for (Event event : example.events()) {
                writer.event(event);
            }
            assertThat(new Runs(folder).list()).singleElement().matches(Runs.Entry::running);
        }
        Run read = Run.read(run);
        assertThat(read.samples()).isEqualTo(example.samples());
        assertThat(read.events()).isEqualTo(example.events());
        assertThat(read.info()).isEqualTo(example.info());
        assertThat(new Runs(folder).list()).singleElement().matches(one -> !one.running());
    }

    @Test
    void hdrHistogramsOwnReaderReadsTheTimes() throws Exception {
        Run example = Run.read(RunTest.example());
        try (RunWriter writer = new RunWriter(folder.resolve("run"), example.info())) {
            for (Sample sample : example.samples().subList(0, 3)) {
                writer.sample(sample, Map.of("client1.connect", micros(100, 120, 900)));
            }
        }
        try (HistogramLogReader log =
                new HistogramLogReader(folder.resolve("run/times.hlog").toFile())) {
            EncodableHistogram first = log.nextIntervalHistogram();
            assertThat(first.getTag()).isEqualTo("client1.connect");
            assertThat(((Histogram) first).getTotalCount()).isEqualTo(3);
            assertThat(first.getMaxValueAsDouble()).isBetween(890.0, 910.0);
            long end = example.samples().get(1).at().toEpochMilli();
            assertThat(first.getEndTimeStamp()).isBetween(end - 3, end + 3);
            assertThat(log.nextIntervalHistogram()).isNotNull();
            assertThat(log.nextIntervalHistogram()).isNull(); // the first sample has no time before it
        }
    }

    @Test
    void anEventThatIsTooLongLosesItsDetails() throws Exception {
        Run example = Run.read(RunTest.example());
        Path run = folder.resolve("run");
        Event event = example.events().get(1);
        try (RunWriter writer = new RunWriter(run, example.info())) {
            writer.event(new Event(
                    event.at(),
                    0,
                    Event.COMMAND,
                    "stats",
                    1.0,
                    true,
                    Map.of("result", "x".repeat(RunWriter.MAX_EVENT))));
        }
        assertThat(Run.read(run).events()).singleElement().satisfies(read -> {
            assertThat(read.text()).isEqualTo("stats");
            assertThat(read.details()).isNull();
        });
    }

    @Test
    void doesNotWriteOverARun() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path run = folder.resolve("run");
        new RunWriter(run, info).close();
        assertThatThrownBy(() -> new RunWriter(run, info))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("already");
    }

    /** On a disk of 256 KiB. */
    @Test
    void whatDoesNotFitOnTheDiskLeavesWholeLines() throws Exception {
        Run example = Run.read(RunTest.example());
        try (SmallDisk small = new SmallDisk(folder, 256)) {
            Path run = small.resolve("run");
            boolean full = false;
            try (RunWriter writer = new RunWriter(run, example.info())) {
                for (int i = 0; i < 200; i++) {
                    try {
                        writer.sample(example.samples().get(i % 31), Map.of());
                    } catch (IOException e) {
                        full = true;
                    }
                }
                assertThat(full).isTrue();
                List<Sample> there = Run.read(run).samples();
                assertThat(there).hasSizeBetween(20, 190);
                assertThat(there.get(17)).isEqualTo(example.samples().get(17));
            }
        }
    }

    @Test
    void tenThousandSamplesAreRead() throws Exception {
        Run example = Run.read(RunTest.example());
        Path run = folder.resolve("run");
        try (RunWriter writer = new RunWriter(run, example.info())) {
            for (int i = 0; i < 10_000; i++) {
                writer.sample(example.samples().get(i % 31), Map.of());
            }
        }
        assertThat(Run.read(run).samples()).hasSize(10_000);
        assertThat(Files.size(run.resolve("samples.jsonl"))).isLessThan(60L << 20);
    }

    @Test
    void doesNotWriteOverAFileOfTheUser() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(run.resolve("lock"), "mine");
        Files.writeString(run.resolve("events.jsonl"), "mine");
        assertThatThrownBy(() -> new RunWriter(run, info))
                .isInstanceOf(IOException.class)
                .hasMessage(run + " has a file events.jsonl already: name another folder");
        assertThat(run.resolve("lock")).hasContent("mine");
        assertThat(run.resolve("events.jsonl")).hasContent("mine");
        assertThat(run.resolve("run.json")).doesNotExist();
        assertThat(RunWriter.isWrittenHere(run)).isFalse();
        Files.delete(run.resolve("events.jsonl"));
        new RunWriter(run, info).close();
    }

    /** Whoever tries the lock in this process would give it up. */
    @Test
    void aRunIsOneHoweverItsFolderIsSpelt() throws Exception {
        Run example = Run.read(RunTest.example());
        Path run = folder.resolve("run");
        Path link = Files.createSymbolicLink(folder.resolve("link"), run);
        Path spelt = folder.resolve("x").resolve("..").resolve("run").resolve(".");
        Files.createDirectory(folder.resolve("x"));
        try (RunWriter writer = new RunWriter(run, example.info())) {
            for (Path other : List.of(run, link, spelt)) {
                assertThat(Runs.entry(other).running()).as("%s", other).isTrue();
                assertThatThrownBy(() -> new RunWriter(other, example.info()))
                        .isInstanceOf(IOException.class)
                        .hasMessage(other + " is being written by this console");
            }
            assertThat(isLockedForOthers(run)).isTrue();
            assertThat(writer.written()).isPositive();
        }
        assertThat(Runs.entry(link).running()).isFalse();
        assertThat(Runs.entry(spelt).id()).isEqualTo("run");
    }

    private static boolean isLockedForOthers(Path run) throws IOException, InterruptedException {
        String inode = Files.getAttribute(run.resolve("lock"), "unix:ino").toString();
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .anyMatch(
                        line -> line.contains("WRITE " + ProcessHandle.current().pid() + " ")
                                && line.contains(":" + inode + " "));
    }

    @Test
    void whatCouldNotBeBegunLeavesNothing() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path run = folder.resolve("run");
        Files.createDirectories(run.resolve("run.json.new")); // so that run.json can't be written
        assertThatThrownBy(() -> new RunWriter(run, info)).isInstanceOf(IOException.class);
        assertThat(run).isDirectoryNotContaining("glob:**lock");
        Files.deleteIfExists(run.resolve("run.json.new"));
        new RunWriter(run, info).close();
    }

    @Test
    void whatCouldNotBeCompletedIsMarked() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path run = folder.resolve("run");
        RunWriter writer = new RunWriter(run, info);
        Files.createDirectory(run.resolve("run.json.new")); // so that run.json can't be written
        assertThatThrownBy(() -> writer.info(info)).isInstanceOf(IOException.class);
        assertThat(Runs.entry(run).isIncomplete()).as("it may be written again").isFalse();
        writer.close();
        assertThat(Runs.entry(run)).matches(Runs.Entry::isIncomplete).matches(entry -> !entry.running());
        Files.delete(run.resolve("run.json.new"));
        new Runs(folder).remove(Runs.entry(run));
        assertThat(run).doesNotExist();
    }

    @Test
    void whatIsCompleteInTheEndIsNotMarked() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path run = folder.resolve("run");
        try (RunWriter writer = new RunWriter(run, info)) {
            Path inTheWay = Files.createDirectory(run.resolve("run.json.new"));
            assertThatThrownBy(() -> writer.info(info)).isInstanceOf(IOException.class);
            Files.delete(inTheWay);
            writer.info(info);
        }
        assertThat(Runs.entry(run).isIncomplete()).isFalse();
    }

    @Test
    void aFolderMayBeALink() throws Exception {
        RunInfo info = Run.read(RunTest.example()).info();
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
        new RunWriter(link, info).close();
        assertThat(elsewhere.resolve("run.json")).exists();
    }

    @Test
    void ofVeryManyEventsWhatARunIsJudgedByIsWrittenLongest() throws Exception {
        Run example = Run.read(RunTest.example());
        Event event = example.events().get(1);
        Event stats = new Event(event.at(), 0, Event.COMMAND, "stats", 1.0, true, Map.of("result", "x".repeat(10_000)));
        Event verdict = new Event(event.at(), 0, Event.VERDICT, "y".repeat(1000), null, null, null);
        Path run = folder.resolve("run");
        try (RunWriter writer = new RunWriter(run, example.info())) {
            while (Files.size(run.resolve("events.jsonl")) < RunWriter.MAX_RESULTS) {
                writer.event(stats);
            }
            for (int i = 0; i < RunWriter.MAX_EVENTS / 100; i++) {
                writer.event(stats);
            }
            assertThat(Files.size(run.resolve("events.jsonl")))
                    .isBetween(RunWriter.MAX_EVENTS, RunWriter.MAX_EVENTS + 1000);
            for (int i = 0; i < 2 * RunWriter.MAX_EVENTS / 1000; i++) {
                writer.event(verdict);
                writer.event(stats);
            }
        }
        List<Event> read = Run.read(run).events();
        assertThat(Files.size(run.resolve("events.jsonl")))
                .isBetween(RunWriter.MAX_JUDGEMENTS, RunWriter.MAX_JUDGEMENTS + 2000);
        assertThat(read.get(read.size() - 1).kind()).isEqualTo(Event.VERDICT);
        assertThat(read).filteredOn(one -> one.kind().equals(Event.NOTICE)).hasSize(1);
        assertThat(read.get(1000).details()).isNull();
    }

    @Test
    void anEventThatIsTooLongKeepsItsError() throws Exception {
        Run example = Run.read(RunTest.example());
        Path run = folder.resolve("run");
        Event event = example.events().get(1);
        String much = "x".repeat(RunWriter.MAX_EVENT);
        try (RunWriter writer = new RunWriter(run, example.info())) {
            Map<String, Object> details = Map.of("result", much, "error", Map.of("message", "m"), "interrupted", true);
            writer.event(new Event(event.at(), 0, Event.COMMAND, "stats", 1.0, false, details));
        }
        assertThat(Run.read(run).events())
                .singleElement()
                .satisfies(read -> assertThat(read.details())
                        .isEqualTo(Map.of("error", Map.of("message", "m"), "interrupted", true)));
    }
}
