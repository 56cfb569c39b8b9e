package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Server;
import io.connscale.kernel.plan.Limit;
import io.connscale.kernel.plan.Memory;
import io.connscale.kernel.plan.Plan;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Compares the plan with the limits before connections are opened. What would use up a machine's memory is refused, since
 * there the kernel kills processes, others' too; where another limit is met it is said and tried all the same, since what
 * the kernel answers then is what the user wants to see.
 */
public final class CapacityCheck {
    private CapacityCheck() {}

    /**
     * Takes as long as the hosts need to tell their limits, which is milliseconds.
     *
     * @param wanted by host, how many more connections
     * @param notices hears of another limit that will be met
     * @throws AgentException where they need more memory than there is
     */
    public static void check(Cluster cluster, Server server, Map<String, Long> wanted, Consumer<String> notices)
            throws AgentException, InterruptedException {
        check(new PlannedEnds(cluster, server).planOfWhatIsKnown(wanted), notices);
    }

    static void check(Plan plan, Consumer<String> notices) throws AgentException {
        Optional<Memory> exhausted = plan.exhausted();
        if (exhausted.isPresent()) {
            throw new AgentException(tooMuch(exhausted.get()), "open fewer, or all the same with --force");
        }
        plan.first().filter(limit -> !(limit instanceof Memory)).ifPresent(limit -> notices.accept(soMany(limit)));
    }

    private static String tooMuch(Memory memory) {
        return "%s connections would use up the memory of %s: %s; about %s fit"
                .formatted(
                        Quantity.text(memory.wanted()),
                        String.join(", ", memory.where()),
                        memory.sum(),
                        Quantity.text(memory.allows()));
    }

    private static String soMany(Limit limit) {
        return "of %s connections about %s can come up on %s: %s, %s · plan says more"
                .formatted(
                        Quantity.text(limit.wanted()),
                        Quantity.text(limit.allows()),
                        String.join(", ", limit.where()),
                        limit.name(),
                        limit.sum());
    }
}
