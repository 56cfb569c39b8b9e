package io.connscale.control;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Text from another process made safe for a screen and a log, once, where it comes in: it can't move the cursor, reverse the
 * direction of what follows, or break a line in two.
 */
public final class PlainText {
    private PlainText() {}

    /**
     * {@code text} with each line end and tab as a blank, and each other control character, format character (Unicode's Cf: marks
     * of direction, zero-width characters) and half of a surrogate pair as {@code ?}.
     */
    public static String of(String text) {
        if (text.codePoints().noneMatch(c -> shown(c) != c)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(shown(c)));
        return plain.toString();
    }

    /** As above, cut to {@code max} characters. */
    public static String of(String text, int max) {
        return of(text.length() > max ? text.substring(0, max) + "…" : text);
    }

    private static int shown(int c) {
        if (c >= ' ' && c < 0x7f) {
            return c;
        }
        return switch (Character.getType(c)) {
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> ' ';
            case Character.CONTROL -> c == '\t' || c == '\n' || c == '\r' || c == 0x85 ? ' ' : '?';
            case Character.FORMAT, Character.SURROGATE -> '?';
            default -> c;
        };
    }

    /** Java names only the file where it means that there is none. */
    public static String why(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "there is such a file already";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
