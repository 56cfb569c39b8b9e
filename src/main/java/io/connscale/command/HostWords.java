package io.connscale.command;

import io.connscale.api.ConnscaleException;
import io.connscale.api.HostState;
import io.connscale.api.HostState.State;
import io.connscale.console.CommandException;
import io.connscale.control.AgentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** HOST as a command's words: from what is typed to names, the names that Tab offers, and how hosts and their limits are shown. */
final class HostWords {
    static final String LABEL = "HOST";
    static final String ALL = "all";

    /** What rows of tables are called that are no host's. */
    private static final Set<String> OTHER_ROWS = Set.of("server", "sum", "difference");

    private HostWords() {}

    /** The hosts that {@code words} mean; each once. */
    static List<String> names(CommandContext context, List<String> words) throws CommandException {
        try {
            return context.scale().hosts(words);
        } catch (ConnscaleException e) {
            throw Commands.failure(e);
        }
    }

    static CommandException failure(AgentException e) {
        return new CommandException(e.message(), e.hint());
    }

    /** The names of the hosts in such a state, and {@code all}. */
    static List<String> candidates(String label, CommandContext context, Predicate<State> state) {
        if (!label.equals(LABEL)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (HostState host : context.scale().states()) {
            if (state.test(host.state())) {
                names.add(host.name());
            }
        }
        names.add(ALL);
        context.scale().groups().keySet().forEach(group -> names.add("@" + group));
        return names;
    }

    /** As it heads a row among others than hosts': a host may be called {@code server}, too. */
    static String row(String host) {
        return OTHER_ROWS.contains(host) ? host + " (host)" : host;
    }

    /** A limit that an agent told, for a column: a number, or that it is unknown. */
    static Object limit(@Nullable Long limit) {
        return limit == null ? "unknown" : (Object) limit;
    }
}
