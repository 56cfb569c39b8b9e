package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.Parts;
import io.connscale.console.Shell;
import io.connscale.diagnosis.Diagnostics;

/**
 * What every command is given; made once, by {@code ConsoleProcess}.
 *
 * @param scale the hosts and the server, as a program sees them
 * @param diagnostics observes both ends, for {@code plan}, {@code doctor} and {@code watch}
 * @param shell the console that runs the command
 */
public record CommandContext(Connscale scale, Diagnostics diagnostics, Shell shell) {
    public CommandContext(Parts parts, Shell shell) {
        this(Connscale.of(parts), parts.diagnostics(), shell);
    }
}
