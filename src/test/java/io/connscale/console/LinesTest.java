package io.connscale.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinesTest {
    private static Lines of(String text) {
        return new Lines(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstLineAndElsewhereACharacter() throws IOException {
        try (Lines lines = of("\uFEFFhosts\n\uFEFFcount")) {
            assertThat(lines.next()).isEqualTo("hosts");
            assertThat(lines.next()).isEqualTo("\uFEFFcount");
            assertThat(lines.next()).isNull();
        }
    }

    @Test
    void nothingButAByteOrderMarkIsNoLine() throws IOException {
        try (Lines lines = of("\uFEFF")) {
            assertThat(lines.next()).isNull();
        }
    }
}
