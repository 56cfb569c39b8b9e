package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColoursTest {
    /** One letter a character: g command, c option, r wrong, . plain. */
    private static String picture(String line) {
        AttributedString coloured = new Colours(FakeCommands.root().getCommandSpec()).highlight(line);
        assertThat(coloured.toString()).isEqualTo(line);
        return letters(coloured);
    }

    private static String letters(AttributedString coloured) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < coloured.length(); i++) {
            AttributedStyle style = coloured.styleAt(i);
            letters.append(letter(style));
        }
        return letters.toString();
    }

    private static char letter(AttributedStyle style) {
        if (style.equals(AttributedStyle.DEFAULT)) {
            return '.';
        }
        return style.equals(Colours.RED) ? 'r' : style.equals(Colours.CYAN) ? 'c' : 'g';
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connections start --rate 5 10 a|ggggggggggg.ggggg.cccccc.......",
                "conn sta 10|gggg.ggg...",
                "cuont|rrrrr",
                "c|.",
                "c 5|r..",
                "connections zzz 5|ggggggggggg.rrr..",
                "connections start --ra|ggggggggggg.ggggg.....",
                "connections start --xx|ggggggggggg.ggggg.rrrr",
                "stop now # later|gggg.rrr........"
            })
    void wordsAreColouredAsTheyAreUnderstood(String line, String letters) {
        assertThat(picture(line)).isEqualTo(letters);
    }
}
