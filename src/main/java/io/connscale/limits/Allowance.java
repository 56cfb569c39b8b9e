package io.connscale.limits;

import io.connscale.kernel.Facts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How many more connections a limit allows the ends that share it: a row of {@code plan}.
 *
 * @param limit its name in a word or two, as {@code files}
 * @param scope what the ends share
 * @param where the ends
 * @param wanted how many more connections are asked of it
 * @param allows how many more it allows, at least 0; {@link Facts#UNKNOWN} where it could not be read
 * @param calculation how that comes about, for a reader: {@code 1 source × 1 server port × 28,232 ports}
 * @param numbers of the calculation, by name, for a program
 * @param fix what would allow more, in one line
 * @param kills whether it is reached where each end can come to have so many more connections, of a limit that has processes killed;
 *     null: of one where connections fail with the kernel's reason
 */
public record Allowance(
        String limit,
        Scope scope,
        List<End> where,
        long wanted,
        long allows,
        String calculation,
        Map<String, Object> numbers,
        String fix,
        @Nullable Predicate<ToLongFunction<End>> kills) {
    /** From narrow to wide: the order of the rows. */
    public enum Scope {
        SOURCES,
        PROCESS,
        MACHINE,
        /** A control group, or a user. */
        GROUP,
        NETWORK
    }

    public Allowance {
        where = List.copyOf(where);
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    /** Where connections fail with the kernel's reason. */
    Allowance(
            String limit,
            Scope scope,
            List<End> where,
            long wanted,
            long allows,
            String calculation,
            Map<String, Object> numbers,
            String fix) {
        this(limit, scope, where, wanted, allows, calculation, numbers, fix, null);
    }

    /**
     * A limit that is there and could not be read: a container may hide parts of {@code /proc}. It may stop connections as well as
     * a known one, so it is said.
     *
     * @param file what could not be read
     */
    static Allowance unread(String limit, Scope scope, List<End> where, long wanted, String file) {
        return new Allowance(
                limit,
                scope,
                where,
                wanted,
                Facts.UNKNOWN,
                "not known: " + file + " can't be read there",
                Map.of("unread", file),
                "mount /proc there without subset=pid, so that it can be read");
    }

    /** {@code client1, server}: those that share it. */
    public String names() {
        return where.stream().map(End::name).collect(Collectors.joining(", "));
    }

    public boolean known() {
        return allows != Facts.UNKNOWN;
    }

    /** The part of what is asked that it allows; 1 or more: all. */
    public double part() {
        return wanted == 0 || !known() ? Double.POSITIVE_INFINITY : (double) allows / wanted;
    }

    /** Whether it keeps this end from having more connections: the server's limits are those of every host. */
    boolean binds(End end) {
        return kills == null && known() && where.stream().anyMatch(one -> one == end || one instanceof ServerEnd);
    }
}
