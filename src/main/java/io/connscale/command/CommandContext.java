package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.Parts;
import io.connscale.api.Recording;
import io.connscale.console.Shell;
import io.connscale.diagnosis.Diagnostics;
import io.connscale.report.LivePage;
import io.connscale.run.Runs;
import java.nio.file.Path;

/**
 * What every command is given; made once, by {@code ConsoleProcess}.
 *
 * @param scale the hosts and the server, as a program sees them
 * @param diagnostics observes both ends, for {@code plan}, {@code doctor} and {@code watch}
 * @param shell the console that runs the command
 * @param recording the record of this run
 * @param page the page of this run, where it is open
 */
public record CommandContext(
        Connscale scale, Diagnostics diagnostics, Shell shell, Recording recording, LivePage page) {
    public CommandContext(Connscale scale, Diagnostics diagnostics, Shell shell, Recording recording) {
        this(scale, diagnostics, shell, recording, new LivePage());
    }

    /** Where nothing is recorded. */
    CommandContext(Parts parts, Shell shell) {
        this(Connscale.of(parts), parts.diagnostics(), shell);
    }

    private CommandContext(Connscale scale, Diagnostics diagnostics, Shell shell) {
        this(scale, diagnostics, shell, scale.recording(Recording.Options.none(new Runs(Path.of("no-runs")))));
    }
}
