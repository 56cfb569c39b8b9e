package io.connscale.api;

import io.connscale.control.AgentException;
import java.io.Serial;

/** What could not be done: what and where in one line, and what to do about it. */
public final class ConnscaleException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String hint;

    ConnscaleException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    static ConnscaleException of(Throwable failure) {
        AgentException known = AgentException.of(failure);
        ConnscaleException e = new ConnscaleException(known.message(), known.hint());
        e.initCause(failure);
        return e;
    }

    static ConnscaleException interrupted(InterruptedException why) {
        ConnscaleException e = new ConnscaleException("interrupted", "");
        e.initCause(why);
        return e;
    }

    /** {@code getMessage}, which is never null here. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** What to do about it; may be empty. */
    public String hint() {
        return hint;
    }

    /** Whether the thread was interrupted while it waited; it still is then. */
    public boolean isInterruption() {
        return getCause() instanceof InterruptedException;
    }
}
