package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.MiniCluster;
import io.connscale.diagnosis.Diagnostics;
import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.Runs;
import io.connscale.run.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The record of what is done with a cluster in this JVM. */
@Timeout(120)
class RecordingTest {
    private static final Duration OFTEN = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    private Path runs() {
        return folder.resolve("runs");
    }

    private Recording recording(Duration again) {
        return recording(again, OFTEN);
    }

    private Recording recording(Duration again, Duration every) {
        Parts parts = new Parts(
                false,
                () -> false,
                mini.cluster(),
                mini.server(),
                new Diagnostics(mini.cluster(), mini.server()),
                notices::add);
        return new Recording(
                parts,
                new Samples(parts, every),
                new Recording.Options(new Runs(runs()), null, true, Runs.MAX_RUNS, "hosts.yaml"),
                again);
    }

    @Test
    void whatCouldNotBeBegunIsSaidOnceAndTriedAgain() throws Exception {
        Files.writeString(runs(), "in the way");
        try (Recording recording = recording(OFTEN)) {
            recording.begin(Instant.now());
            assertThatThrownBy(recording::folder).isInstanceOf(IOException.class);
            recording.event(Instant.now(), Event.NOTICE, "unheard", null, null, null);
            assertThatThrownBy(recording::folder).isInstanceOf(IOException.class);
            assertThat(notices)
                    .singleElement()
                    .asString()
                    .contains("this run is not recorded: " + runs(), "--no-record");

            Files.delete(runs());

            await().until(() -> notices.size() == 2);
            Path run = recording.folder().orElseThrow();
            assertThat(notices.get(1)).isEqualTo("this run is recorded from now on, in " + run);
            recording.event(Instant.now(), Event.NOTICE, "heard", null, null, null);
            assertThat(recording.folder()).hasValue(run);
            assertThat(Run.read(run).events()).extracting(Event::text).contains("heard");
        }
    }

    @Test
    void whatIsNotToBeTriedYetIsNot() throws Exception {
        Files.writeString(runs(), "in the way");
        try (Recording recording = recording(Duration.ofHours(1))) {
            recording.begin(Instant.now());
            assertThatThrownBy(recording::folder).isInstanceOf(IOException.class);
            Files.delete(runs());
            assertThatThrownBy(recording::folder).isInstanceOf(IOException.class);
        }
    }

    @Test
    void twoThatBeginAtOnceAreTwoRuns() throws Exception {
        Instant now = Instant.now();
        try (Recording one = recording(OFTEN);
                Recording other = recording(OFTEN)) {
            one.begin(now);
            other.begin(now);
            assertThat(one.folder()).isPresent().isNotEqualTo(other.folder());
        }
        assertThat(new Runs(runs()).list()).hasSize(2);
        assertThat(notices).isEmpty();
    }

    @Test
    void theFolderHasAllThatHasHappened() throws Exception {
        try (Recording recording = recording(OFTEN)) {
            assertThat(recording.folder()).isEmpty();
            recording.begin(Instant.now());
            recording.event(Instant.now(), Event.NOTICE, "last", null, null, null);
            assertThat(Run.read(recording.folder().orElseThrow()).events())
                    .extracting(Event::text)
                    .containsExactly("last");
        }
    }

    /** Not only of the first ten: two in a row, later. */
    @Test
    void eachLimitsUseIsInEachSample() throws Exception {
        try (Recording recording = recording(Duration.ofSeconds(1), Duration.ofMillis(300))) {
            mini.cluster().start("client1").get(30, TimeUnit.SECONDS);
            recording.begin(Instant.now());
            await().atMost(Duration.ofSeconds(90)).until(() -> {
                List<Sample> samples =
                        Run.read(recording.folder().orElseThrow()).samples();
                return samples.size() > 14 && isInTwoInARow(samples.subList(11, samples.size()));
            });
        }
    }

    private static boolean isInTwoInARow(List<Sample> samples) {
        int row = 0;
        for (Sample sample : samples) {
            List<Sample.Use> limits = sample.limits();
            row = limits != null && limits.size() > 3 ? row + 1 : 0; // on a busy machine an answer may be late
            if (row == 2) {
                return true;
            }
        }
        return false;
    }

    private static List<Sample.End> whileLost(Recording recording) throws IOException, InterruptedException {
        return Run.read(recording.folder().orElseThrow()).samples().stream()
                .filter(sample -> "lost".equals(sample.states().get("client1")))
                .map(sample -> sample.hosts().get("client1"))
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void aHostThatIsLostIsLostInTheSamplesToo() throws Exception {
        try (Recording recording = recording(OFTEN)) {
            mini.cluster().start("client1").get(30, TimeUnit.SECONDS);
            recording.begin(Instant.now());
            mini.kill("client1");
            await().until(() -> !whileLost(recording).isEmpty());
            assertThat(whileLost(recording)).allSatisfy(end -> {
                assertThat(end.process()).isNull();
                assertThat(end.perSecond()).isNull();
            });
        }
    }
}
