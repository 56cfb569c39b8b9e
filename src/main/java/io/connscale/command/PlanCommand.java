package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.diagnosis.Diagnostics.Look;
import io.connscale.diagnosis.Observed;
import io.connscale.limits.Catalogue;
import io.connscale.limits.Formula;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plan N [HOST...]}: will N more connections fit; {@code plan --formula LAW}: how many nodes an overlay may have. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "plan",
        description = "Will N more connections fit, and what stops them; or how large an overlay may get.")
public final class PlanCommand implements Command {
    @Parameters(index = "0", paramLabel = "N", arity = "0..1", description = "1000, 10k, 1.5M on each host")
    private @Nullable String first;

    @Parameters(
            index = "1..*",
            paramLabel = HostWords.LABEL,
            arity = "0..*",
            description = "a name, a pattern, or all; none: those that are started, or all")
    private List<String> hosts = new ArrayList<>();

    @Option(names = "--total", description = "N in all, shared out over the hosts")
    private boolean total;

    @Option(
            names = {"--connections-per-node", "--law"},
            paramLabel = "FORMULA",
            description = "connections that a node needs in an overlay of n nodes: 3n+15, n^2, 2 n log2(n)",
            converter = FormulaWord.class)
    private @Nullable Formula formula;

    @Option(
            names = "--files",
            paramLabel = "FILES",
            description = "with --connections-per-node: for so many files a process",
            converter = Converters.CountWord.class)
    private @Nullable Long files;

    @Option(
            names = "--ports",
            paramLabel = "PORTS",
            description = "with --connections-per-node: for so many ephemeral ports",
            converter = Converters.CountWord.class)
    private @Nullable Long ports;

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        if (formula != null) {
            return overlay(context, formula);
        }
        if (files != null || ports != null) {
            throw new CommandException(
                    "--files and --ports go with --connections-per-node",
                    "plan --connections-per-node 3n+15 --files 1024");
        }
        if (first == null) {
            throw new CommandException("plan: N is missing", "plan 100k client1, or plan --connections-per-node 3n+15");
        }
        return plan(context, count(first));
    }

    private static long count(String typed) throws CommandException {
        try {
            return Quantity.count(typed);
        } catch (IllegalArgumentException e) {
            throw new CommandException("plan: " + e.getMessage(), "plan 100k client1");
        }
    }

    private Answer plan(CommandContext context, long n) throws CommandException, InterruptedException {
        Observed both = observe(context, wanted(names(context, hosts), n));
        if (both.silent().isPresent()) {
            throw HostWords.failure(both.silent().get());
        }
        return PlanText.answer(Catalogue.ALL.plan(both.observation()));
    }

    /** @throws CommandException where a host is neither started nor this machine, or does not answer */
    private static Observed observe(CommandContext context, Map<String, Long> wanted)
            throws CommandException, InterruptedException {
        Observed both = context.diagnostics().observe(wanted, null, Look.PLAN);
        for (AgentException failure : both.failed().values()) {
            throw HostWords.failure(failure);
        }
        return both;
    }

    private Map<String, Long> wanted(List<String> names, long n) {
        long[] shares = OpenRequest.shares(n, names.size());
        Map<String, Long> wanted = new LinkedHashMap<>();
        for (int i = 0; i < shares.length; i++) {
            wanted.put(names.get(i), total ? shares[i] : n);
        }
        return wanted;
    }

    private static List<String> names(CommandContext context, List<String> typed) throws CommandException {
        if (!typed.isEmpty()) {
            return HostWords.names(context, typed);
        }
        List<String> ready = context.scale().ready();
        return ready.isEmpty() ? context.scale().hosts() : ready;
    }

    private Answer overlay(CommandContext context, Formula formula) throws CommandException, InterruptedException {
        if (total) {
            throw new CommandException(
                    "--total goes with N, not with --connections-per-node", "plan --connections-per-node 3n+15");
        }
        List<String> typed = new ArrayList<>(hosts);
        if (first != null) {
            typed.add(0, first);
        }
        if (files != null || ports != null) {
            if (!typed.isEmpty()) {
                throw new CommandException(
                        "--files and --ports stand for the limits of a host", "name none, or leave them out");
            }
            return OverlayText.answer(formula, OverlayText.given(formula, files, ports));
        }
        Map<String, Long> none = new LinkedHashMap<>();
        names(context, typed).forEach(name -> none.put(name, 0L));
        return OverlayText.answer(
                formula, OverlayText.of(formula, observe(context, none).observation()));
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> true);
    }

    /** LAW as picocli converts it. */
    static final class FormulaWord implements ITypeConverter<Formula> {
        @Override
        public Formula convert(String typed) {
            return Formula.parse(typed);
        }
    }
}
