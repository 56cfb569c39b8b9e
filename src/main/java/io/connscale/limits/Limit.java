package io.connscale.limits;

import java.util.List;
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

    /** What was seen that this limit explains; the surest comes first. */
    default Optional<Cause> cause(Observation seen) {
        return Optional.empty();
    }
}
