package io.connscale.cluster.config;

import io.connscale.control.Quantity;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The checks that several records share. Each returns what it was given, or throws with one line of what is wrong. */
final class Checks {
    private static final Pattern WORD = Pattern.compile("[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]{1,4096}");
    private static final Pattern FLAG = Pattern.compile("-[^\\p{Cc}\\p{Cs}\\p{Z}]{1,1000}");

    private Checks() {}

    /** A path or a word of a command: anything printable, not blank. */
    static String word(String text) {
        return check(!text.isBlank() && WORD.matcher(text).matches(), text, "is not a path or word");
    }

    static String flag(String text) {
        return check(FLAG.matcher(text).matches(), text, "is not one JVM flag such as -Xmx1g");
    }

    static String check(boolean good, String text, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(Quantity.quoted(text) + " " + otherwise);
        }
        return text;
    }

    static long inRange(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + ": " + value + " is out of range, " + min + " to " + max + " is possible");
        }
        return value;
    }

    /** {@code things} where none is there twice. */
    static <C extends Collection<?>> C distinct(String what, C things) {
        Set<Object> seen = new HashSet<>();
        for (Object thing : things) {
            if (!seen.add(thing)) {
                throw new IllegalArgumentException(
                        what + " " + Quantity.quoted(String.valueOf(thing)) + " is listed twice");
            }
        }
        return things;
    }
}
