package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.ConnscaleException;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** All that can be typed, in picocli's terms; {@code Main} gives it to the console. */
public final class Commands {
    /** The answer of a command that only does something. */
    static final Answer NOTHING = new Answer(Map.of(), new Table(List.of(), List.of()), List.of());

    private Commands() {}

    /** A root whose subcommands are every noun with {@code @AutoService(Command.class)}. */
    public static CommandLine root() {
        CommandLine root = new CommandLine(CommandSpec.create().name("connscale"));
        for (Command command : ServiceLoader.load(Command.class)) {
            root.addSubcommand(command);
        }
        return root;
    }

    /** Runs a command; what the API could not do is the command's failure, in the same words. */
    public static Answer run(Command command, CommandContext context) throws CommandException, InterruptedException {
        try {
            return command.run(context);
        } catch (ConnscaleException e) {
            if (e.isInterruption() && Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw failure(e);
        }
    }

    /**
     * What Tab offers where a command has the parameter or option value {@code label}.
     *
     * @param typed the word so far
     * @param further whether a word of that parameter stands before it already: {@code all} would say nothing beside a name
     */
    public static List<String> candidates(
            Command command, String label, String typed, boolean further, CommandContext context) {
        boolean hosts = label.equals(HostWords.LABEL);
        boolean beside = further || (hosts && typed.contains(","));
        List<String> words = command.candidates(label, context).stream()
                .filter(word -> !beside || !word.equals(HostWords.ALL))
                .toList();
        return hosts ? Connscale.completions(typed, words) : words;
    }

    static CommandException failure(ConnscaleException e) {
        return new CommandException(e.message(), e.hint());
    }
}
