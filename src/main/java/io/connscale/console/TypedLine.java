package io.connscale.console;

import io.connscale.console.Words.Word;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/**
 * A line being typed, in JLine's terms and by our own rules of quoting: JLine's parser would see other words than
 * {@link Words}. Every line is accepted; what is wrong with it the engine says.
 */
final class TypedLine implements CompletingParsedLine {
    /** Gives JLine such lines. */
    static final class Reader implements Parser {
        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            return new TypedLine(line, cursor);
        }

        @Override
        public boolean isEscapeChar(char c) {
            return false;
        }
    }

    private final String line;
    private final int cursor;
    private final List<String> words = new ArrayList<>();
    private final Word word;
    private final int index;

    TypedLine(String line, int cursor) {
        this.line = line;
        this.cursor = cursor;
        List<Word> all = Words.of(line).list();
        List<Word> before = all.stream().filter(w -> w.end() < cursor).toList();
        index = before.size();
        boolean inWord = index < all.size() && all.get(index).start() < cursor;
        word = inWord ? all.get(index) : new Word("", cursor, cursor);
        before.forEach(w -> words.add(w.text()));
        words.add(word.text());
        all.stream().skip(inWord ? index + 1L : index).forEach(w -> words.add(w.text()));
    }

    /** The words before the one with the cursor. */
    List<Word> before() {
        return Words.of(line).list().subList(0, index);
    }

    /** The word with the cursor, as far as it stands before the cursor. */
    String attempted() {
        return word.text().substring(0, wordCursor());
    }

    @Override
    public String word() {
        return word.text();
    }

    @Override
    public int wordCursor() {
        int typed = Words.of(line.substring(word.start(), cursor)).list().stream()
                .mapToInt(w -> w.text().length())
                .sum();
        return Math.min(typed, word.text().length());
    }

    @Override
    public int wordIndex() {
        return index;
    }

    @Override
    public List<String> words() {
        return words;
    }

    @Override
    public String line() {
        return line;
    }

    @Override
    public int cursor() {
        return cursor;
    }

    @Override
    public int rawWordCursor() {
        return cursor - word.start();
    }

    @Override
    public int rawWordLength() {
        return word.end() - word.start();
    }

    /** A candidate as it is put into the line; one that goes on, such as a directory, keeps its quote open. */
    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
        String quoted = Words.quote(candidate.toString());
        boolean open = !complete && quoted.startsWith("\"");
        return open ? quoted.substring(0, quoted.length() - 1) : quoted;
    }
}
