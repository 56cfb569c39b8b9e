package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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

    private static List<String> lines(String line, int width) {
        return Wrapped.lines(line, width).stream()
                .map(AttributedString::toString)
                .toList();
    }
}
