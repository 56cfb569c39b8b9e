package io.connscale.console;

import java.util.ArrayList;
import java.util.List;

/**
 * A line split into words: blanks part them, {@code "two words"} and {@code 'two words'} are one, {@code #} where a word
 * could begin starts a comment. Tolerant, since a line being typed is rarely whole.
 *
 * @param open whether a quote was never closed; the last word then reaches to the end of the line
 */
record Words(List<Word> list, boolean open) {
    /** One word without its quotes, and where it stands in the line: {@code start} included, {@code end} not. */
    record Word(String text, int start, int end) {}

    Words {
        list = List.copyOf(list);
    }

    static Words of(String line) {
        return new Splitter(line).split();
    }

    /** {@code word} as it must be typed to be one word. */
    static String quote(String word) {
        boolean plain = !word.isEmpty() && word.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '\'' || c == '#');
        return plain ? word : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Walks the line once. */
    private static final class Splitter {
        private static final char NONE = 0;

        private final String line;
        private final List<Word> words = new ArrayList<>();
        private int at;
        private char quote = NONE;

        Splitter(String line) {
            this.line = line;
        }

        Words split() {
            while (at < line.length() && line.charAt(at) != '#') {
                if (blank(line.charAt(at))) {
                    at++;
                } else {
                    words.add(word());
                }
            }
            return new Words(words, quote != NONE);
        }

        private Word word() {
            int start = at;
            StringBuilder text = new StringBuilder();
            while (at < line.length() && (quote != NONE || !blank(line.charAt(at)))) {
                take(line.charAt(at++), text);
            }
            return new Word(text.toString(), start, at);
        }

        private void take(char c, StringBuilder text) {
            if (quote == NONE && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = NONE;
            } else if (c == '\\' && quote == '"' && at < line.length() && "\"\\".indexOf(line.charAt(at)) >= 0) {
                text.append(line.charAt(at++));
            } else {
                text.append(c);
            }
        }

        private static boolean blank(char c) {
            return c == ' ' || c == '\t' || c == '\n' || c == '\r';
        }
    }
}
