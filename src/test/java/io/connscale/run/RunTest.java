package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    @TempDir
    Path folder;

    /** The record that docs/RUNS.md describes, made by hand. */
    static Path example() throws URISyntaxException {
        URI info = Objects.requireNonNull(RunTest.class.getResource("example/run.json"))
                .toURI();
        return Path.of(info).resolveSibling("");
    }

    private Path copy() throws IOException, URISyntaxException {
        for (String file : List.of("run.json", "samples.jsonl", "events.jsonl")) {
            Files.copy(example().resolve(file), folder.resolve(file));
        }
        return folder;
    }

    @Test
    void readsWhatARunWas() throws Exception {
        Run run = Run.read(example());
        assertThat(run.info().hosts()).containsOnlyKeys("client1", "few", "spare");
        assertThat(run.samples()).hasSize(31);
        Sample last = run.samples().get(30);
        assertThat(Objects.requireNonNull(last.sum()).established()).isEqualTo(1147);
        assertThat(Objects.requireNonNull(last.hosts().get("few")).errors()).containsEntry("connect EMFILE", 226L);
        assertThat(run.samples().get(0).seconds()).isNull();
        assertThat(run.events().stream().map(Event::kind).collect(Collectors.toSet()))
                .isEqualTo(Set.of(Event.BEGAN, Event.COMMAND, Event.VERDICT, Event.NOTICE, Event.EXPECT));
    }

    @Test
    void writesWhatItHasRead() throws Exception {
        Run run = Run.read(example());
        assertThat(Json.read(Json.line(run.info()), RunInfo.class)).isEqualTo(run.info());
        run.samples()
                .forEach(sample ->
                        assertThat(Json.read(Json.line(sample), Sample.class)).isEqualTo(sample));
        run.events()
                .forEach(event ->
                        assertThat(Json.read(Json.line(event), Event.class)).isEqualTo(event));
    }

    @Test
    void theExampleHasWhatIsWrittenToday() throws Exception {
        List<String> written = Files.readAllLines(example().resolve("samples.jsonl"));
        String again = Json.line(Run.read(example()).samples().get(30));
        assertThat(Json.read(again, Object.class)).isEqualTo(Json.read(written.get(30), Object.class));
    }

    @Test
    void leavesOutALineThatIsCutOff() throws Exception {
        Files.writeString(copy().resolve("samples.jsonl"), "{\"at\":\"2026-11-27T20:4", StandardOpenOption.APPEND);
        assertThat(Run.read(folder).samples()).hasSize(31);
    }

    @Test
    void namesALineThatIsDamaged() throws Exception {
        Files.writeString(copy().resolve("events.jsonl"), "{\"at\":\n{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> Run.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("events.jsonl:16");
    }

    @Test
    void refusesASchemaThatItDoesNotKnow() throws Exception {
        Path info = copy().resolve("run.json");
        Files.writeString(info, "{\"schema\":2,\"version\":\"9.0\",\"began\":17}");
        assertThatThrownBy(() -> Run.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("connscale 9.0, with schema 2");
    }

    @Test
    void refusesASchemaThatThereNeverWas() throws Exception {
        Path info = copy().resolve("run.json");
        for (String text : List.of("{\"schema\":0,\"version\":\"0.0\"}", "{\"name\":\"of something else\"}")) {
            Files.writeString(info, text);
            assertThatThrownBy(() -> Run.read(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessage(info + " has schema 0, which no connscale has written: it is damaged, or no record");
        }
    }

    /** Members are added within a schema; a record from before that does not have them. */
    @Test
    void readsARecordThatIsOlderThanAMember() throws Exception {
        Path samples = copy().resolve("samples.jsonl");
        Files.writeString(samples, Files.readString(samples).replaceAll("\"failures\":\\{[^}]*},", ""));
        Sample last = Run.read(folder).samples().get(30);
        assertThat(Objects.requireNonNull(last.sum()).failures()).isNull();
        assertThat(last.sum().errors()).containsEntry("connect EMFILE", 226L);
    }

    @Test
    void saysThatThereIsNoRun() {
        assertThatThrownBy(() -> Run.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no run");
    }

    @Test
    void leavesOutALineThatIsCutOffWithinACharacter() throws Exception {
        byte[] half = {'{', '"', 'k', '"', ':', '"', (byte) 0xC2};
        Files.write(copy().resolve("events.jsonl"), half, StandardOpenOption.APPEND);
        assertThat(Run.read(folder).events()).isEqualTo(Run.read(example()).events());
    }
}
