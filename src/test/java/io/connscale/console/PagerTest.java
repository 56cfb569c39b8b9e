package io.connscale.console;

import io.connscale.console.FakeCommands.Fake;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jline.terminal.Size;
import org.junit.jupiter.api.Test;

/** An answer that is longer than the screen. */
class PagerTest extends TypedSession {
    private static final List<String> LONG =
            IntStream.rangeClosed(1, 60).mapToObj(n -> "line " + n).toList();

    PagerTest() throws IOException {}

    private void begin() {
        console.serve(command -> command instanceof FakeCommands.Stop
                ? new Answer(Map.of(), new Table(List.of(), List.of()), LONG)
                : ((Fake) command).run(console));
        start(false);
        keys("stop\r");
    }

    @Test
    void isShownAPageAtATime() {
        begin();
        shows("line 23\nlines 1-23 of 60 · space: next page · b: back · q: end");
        keys(" ");
        shows("line 46\nlines 24-46 of 60");
        keys("b");
        shows("line 23\nlines 1-23 of 60");
        keys("\u001b[6~\u001b[B");
        shows("line 47\nlines 25-47 of 60");
        keys("G");
        shows("line 60\nlines 38-60 of 60");
        keys("g");
        shows("line 23\nlines 1-23 of 60");
        keys("q");
        shows("connscale> stop\nconnscale>");
    }

    /** The user has just said that it is enough. */
    @Test
    void theAnswerOfACommandThatDrewIsPrintedWhole() {
        console.serve(command -> {
            console.live().close();
            return new Answer(Map.of(), new Table(List.of(), List.of()), LONG);
        });
        start(false);
        keys("stop\r");
        shows("line 59\nline 60\nconnscale>");
    }

    @Test
    void aNarrowScreenHasItsKeysInShort() {
        terminal.setSize(Size.of(30, 24));
        begin();
        shows("line 23\n1-23 of 60 · space, b, q");
        keys("q");
    }

    @Test
    void goingOnBehindTheEndEndsIt() {
        begin();
        shows("lines 1-23 of 60");
        keys("G");
        shows("lines 38-60 of 60");
        keys(" ");
        shows("connscale> stop\nconnscale>");
    }

    @Test
    void withoutAPagerItIsPrintedWhole() {
        console.withoutPager();
        begin();
        shows("line 59\nline 60\nconnscale>");
    }
}
