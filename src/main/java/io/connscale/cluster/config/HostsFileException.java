package io.connscale.cluster.config;

import java.io.Serial;

/**
 * A {@code hosts.yaml} that can't be read. The message is one line for the user:
 * {@code hosts.yaml:4:3: unknown key "bakclog" in server, did you mean "backlog"?}
 */
public final class HostsFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** @param where the file's name, with line and column where there are any */
    HostsFileException(String where, String what) {
        super(oneLine(where + ": " + what));
    }

    /** A name or a value may hold line breaks, control characters or such as turn the direction of writing. */
    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }

    /** {@code getMessage} where it is known not to be null. */
    public String message() {
        return String.valueOf(getMessage());
    }
}
