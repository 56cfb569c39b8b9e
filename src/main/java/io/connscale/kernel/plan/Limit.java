package io.connscale.kernel.plan;

import java.util.List;
import java.util.Map;

/** One limit, for the hosts that it is common to. A new limit is a new implementation and a line in {@link Plan}. */
public interface Limit {
    /** In a word or two, as {@code files}. */
    String name();

    /** The hosts that share it, and {@code server} where that is one of them. */
    List<String> where();

    /** How many more connections are asked of it. */
    long wanted();

    /** How many more it allows, at least 0. */
    long allows();

    /** Whether {@link #allows()} is known; false where the limit could not be read. */
    default boolean known() {
        return true;
    }

    /** How {@link #allows()} comes about, for a reader: {@code 1 source × 1 server port × 28,232 ports}. */
    String sum();

    /** The numbers of that, by name, for a program. */
    Map<String, Object> numbers();

    /** What would lift it, in one line. */
    String lift();

    /** The part of what is asked that it allows; 1 or more: all. */
    default double part() {
        return wanted() == 0 ? Double.POSITIVE_INFINITY : (double) allows() / wanted();
    }
}
