package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

class WrappedTest {
    @Test
    void partsAtSpacesAndWideWordsWithin() {
        assertThat(lines("no file left for it", 8)).containsExactly("no file", "left for", "it");
        assertThat(lines("fits", 4)).containsExactly("fits");
        assertThat(lines("", 4)).containsExactly("");
        assertThat(lines("ip_local_port_range is 8", 8)).containsExactly("ip_local", "_port_ra", "nge is 8");
        assertThat(lines("漢字漢字", 5)).containsExactly("漢字", "漢字");
    }

    @Test
    void whatDoesNotFitStandsBelowTheLastColumn() {
        assertThat(Wrapped.hanging("c1  ready  in a moment or two", 18))
                .containsExactly("c1  ready  in a", "           moment", "           or two");
        assertThat(Wrapped.hanging("  fix: a command of words", 14))
                .containsExactly("  fix: a", "    command of", "    words");
        assertThat(Wrapped.hanging("one  two", 80)).containsExactly("one  two");
        assertThat(Wrapped.hanging("a column that begins far to the right  has no room for more", 45))
                .containsExactly("a column that begins far to the right  has no", "  room for more");
        assertThat(Wrapped.hanging("", 5)).containsExactly("");
    }

    @Property
    void noLineIsWiderAndNoWordIsLost(
            @ForAll @StringLength(max = 120) @CharRange(from = ' ', to = 'z') String line,
            @ForAll @IntRange(min = 8, max = 80) int width) {
        List<String> parts = Wrapped.hanging(line, width);
        assertThat(parts).allMatch(part -> part.length() <= width);
        assertThat(String.join("", parts).replace(" ", "")).isEqualTo(line.replace(" ", ""));
    }

    private static List<String> lines(String line, int width) {
        return Wrapped.lines(line, width).stream()
                .map(AttributedString::toString)
                .toList();
    }
}
