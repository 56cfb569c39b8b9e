package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that stops connections, with all that connscale knows of it: its arithmetic, its finding, its evidence, its remedy.
 * A new limit is a class with {@code @AutoService(Limit.class)}, and its test: every method judges the same {@link Observation},
 * and has nothing to say unless it is overridden. Pure: who implements it reads and asks nothing.
 */
public interface Limit {
    /** How many more connections it allows, a row for the ends that share it; none where it is not in the way. */
    default List<Allowance> plan(Observation planned) {
        return List.of();
    }

    /** Whether connections can come up as fast as planned; empty where it does not bound that. */
    default Optional<Plan.Pace> pace(Observation planned) {
        return Optional.empty();
    }

    /** What there is to say of the settings of one end's machine. */
    default List<Finding> findings(End end) {
        return List.of();
    }

    /** What there is to say where {@code fact}, one of its own, could not be read there; empty where that is what is said of all. */
    default Optional<Finding> unread(Fact fact, Facts known) {
        return Optional.empty();
    }

    /** What was seen that this limit explains; the surest comes first. */
    default Optional<Cause> cause(Observation seen) {
        return Optional.empty();
    }

    /**
     * An explanation of what was seen, and how surely it is the right one. Of several the surest is the verdict; of equally sure ones
     * the one that explains more.
     *
     * @param explains how many ends or packets it explains
     */
    record Cause(Certainty certainty, long explains, Verdict verdict) {
        /** The surest first. */
        static final Comparator<Cause> SUREST = Comparator.comparing(Cause::certainty)
                .thenComparing(Comparator.comparingLong(Cause::explains).reversed());

        /** By the kind of the evidence, the surest first. */
        enum Certainty {
            /** At a host no process or thread could be started: other errors follow from that. */
            NO_PROCESS,
            /** An errno of a host's that one limit alone gives. */
            ERRNO,
            /** A process of an end was lost with its connections. */
            PROCESS_ENDED,
            /** As {@link #NO_PROCESS}, at the server. */
            SERVER_NO_PROCESS,
            /** As {@link #ERRNO}, at the server. */
            SERVER_ERRNO,
            /** A kernel counted packets that it dropped for this alone. */
            DROPPED,
            /** Nobody answers at the address, or at another one. */
            ADDRESS,
            /** A kernel counted the times that an end was stopped: whatever else is seen then follows from that. */
            STOPPED,
            /** A counter of the server's kernel grew. */
            SERVER_COUNTER,
            /** Answers that are not the server's. */
            OTHER_ANSWERS,
            /** The network refused. */
            NETWORK_ERRNO,
            /** SYNs were sent and not answered. */
            NO_ANSWER,
            /** The path was measured. */
            PATH_MEASURED,
            /** What somebody else's server used was measured. */
            SERVER_MEASURED,
            /** The agent's own time was measured. */
            AGENT_MEASURED,
            /** What is left when nothing else explains it. */
            WHAT_IS_LEFT
        }
    }

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
     * @param settings what changes it for good, as {@code doctor --fix} writes it; empty where it can't
     */
    record Finding(
            String limit,
            String value,
            Map<String, Object> values,
            String stops,
            long at,
            String now,
            String forGood,
            boolean root,
            List<String> settings) {
        public static final long NO_NUMBER = -1;

        public Finding {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        /** Without values yet, {@link #with} adds them; of a limit that root alone may raise. */
        Finding(String limit, String value, String stops, long at, Remedy remedy) {
            this(limit, value, Map.of(), stops, at, remedy.now(), remedy.forGood(), true, remedy.settings());
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
            return new Finding(limit, value, more, stops, at, now, forGood, root, settings);
        }

        /** What anybody may change. */
        Finding withoutRoot() {
            return new Finding(limit, value, values, stops, at, now, forGood, false, settings);
        }
    }
}
