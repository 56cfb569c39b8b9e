package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;

class WordsTest {
    private static final CommandSpec ROOT = FakeCommands.root().getCommandSpec();

    private static List<String> texts(String line) {
        return Words.of(line).list().stream().map(Words.Word::text).toList();
    }

    @Test
    void blanksPartWordsQuotesJoinThemAndAHashEndsTheLine() {
        assertThat(texts(" a\t'b c'd \"e \\\" f\" g#h \\i # j")).containsExactly("a", "b cd", "e \" f", "g#h", "\\i");
    }

    @Test
    void aQuoteNeverClosedIsTold() {
        assertThat(Words.of("a 'b c").open()).isTrue();
        assertThat(Words.of("a \"b'c\"").open()).isFalse();
    }

    @Property(tries = 300)
    void whatIsQuotedIsReadAsItWas(@ForAll @Size(max = 5) List<@StringLength(max = 12) String> words) {
        String line = String.join(" ", words.stream().map(Words::quote).toList());
        assertThat(texts(line)).isEqualTo(words);
    }

    @Property(tries = 300)
    void anyLineCanBeSplitAndItsWordsStandInOrder(@ForAll @StringLength(max = 60) String line) {
        int at = 0;
        for (Words.Word word : Words.of(line).list()) {
            assertThat(word.start()).isGreaterThanOrEqualTo(at);
            assertThat(word.end()).isGreaterThan(word.start()).isLessThanOrEqualTo(line.length());
            at = word.end();
        }
    }

    @Property(tries = 300)
    void theCursorStandsInOneWordWhereverItIs(
            @ForAll @StringLength(max = 30) String line, @ForAll @IntRange(max = 30) int at) {
        int cursor = Math.min(at, line.length());
        Completion.TypedLine typed = new Completion.TypedLine(line, cursor);
        assertThat(typed.words().get(typed.wordIndex())).isEqualTo(typed.word()).startsWith(typed.begun());
        assertThat(typed.rawWordCursor()).isBetween(0, typed.rawWordLength());
    }

    @Property(tries = 300)
    void anyLineCanBeColouredAndCompletedWhileItIsTyped(@ForAll @Size(max = 6) List<@From("words") String> words) {
        String line = String.join(" ", words);
        assertThat(new Colours(ROOT).highlight(line).toString()).isEqualTo(line);
        Completion completion = new Completion(ROOT, (command, label, typedWord, further) -> List.of("client1"));
        Completion.TypedLine typed = new Completion.TypedLine(line, line.length());
        assertThat(completion.candidates(typed)).allMatch(c -> c.value().startsWith(typed.begun()));
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "connections", "conn", "start", "--rate", "--rate=", "--", "-5", "open", "/", "\"", "#", "cl"),
                Arbitraries.strings().ofMaxLength(5));
    }
}
