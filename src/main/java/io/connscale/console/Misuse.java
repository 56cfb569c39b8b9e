package io.connscale.console;

import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What picocli says about wrong words, in one line: its own words are for a program that ends after printing its help. */
final class Misuse {
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
        return message.substring(0, 1).toLowerCase(Locale.ROOT) + Visible.line(message.substring(1), 300);
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
