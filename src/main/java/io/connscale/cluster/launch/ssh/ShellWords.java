package io.connscale.cluster.launch.ssh;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A command as one line that every login shell (sh, dash, bash, zsh, fish, csh) hands on unchanged: it goes to {@code sh} as
 * text in which only letters, digits, spaces and a few signs stand for themselves, the rest as octal numbers. Quotes alone
 * won't do: fish reads backslashes inside of them, csh reads {@code !} and refuses a line's end.
 */
final class ShellWords {
    private static final String PLAIN = "_@%+=:,./-";
    private static final String DECODE = "exec /bin/sh -c 'eval \"exec $(printf %b \"$1\")\"' sh ";

    private ShellWords() {}

    /** The line that makes a login shell turn into {@code words}. */
    static String line(List<String> words) {
        return DECODE + "'" + words.stream().map(ShellWords::word).collect(Collectors.joining(" ")) + "'";
    }

    private static String word(String word) {
        boolean plain = !word.isEmpty() && word.chars().allMatch(ShellWords::isPlain);
        return plain ? word : encoded("'" + word.replace("'", "'\\''") + "'");
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || PLAIN.indexOf(c) >= 0;
    }

    private static String encoded(String text) {
        StringBuilder line = new StringBuilder(text.length() * 2);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b == ' ' || isPlain(b)) {
                line.append((char) b);
            } else {
                line.append(String.format("\\0%03o", b & 0xff));
            }
        }
        return line.toString();
    }
}
