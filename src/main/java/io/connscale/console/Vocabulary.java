package io.connscale.console;

import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What picocli's declarations say about the words a user may type. Pure; the engine, Tab and {@code help} ask it. */
public final class Vocabulary {
    static final String NO_COMMAND = "no command given";
    static final String HELP = "help lists the commands";

    private Vocabulary() {}

    /**
     * The command under {@code parent} that {@code typed} means: its name, or the beginning of exactly one.
     *
     * @throws CommandException where it means none or several, naming them
     */
    public static CommandSpec find(CommandSpec parent, String typed) throws CommandException {
        CommandLine exact = parent.subcommands().get(typed);
        if (exact != null) {
            return exact.getCommandSpec();
        }
        List<CommandSpec> meant = beginningWith(parent, typed);
        if (typed.isEmpty() || meant.isEmpty()) {
            throw unknown(parent, typed);
        }
        if (meant.size() > 1) {
            throw new CommandException(
                    Quantity.quoted(typed) + " could be " + names(meant, " or "), "type more of the word");
        }
        return meant.get(0);
    }

    /** The commands under {@code parent}, in the order of their names. */
    public static List<CommandSpec> commands(CommandSpec parent) {
        return beginningWith(parent, "");
    }

    private static List<CommandSpec> beginningWith(CommandSpec parent, String typed) {
        return parent.subcommands().entrySet().stream()
                .filter(e -> e.getKey().startsWith(typed))
                .map(Map.Entry::getValue)
                .map(CommandLine::getCommandSpec)
                .filter(spec -> !spec.usageMessage().hidden())
                .distinct()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    private static CommandException unknown(CommandSpec parent, String typed) {
        List<CommandSpec> known = commands(parent);
        boolean top = parent.parent() == null;
        if (typed.isEmpty() && top) {
            return new CommandException(NO_COMMAND, HELP);
        }
        if (known.isEmpty()) {
            return new CommandException(
                    path(parent) + " has no subcommands: unexpected word " + Quantity.quoted(typed), usage(parent));
        }
        String message = top
                ? "unknown command " + Quantity.quoted(typed)
                : "unknown subcommand " + Quantity.quoted(typed) + " of " + path(parent);
        return new CommandException(
                message,
                didYouMean(typed, known.stream().map(CommandSpec::name).toList())
                        .orElseGet(() -> top ? HELP : "use " + names(known, " or ")));
    }

    static CommandException unknownOption(CommandSpec spec, String typed) {
        String name = typed.contains("=") ? typed.substring(0, typed.indexOf('=')) : typed;
        if (spec.parent() == null) {
            return new CommandException(
                    "option " + Quantity.quoted(name) + " without a command",
                    withOption(spec, name)
                            .map(command -> "options follow their command: " + synopsis(command))
                            .orElse(HELP));
        }
        List<String> known = spec.options().stream().map(o -> o.longestName()).toList();
        return new CommandException(
                "unknown option " + Quantity.quoted(name) + " for " + path(spec),
                didYouMean(name, known).orElseGet(() -> usage(spec)));
    }

    /** The first; of a command's own in the order in which it declares them, the commonest first. */
    private static Optional<CommandSpec> withOption(CommandSpec spec, String name) {
        Stream<CommandSpec> below = spec.parent() == null
                ? commands(spec).stream()
                : spec.subcommands().values().stream().map(CommandLine::getCommandSpec);
        return below.flatMap(command ->
                        command.findOption(name) != null ? Stream.of(command) : withOption(command, name).stream())
                .findFirst();
    }

    private static Optional<String> didYouMean(String typed, List<String> known) {
        return Nearest.word(typed, known).map(word -> "did you mean \"" + word + "\"?");
    }

    private static String names(List<CommandSpec> specs, String last) {
        List<String> names = specs.stream().map(CommandSpec::name).toList();
        int max = names.size() - 1;
        return max < 1 ? String.join("", names) : String.join(", ", names.subList(0, max)) + last + names.get(max);
    }

    /** The command's words in full, without the root's name: {@code connections start}. */
    public static String path(CommandSpec spec) {
        List<String> words = new ArrayList<>();
        for (CommandSpec s = spec; s.parent() != null; s = s.parent()) {
            words.add(0, s.name());
        }
        return String.join(" ", words);
    }

    /** How the command is typed: {@code connections start [--rate=R] N HOST...}. */
    public static String synopsis(CommandSpec spec) {
        Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
        String text =
                help.detailedSynopsis(0, null, false).replaceAll("\\s+", " ").strip();
        String root = spec.root().name();
        return text.startsWith(root + " ") ? text.substring(root.length() + 1) : text;
    }

    /** What the command does, in one line. */
    public static String description(CommandSpec spec) {
        return String.join(" ", spec.usageMessage().description());
    }

    static String usage(CommandSpec spec) {
        return spec.parent() == null ? HELP : "usage: " + synopsis(spec);
    }

    /** {@code HOST}: how the parameter, or the option's value, is called. */
    public static String label(ArgSpec arg) {
        return arg.paramLabel().replaceAll("[<>\\[\\]]", "");
    }

    static String describe(List<ArgSpec> args) {
        return args.stream()
                .map(a -> a.isOption() ? ((CommandLine.Model.OptionSpec) a).longestName() : label(a))
                .distinct()
                .collect(Collectors.joining(" and "));
    }
}
