package io.connscale.console;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Exceptions in words. */
public final class Failure {
    private Failure() {}

    /** Java names only the file where it means that there is none. */
    public static String why(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    /** Something that nobody thought of: the log has the rest. */
    static CommandException internal(Throwable e, Path logFile) {
        String message = e.getMessage() == null ? "" : ": " + Visible.line(e.getMessage(), 200);
        return new CommandException(
                "internal error: " + e.getClass().getSimpleName() + message + " — details in " + logFile,
                "please report it");
    }
}
