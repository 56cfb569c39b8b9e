package io.connscale.diagnosis;

import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.diagnosis.Diagnostics.Look;
import io.connscale.limits.Allowance;
import io.connscale.limits.Catalogue;
import io.connscale.limits.Plan;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is to be opened with the limits before it is. What would use up a machine's memory is refused, since
 * there the kernel kills processes, others' too; where another limit is reached it is said and tried all the same, since what
 * the kernel answers then is what the user wants to see.
 */
public final class CapacityCheck {
    private CapacityCheck() {}

    /**
     * An open request is about to begin: both ends are asked once, for this check and for the verdict to come. Takes as long as they
     * need to answer, which is milliseconds.
     *
     * @param wanted by host, how many more connections
     * @param rate of each host; null: as each has it
     * @param force whether nothing is compared
     * @param notices hears of another limit that will be reached
     * @throws AgentException where they need more memory than there is
     */
    public static void begin(
            Diagnostics diagnostics,
            Map<String, Long> wanted,
            @Nullable Rate rate,
            boolean force,
            Consumer<String> notices)
            throws AgentException, InterruptedException {
        Observed before = diagnostics.observe(wanted, rate, Look.BEFORE);
        if (!force) {
            check(Catalogue.ALL.plan(before.observation()), notices);
        }
        diagnostics.begin(before);
    }

    static void check(Plan plan, Consumer<String> notices) throws AgentException {
        Optional<Allowance> killing = plan.killing();
        if (killing.isPresent()) {
            throw new AgentException(tooMuch(killing.get()), "open fewer, or all the same with --force");
        }
        plan.first().filter(row -> row.kills() == null).ifPresent(row -> notices.accept(soMany(row)));
        plan.paces().stream()
                .filter(pace -> pace.narrow())
                .forEach(pace -> notices.accept(pace.text() + " · " + pace.fix()));
    }

    private static String tooMuch(Allowance memory) {
        return "%s connections would use up the memory of %s: %s; about %s fit"
                .formatted(
                        Quantity.text(memory.wanted()),
                        memory.names(),
                        memory.calculation(),
                        Quantity.text(memory.allows()));
    }

    private static String soMany(Allowance row) {
        return "of %s connections about %s can come up on %s: %s, %s · plan says more"
                .formatted(
                        Quantity.text(row.wanted()),
                        Quantity.text(row.allows()),
                        row.names(),
                        row.limit(),
                        row.calculation());
    }
}
