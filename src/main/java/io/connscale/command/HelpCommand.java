package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.console.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help}: what there is, from the commands' own declarations. */
@AutoService(Command.class)
@CommandLine.Command(name = "help", aliases = "?", description = "The commands, or one of them in detail.")
public final class HelpCommand implements Command {
    private static final List<Column<CommandSpec>> COMMANDS =
            List.of(new Column<>("command", HelpCommand::typed), new Column<>("description", Vocabulary::description));
    private static final List<Column<ArgSpec>> WORDS =
            List.of(new Column<>("word", HelpCommand::word), new Column<>("description", HelpCommand::description));

    /** In JSON: of all commands. */
    private record All(List<About> commands) {}

    private record About(String command, String synopsis, String description) {
        static About of(CommandSpec spec) {
            return new About(Vocabulary.path(spec), Vocabulary.synopsis(spec), Vocabulary.description(spec));
        }
    }

    /** In JSON: of one. */
    private record Detail(
            String command, String synopsis, String description, List<Word> words, List<About> commands) {}

    private record Word(String word, String description) {}

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "a command's words; may be shortened")
    private List<String> words = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException {
        CommandSpec about = spec == null ? CommandSpec.create() : spec.root();
        for (String word : words) {
            about = Vocabulary.find(about, about.parent() == null && word.startsWith("/") ? word.substring(1) : word);
        }
        return about.parent() == null ? list(about) : detail(about);
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return spec == null
                ? List.of()
                : Vocabulary.commands(spec.root()).stream()
                        .map(CommandSpec::name)
                        .toList();
    }

    private static Answer list(CommandSpec root) {
        List<CommandSpec> commands = leaves(root);
        Table table = Table.of(COMMANDS, commands);
        return new Answer(new All(commands.stream().map(About::of).toList()), table, List.of());
    }

    /** The synopsis without its options: help of the command has them. */
    private static String typed(CommandSpec command) {
        return Vocabulary.synopsis(command).replaceAll("\\[-[^]]*] ?", "").strip();
    }

    /** A noun that only gathers verbs is said by its verbs. */
    private static List<CommandSpec> leaves(CommandSpec spec) {
        return Vocabulary.commands(spec).stream()
                .flatMap(c -> c.subcommands().isEmpty() ? Stream.of(c) : leaves(c).stream())
                .toList();
    }

    private static Answer detail(CommandSpec about) {
        List<ArgSpec> words = Stream.<ArgSpec>concat(about.positionalParameters().stream(), about.options().stream())
                .filter(a -> !a.hidden())
                .toList();
        List<String> lines = new ArrayList<>(List.of(Vocabulary.synopsis(about), "  " + Vocabulary.description(about)));
        words.forEach(a -> lines.add("  %-16s  %s".formatted(word(a), description(a))));
        leaves(about).forEach(c -> lines.add("  %s: %s".formatted(Vocabulary.synopsis(c), Vocabulary.description(c))));
        About itself = About.of(about);
        Detail json = new Detail(
                itself.command,
                itself.synopsis,
                itself.description,
                words.stream().map(a -> new Word(word(a), description(a))).toList(),
                leaves(about).stream().map(About::of).toList());
        return new Answer(json, Table.of(WORDS, words), lines);
    }

    private static String word(ArgSpec arg) {
        String label = Vocabulary.label(arg);
        if (arg instanceof OptionSpec option) {
            return option.arity().max() == 0 ? option.longestName() : option.longestName() + "=" + label;
        }
        return label;
    }

    private static String description(ArgSpec arg) {
        return String.join(" ", arg.description());
    }
}
