package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CourseTest {
    private static final Instant NOW = Instant.parse("2026-11-27T20:46:49.120Z");

    private final Course course = new Course();

    private static Event began(String text) {
        return new Event(NOW, 1, Event.BEGAN, text, null, null, null);
    }

    private static Event ended(String text, @Nullable Map<String, @Nullable Object> details) {
        return new Event(NOW, 1, Event.COMMAND, text, 0.5, details == null, details);
    }

    @Test
    void aCommandHasItsTimeAndWhatWentWrongWhenItHasEnded() {
        assertThat(course.add(began("start all"))).isTrue();
        assertThat(course.commands()).singleElement().satisfies(begun -> {
            assertThat(begun.took()).isNull();
            assertThat(begun.ok()).isNull();
        });

        course.add(ended("start all", Map.of("error", Map.of("message", "no host all", "hint", ""))));

        assertThat(course.commands())
                .containsExactly(new RunInfo.Command(NOW, 1, "start all", 0.5, false, "no host all"));
    }

    @Test
    void ofVeryManyTheBeginningAndTheEndAreKept() {
        for (int i = 0; i < 10_000; i++) {
            course.add(began("count " + i));
            course.add(ended("count " + i, null));
            course.add(new Event(NOW, i, Event.VERDICT, "x".repeat(5_000), null, null, Map.of("cause", "files")));
        }

        assertThat(course.commands())
                .hasSize(Course.MAX_COMMANDS)
                .extracting(RunInfo.Command::text)
                .startsWith("count 0", "count 1")
                .endsWith("count 9998", "count 9999");
        assertThat(course.verdicts())
                .hasSize(Course.MAX_VERDICTS)
                .allSatisfy(verdict -> assertThat(verdict.text().length()).isLessThan(600));
        assertThat(course.leftOut()).isEqualTo(20_000 - Course.MAX_COMMANDS - Course.MAX_VERDICTS);
    }

    @Test
    void whatMakesNumbersUnreliableIsCountedWhateverItsOwnNumbers() throws Exception {
        Run example = Run.read(RunTest.example());
        example.samples().forEach(course::add);

        long said = example.samples().stream()
                .flatMap(sample -> sample.hosts().values().stream())
                .mapToLong(end -> end.unreliable().size())
                .sum();
        assertThat(said).isPositive();
        assertThat(course.warnings().stream()
                        .filter(warning -> !warning.end().equals("server"))
                        .mapToLong(RunInfo.Warning::samples)
                        .sum())
                .isEqualTo(said);
    }

    @Test
    void whatSaysNothingOfTheRunIsNothingNew() {
        assertThat(course.add(new Event(NOW, 1, Event.NOTICE, "host a is lost", null, null, null)))
                .isFalse();
    }
}
