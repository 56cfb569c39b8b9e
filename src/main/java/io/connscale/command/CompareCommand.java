package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import io.connscale.run.Expectation;
import io.connscale.run.Run;
import io.connscale.run.Runs;
import io.connscale.run.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code compare}: runs in numbers, the first against each other one; first of all what makes them incomparable.
 *
 * <pre>
 * not comparable: different net.core.somaxconn of the server: 4096 and 128
 *                20261127-204649      20261128-204651      ratio
 * established    10,000               9,800                0.980
 * roundTrip.p99  410 µs (380–455 µs)  520 µs (490–610 µs)  1.268
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "compare",
        description = "Compare recorded runs with the first of them, and fail where a ratio is not as wanted.")
public final class CompareCommand implements Command {
    private static final double MIB = 1 << 20;

    @Parameters(paramLabel = RunsCommand.LABEL, arity = "2..*", description = "IDs or names; last is the newest")
    private List<String> runs = new ArrayList<>();

    @Option(
            names = "--fail-if",
            paramLabel = "EXPRESSION",
            description = "of a ratio to the first: --fail-if 'established < 0.98'; may be repeated")
    private List<String> failIf = new ArrayList<>();

    /**
     * A run in JSON.
     *
     * @param incomparable why it can't be compared with the first
     * @param ratios to the first's values; 1 where both are 0; null where that one alone is 0, or one is unknown
     */
    private record Compared(
            String id,
            @Nullable String name,
            List<String> incomparable,
            Map<String, Summary.Value> values,
            Map<String, @Nullable Double> ratios) {}

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<Expectation> forbidden = new ArrayList<>();
        for (String expression : failIf) {
            try {
                Expectation one = Expectation.parse(expression);
                if (one.over() != null) {
                    throw new IllegalArgumentException(
                            Quantity.quoted(expression) + ": a recorded run is compared as a whole, without over");
                }
                one.number(false);
                forbidden.add(one);
            } catch (IllegalArgumentException e) {
                throw new CommandException(String.valueOf(e.getMessage()), "--fail-if 'established < 0.98'");
            }
        }
        List<Run> read = new ArrayList<>();
        for (String word : runs) {
            Runs.Entry entry = RunsCommand.find(context, word);
            read.add(RunsCommand.read(entry));
        }
        List<Compared> compared = new ArrayList<>();
        Summary first = Summary.of(read.get(0));
        for (Run run : read) {
            Summary summary = Summary.of(run);
            compared.add(new Compared(
                    run.info().id(),
                    run.info().name(),
                    compared.isEmpty() ? List.of() : Summary.incomparable(read.get(0), run),
                    summary.values(),
                    ratios(first, summary)));
        }
        Answer answer = new Answer(Map.of("runs", compared), table(compared), lines(compared));
        List<String> broken = broken(forbidden, compared);
        if (!broken.isEmpty()) {
            throw CommandException.unmet(String.join("; ", broken), answer);
        }
        return answer;
    }

    private static Map<String, @Nullable Double> ratios(Summary first, Summary other) {
        Map<String, @Nullable Double> ratios = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>(first.values().keySet());
        names.addAll(other.values().keySet());
        names.forEach(name ->
                ratios.put(name, ratio(first.values().get(name), other.values().get(name))));
        return ratios;
    }

    private static @Nullable Double ratio(Summary.@Nullable Value first, Summary.@Nullable Value other) {
        if (first == null || other == null) {
            return null;
        }
        if (first.value() == 0) {
            return other.value() == 0 ? (Double) 1.0 : null;
        }
        return other.value() / first.value();
    }

    /** What is not known is not as wanted either. */
    private static List<String> broken(List<Expectation> forbidden, List<Compared> compared) throws CommandException {
        List<String> broken = new ArrayList<>();
        for (Expectation one : forbidden) {
            if (!names(compared).contains(one.name())) {
                throw new CommandException(
                        "no number is called " + one.name(), "numbers are " + String.join(", ", names(compared)));
            }
            for (Compared other : compared.subList(1, compared.size())) {
                broken(one, compared.get(0), other).ifPresent(broken::add);
            }
        }
        return broken;
    }

    /** Anything is more than any number of times nothing. */
    private static Optional<String> broken(Expectation one, Compared first, Compared other) {
        Summary.Value before = first.values.get(one.name());
        Summary.Value now = other.values.get(one.name());
        if (before == null || now == null) {
            return Optional.of(one.name() + " of " + label(before == null ? first : other) + " is unknown: " + one);
        }
        Double ratio = other.ratios.get(one.name());
        if (!one.operator().holds(ratio == null ? Double.POSITIVE_INFINITY : ratio, one.number(false))) {
            return Optional.empty();
        }
        return Optional.of(
                ratio == null
                        ? "%s of %s is %s, and 0 of %s: %s"
                                .formatted(one.name(), label(other), text(now), label(first), one)
                        : "%s of %s is %s times %s's: %s"
                                .formatted(one.name(), label(other), ratio(ratio), label(first), one));
    }

    private static Set<String> names(List<Compared> compared) {
        Set<String> names = new LinkedHashSet<>();
        compared.forEach(run -> names.addAll(run.ratios.keySet()));
        return names;
    }

    private static String label(Compared run) {
        return run.name == null ? run.id : run.name;
    }

    private static Table table(List<Compared> compared) {
        List<List<Object>> rows = new ArrayList<>();
        for (Compared run : compared) {
            run.values.forEach((name, value) -> rows.add(List.of(
                    run.id,
                    name,
                    value.unit(),
                    value.value(),
                    value.low() == null ? "" : (Object) value.low(),
                    value.high() == null ? "" : (Object) value.high(),
                    run.ratios.get(name) == null ? "" : (Object) run.ratios.get(name))));
        }
        return new Table(List.of("run", "number", "unit", "value", "quarter", "three_quarters", "ratio"), rows);
    }

    private static List<String> lines(List<Compared> compared) {
        List<String> lines = new ArrayList<>();
        for (Compared other : compared.subList(1, compared.size())) {
            other.incomparable.forEach(why -> lines.add("not comparable with " + label(other) + ": " + why));
        }
        List<String> heads = new ArrayList<>(List.of(""));
        heads.add(label(compared.get(0)));
        for (Compared other : compared.subList(1, compared.size())) {
            heads.add(label(other));
            heads.add("ratio");
        }
        List<List<Object>> rows = new ArrayList<>();
        for (String name : names(compared)) {
            List<Object> row = new ArrayList<>(List.of(name));
            Summary.Value first = compared.get(0).values.get(name);
            row.add(cell(first));
            for (Compared other : compared.subList(1, compared.size())) {
                Summary.Value value = other.values.get(name);
                Double ratio = other.ratios.get(name);
                row.add(cell(value));
                row.add(
                        ratio == null
                                ? first == null || value == null ? "" : "from 0"
                                : ratio(ratio) + (first != null && value != null && first.overlaps(value) ? " ~" : ""));
            }
            rows.add(row);
        }
        lines.addAll(new Table(heads, rows).lines());
        lines.add(
                "in brackets: the middle half of the samples · ~: they overlap, so that the difference may be chance");
        return lines;
    }

    private static String cell(Summary.@Nullable Value value) {
        if (value == null) {
            return "unknown";
        }
        String text = text(value);
        Double low = value.low();
        Double high = value.high();
        return low == null || high == null
                ? text
                : text + " (" + range(text(low, value.unit()), text(high, value.unit())) + ")";
    }

    /** {@code 380–455 µs}: two runs stand beside each other in 80 columns. */
    private static String range(String low, String high) {
        String unit = high.replaceFirst("^[0-9.,]+", "");
        return (low.endsWith(unit) ? low.substring(0, low.length() - unit.length()) : low) + "–" + high;
    }

    private static String text(Summary.Value value) {
        return text(value.value(), value.unit());
    }

    private static String text(double value, String unit) {
        return switch (unit) {
            case "bytes" -> Expectation.text(value / MIB, false) + " MiB";
            case "1/s" -> Expectation.text((double) Math.round(value), false) + "/s";
            default -> Expectation.text(value, unit.equals("µs"));
        };
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.3f" : "%.0f", ratio);
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return label.equals(RunsCommand.LABEL) ? RunsCommand.candidates(context) : List.of();
    }
}
