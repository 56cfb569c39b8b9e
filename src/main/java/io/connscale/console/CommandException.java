package io.connscale.console;

import io.connscale.control.PlainText;
import java.io.Serial;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A command that failed, in words for the user: what and where in one line, and what to do about it. */
public final class CommandException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String hint;
    private final transient @Nullable Answer partial;
    private final transient List<CommandException> others;
    private final boolean unmet;

    public CommandException(String message, String hint) {
        this(message, hint, null);
    }

    /** As above, with what was done all the same: it is printed too. */
    public CommandException(String message, String hint, @Nullable Answer partial) {
        this(message, hint, partial, List.of());
    }

    /** As above, with what failed beside it, each for a reason of its own. */
    public CommandException(String message, String hint, @Nullable Answer partial, List<CommandException> others) {
        this(message, hint, partial, others, false);
    }

    private CommandException(
            String message, String hint, @Nullable Answer partial, List<CommandException> others, boolean unmet) {
        super(message);
        this.unmet = unmet;
        this.hint = hint;
        this.partial = partial;
        this.others = List.copyOf(others);
    }

    /** The command worked, and what it was to check is not so: the batch goes on, and ends with {@link Console#UNMET}. */
    public static CommandException unmet(String message, Answer checked) {
        return new CommandException(message, "", checked, List.of(), true);
    }

    boolean isUnmet() {
        return unmet;
    }

    public String hint() {
        return hint;
    }

    /** As it is printed: {@code error: message}, and the hint, where there is one, indented below. */
    public String text() {
        return "error: " + PlainText.of(message()) + (hint.isEmpty() ? "" : "\n  " + PlainText.of(hint));
    }

    @Nullable
    Answer partial() {
        return partial;
    }

    List<CommandException> others() {
        return others;
    }

    /** {@code getMessage} where it is known not to be null. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** Something that nobody thought of: the log has the rest. */
    static CommandException internal(Throwable e, Path logFile) {
        String message = e.getMessage() == null ? "" : ": " + PlainText.of(e.getMessage(), 200);
        return new CommandException(
                "internal error: " + e.getClass().getSimpleName() + message + " — details in " + logFile,
                "please report it");
    }
}
