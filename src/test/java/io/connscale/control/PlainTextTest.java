package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {
    @Test
    void nothingMovesTheCursorOrTurnsTheLineRound() {
        assertThat(PlainText.of("a\u202eb\u2066c\td\u001b[2J\u2028e · ü 😀")).isEqualTo("a?b?c d?[2J e · ü 😀");
    }
}
