package io.connscale.stats;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often something ended, by where and what: {@code "connect EMFILE" -> 3}. Any thread may count. Bounded: past
 * {@value #MAX} different reasons everything new is counted under {@link #OTHER}.
 */
public final class Reasons {
    public static final String OTHER = "other";
    private static final int MAX = 100;
    /** Texts of others that are told apart: they may have a time or an id in them. */
    private static final int MAX_TEXTS = 20;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    /** The part of them that never came up. */
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    private final Map<String, String> texts = new ConcurrentHashMap<>();

    /** {@code what} with {@code text} behind it, as {@code unexpected: HTTP 503}; past {@value #MAX_TEXTS} different ones without. */
    public String withText(String what, String text) {
        String known = texts.get(text);
        if (known == null && texts.size() < MAX_TEXTS) {
            known = texts.computeIfAbsent(text, unseen -> what + ": " + unseen);
        }
        return known == null ? what : known;
    }

    /** Counts one more for {@code where what}; {@code where} is {@code connect}, {@code send}, {@code receive}, … */
    public void count(String where, String what) {
        count(where + " " + what);
    }

    public void count(String reason) {
        increment(counts, key(reason));
    }

    /** The same, of a connection that never came up. */
    public void countFailure(String where, String what) {
        String key = key(where + " " + what);
        increment(counts, key);
        increment(failures, key);
    }

    private String key(String reason) {
        return counts.containsKey(reason) || counts.size() < MAX ? reason : OTHER;
    }

    private static void increment(Map<String, LongAdder> counts, String key) {
        counts.computeIfAbsent(key, k -> new LongAdder()).increment();
    }

    /** The counts now, sorted by reason; a copy. */
    public SortedMap<String, Long> counts() {
        return copyOf(counts);
    }

    /** Those of connections that never came up; the same. */
    public SortedMap<String, Long> failures() {
        return copyOf(failures);
    }

    private static SortedMap<String, Long> copyOf(Map<String, LongAdder> counts) {
        SortedMap<String, Long> copy = new TreeMap<>();
        counts.forEach((reason, n) -> copy.put(reason, n.sum()));
        return copy;
    }

    /** A sorted copy that can't be changed, with as many reasons as one of these may have: of more, the last ones are added up as {@link #OTHER}. */
    public static SortedMap<String, Long> copy(Map<String, Long> counts) {
        SortedMap<String, Long> copy = new TreeMap<>(counts);
        long others = 0;
        while (copy.size() > MAX + 1) {
            String last = copy.lastKey().equals(OTHER) ? copy.headMap(OTHER).lastKey() : copy.lastKey();
            others += Objects.requireNonNull(copy.remove(last));
        }
        if (others > 0) {
            copy.merge(OTHER, others, Long::sum);
        }
        return Collections.unmodifiableSortedMap(copy);
    }

    /** {@code a} and {@code b} added up, reason by reason. */
    public static SortedMap<String, Long> sum(Map<String, Long> a, Map<String, Long> b) {
        SortedMap<String, Long> sum = new TreeMap<>(a);
        b.forEach((reason, n) -> sum.merge(reason, n, Long::sum));
        return sum;
    }

    /** What {@code now} has more than {@code before}; reasons that did not grow are left out. */
    public static SortedMap<String, Long> difference(Map<String, Long> now, Map<String, Long> before) {
        SortedMap<String, Long> more = new TreeMap<>();
        now.forEach((reason, n) -> {
            long grown = n - before.getOrDefault(reason, 0L);
            if (grown > 0) {
                more.put(reason, grown);
            }
        });
        return more;
    }
}
