package io.connscale.control;

import java.io.Serial;
import java.util.concurrent.CancellationException;

/** What an agent could not do, in words for the user: what and where in one line, and what to do about it. */
public final class AgentException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String hint;

    public AgentException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** As above, with what it came from, for the log. */
    public AgentException(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    public String hint() {
        return hint;
    }

    /** The {@code AgentException} that a future failed with, or any other failure wrapped as one. */
    public static AgentException of(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof AgentException known) {
                return known;
            }
            if (t instanceof CancellationException) {
                return new AgentException("stopped before it was done", "try again", failure);
            }
        }
        return Exhausted.of(failure)
                .map(what -> new AgentException(what.text(), what.hint(), failure))
                .orElseGet(() -> new AgentException(String.valueOf(failure), "see the log", failure));
    }
}
