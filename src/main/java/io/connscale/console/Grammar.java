package io.connscale.console;

import io.connscale.console.Sentence.Part;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** From a line to the command that it means; picocli has the last word on options and values. Used on the console's thread. */
final class Grammar {
    private static final String HELP = "help";

    private final CommandSpec root;

    /** @param root says what can be typed; its commands themselves are never run, but others of their classes */
    Grammar(CommandLine root) {
        this.root = root.getCommandSpec();
    }

    CommandSpec root() {
        return root;
    }

    /**
     * The line's words and what they are; wrong ones among them.
     *
     * @throws CommandException where the line can't even be split into words
     */
    Sentence sentence(String line) throws CommandException {
        if (line.length() > Lines.MAX_LENGTH) {
            throw new CommandException(
                    "the line is too long: more than " + Quantity.text(Lines.MAX_LENGTH) + " characters",
                    "to run a script: open FILE");
        }
        String typed = line.strip();
        refuseControl(typed);
        Words words = Words.of(typed);
        if (words.open()) {
            throw new CommandException("a closing quote is missing", "close the quote, or leave it out");
        }
        return new Sentence(root, words.list());
    }

    private static void refuseControl(String line) throws CommandException {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isISOControl(c) && c != '\t') {
                String what = String.format("U+%04X, at column %d", (int) c, i + 1);
                throw new CommandException(
                        "the line has a control character, " + what, "type the line again without it");
            }
        }
    }

    /**
     * A command of this line's own, the values of the line in its fields: a script within a script, or a command that
     * {@code watch} repeats, can't change the words of the one that runs it.
     *
     * @throws CommandException where a word is wrong
     */
    Object command(Sentence sentence) throws CommandException {
        if (sentence.asksForHelp()) {
            return command(sentence((HELP + " " + Vocabulary.path(sentence.spec())).strip()));
        }
        for (Part part : sentence.parts()) {
            if (part.problem() != null) {
                throw part.problem();
            }
        }
        if (sentence.spec() == root) {
            throw new CommandException(Vocabulary.NO_COMMAND, Vocabulary.HELP);
        }
        try {
            ParseResult parsed = fresh().parseArgs(sentence.words());
            while (parsed.hasSubcommand()) {
                parsed = parsed.subcommand();
            }
            return Objects.requireNonNull(parsed.commandSpec().userObject());
        } catch (ParameterException e) {
            throw Misuse.of(e, Vocabulary.usage(e.getCommandLine().getCommandSpec()));
        }
    }

    /** With our rules: no files of arguments, and {@code -5} is a value for some command to refuse. */
    private CommandLine fresh() {
        CommandLine fresh = new CommandLine(CommandSpec.create().name(root.name()));
        Vocabulary.commands(root)
                .forEach(command -> fresh.addSubcommand(command.userObject().getClass()));
        return fresh.setUnmatchedOptionsArePositionalParams(true).setExpandAtFiles(false);
    }

    /** What picocli says about wrong words, in one line: its own words are for a program that ends after printing its help. */
    static final class Misuse {
        private Misuse() {}

        static CommandException of(ParameterException e, String usage) {
            CommandSpec spec = e.getCommandLine().getCommandSpec();
            return new CommandException((spec.parent() == null ? "" : Vocabulary.path(spec) + ": ") + why(e), usage);
        }

        private static String why(ParameterException e) {
            if (e instanceof MissingParameterException missing
                    && !missing.getMissing().isEmpty()) {
                // no option has to be there: what is missing is its value
                boolean value = missing.getMissing().get(0).isOption();
                return Vocabulary.describe(missing.getMissing()) + (value ? " needs a value" : " is missing");
            }
            String message = ours(e).orElse(String.valueOf(e.getMessage()))
                    .lines()
                    .findFirst()
                    .orElse("wrong usage");
            return message.substring(0, 1).toLowerCase(Locale.ROOT) + PlainText.of(message.substring(1), 300);
        }

        /** A value refused by our own code, which says best what would be right. */
        private static Optional<String> ours(Throwable e) {
            Throwable cause = e.getCause();
            if (cause == null || cause instanceof NumberFormatException) {
                return Optional.empty();
            }
            boolean said = cause instanceof IllegalArgumentException || cause instanceof TypeConversionException;
            return said && cause.getMessage() != null ? Optional.of(cause.getMessage()) : ours(cause);
        }
    }
}
