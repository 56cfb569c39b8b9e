package io.connscale.console;

import io.connscale.console.Words.Word;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A line's words, each with the part that it plays by picocli's declarations. Made from a whole line to run it, from a line
 * being typed to colour it, and from the words before the cursor to know what may come next. Used on one thread.
 */
final class Sentence {
    /** What a word is. */
    enum Role {
        COMMAND,
        OPTION,
        VALUE,
        WRONG
    }

    /**
     * A word understood.
     *
     * @param full the word as meant: commands in full
     * @param arg the option or parameter that it belongs to
     * @param problem why it is {@code WRONG}
     */
    record Part(
            Word word,
            String full,
            Role role,
            @Nullable ArgSpec arg,
            @Nullable CommandException problem) {}

    private final List<Part> parts = new ArrayList<>();
    private CommandSpec spec;
    private int position;
    private boolean lost;
    private boolean optionsEnded;
    private boolean asksForHelp;
    private @Nullable OptionSpec unfinished;

    Sentence(CommandSpec root, List<Word> words) {
        spec = root;
        for (Word word : words) {
            parts.add(read(word, word.text()));
        }
    }

    List<Part> parts() {
        return parts;
    }

    /** The command that was named so far, the root where none was. */
    CommandSpec spec() {
        return spec;
    }

    /** The option whose value must come next. */
    @Nullable
    OptionSpec unfinished() {
        return unfinished;
    }

    /** Whether a command's name may come next. */
    boolean awaitsCommand() {
        return !lost
                && position == 0
                && unfinished == null
                && !optionsEnded
                && !spec.subcommands().isEmpty();
    }

    boolean awaitsOption() {
        return !lost && unfinished == null && !optionsEnded;
    }

    /** The parameter that comes next. */
    @Nullable
    PositionalParamSpec awaited() {
        return lost || unfinished != null ? null : parameter(position);
    }

    /** Whether {@code --help} stands where an option may. */
    boolean asksForHelp() {
        return asksForHelp;
    }

    /** The words as meant, to be given to picocli. */
    String[] words() {
        return parts.stream().map(Part::full).toArray(String[]::new);
    }

    /** The line as understood, words in full. */
    String text() {
        return parts.stream().map(p -> Words.quote(p.full())).collect(Collectors.joining(" "));
    }

    private Part read(Word word, String text) {
        OptionSpec option = unfinished;
        if (option != null) {
            unfinished = null;
            return new Part(word, text, Role.VALUE, option, null);
        }
        if (lost) {
            return new Part(word, text, Role.VALUE, null, null);
        }
        if (text.equals("--") && !optionsEnded) {
            optionsEnded = true;
            return new Part(word, text, Role.OPTION, null, null);
        }
        return looksLikeOption(text) ? option(word, text) : awaitsCommand() ? command(word, text) : value(word, text);
    }

    /** {@code -5} is a number that some command will refuse, not an option that is unknown. */
    private boolean looksLikeOption(String text) {
        return !optionsEnded && text.length() > 1 && text.charAt(0) == '-' && "0123456789.".indexOf(text.charAt(1)) < 0;
    }

    private Part option(Word word, String text) {
        int equals = text.indexOf('=');
        OptionSpec option = spec.findOption(equals < 0 ? text : text.substring(0, equals));
        if (option == null && (text.equals("--help") || text.equals("-h"))) {
            asksForHelp = true;
            return new Part(word, text, Role.OPTION, null, null);
        }
        if (option == null) {
            return wrong(word, Vocabulary.unknownOption(spec, text));
        }
        unfinished = equals < 0 && option.arity().min() > 0 ? option : null;
        return new Part(word, text, Role.OPTION, option, null);
    }

    private Part command(Word word, String text) {
        try {
            boolean slash = parts.isEmpty() && text.startsWith("/");
            spec = Vocabulary.find(spec, slash ? text.substring(1) : text);
            return new Part(word, spec.name(), Role.COMMAND, null, null);
        } catch (CommandException e) {
            return parameter(position) == null ? wrong(word, e) : value(word, text);
        }
    }

    private Part value(Word word, String text) {
        PositionalParamSpec parameter = parameter(position);
        if (parameter == null) {
            return wrong(
                    word, new CommandException("unexpected word " + Quantity.quoted(text), Vocabulary.usage(spec)));
        }
        position++;
        return new Part(word, text, Role.VALUE, parameter, null);
    }

    private Part wrong(Word word, CommandException problem) {
        lost = true;
        return new Part(word, word.text(), Role.WRONG, null, problem);
    }

    private @Nullable PositionalParamSpec parameter(int at) {
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            int first = parameter.index().min();
            boolean many = parameter.arity().isVariable()
                    || at - first < parameter.arity().max();
            if (parameter.index().contains(at) || (at >= first && many)) {
                return parameter;
            }
        }
        return null;
    }
}
