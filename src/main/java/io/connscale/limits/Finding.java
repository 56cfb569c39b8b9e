package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One setting that stops connections, or makes measurements unreliable.
 *
 * @param limit its name, the kernel's where it has one
 * @param value what it is now, in words
 * @param values the same for programs: the unit is the name, what the limit itself is stands first; empty where it is unknown
 * @param stops what it stops, in a few words
 * @param at at how many connections; {@value #NO_NUMBER} where that is no number
 * @param now the command that changes it until the next restart
 * @param forGood what changes it for good
 * @param root whether that needs root
 */
public record Finding(
        String limit,
        String value,
        Map<String, Object> values,
        String stops,
        long at,
        String now,
        String forGood,
        boolean root) {
    public static final long NO_NUMBER = -1;

    public Finding {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Without values yet, {@link #with} adds them; of a limit that root alone may raise. */
    Finding(String limit, String value, String stops, long at, Remedy remedy) {
        this(limit, value, Map.of(), stops, at, remedy.now(), remedy.forGood(), true);
    }

    /** A limit that could not be read: it may stop connections as well as a known one. */
    static Finding unread(Fact limit) {
        return new Finding(
                limit.setting(),
                "unknown",
                "unknown: it can't be read here",
                NO_NUMBER,
                new Remedy("mount /proc there without subset=pid", "the container's /proc"));
    }

    /** The same with one more value, a number or a word; an unknown one is left out. */
    Finding with(String unit, Object number) {
        if (number.equals(Facts.UNKNOWN)) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(values);
        more.put(unit, number);
        return new Finding(limit, value, more, stops, at, now, forGood, root);
    }

    /** What anybody may change. */
    Finding withoutRoot() {
        return new Finding(limit, value, values, stops, at, now, forGood, false);
    }
}
