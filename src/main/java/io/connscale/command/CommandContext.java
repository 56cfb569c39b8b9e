package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.Parts;
import io.connscale.api.Recording;
import io.connscale.cluster.Cluster;
import io.connscale.console.Shell;
import io.connscale.control.Server;
import io.connscale.diagnosis.Diagnostics;
import io.connscale.report.LivePage;
import io.connscale.run.Runs;
import java.nio.file.Path;

/**
 * What every command is given; made once, in {@code Main}.
 *
 * @param cluster the hosts and their agents
 * @param server the Ping/Pong server, wherever it runs
 * @param shell the console that runs the command
 * @param diagnostics gathers what verdicts need
 * @param scale the same as a program sees it
 * @param recording the record of this run
 * @param page the page of this run, where it is open
 */
public record CommandContext(
        Cluster cluster,
        Server server,
        Shell shell,
        Diagnostics diagnostics,
        Connscale scale,
        Recording recording,
        LivePage page) {
    public CommandContext(Parts parts, Shell shell, Connscale scale, Recording recording) {
        this(parts.cluster(), parts.server(), shell, parts.diagnostics(), scale, recording, new LivePage());
    }

    /** Where nothing is recorded. */
    CommandContext(Parts parts, Shell shell) {
        this(parts, shell, Connscale.of(parts));
    }

    private CommandContext(Parts parts, Shell shell, Connscale scale) {
        this(
                parts,
                shell,
                scale,
                scale.recording(new Recording.Options(new Runs(Path.of("no-runs")), null, false, "")));
    }

    /** Of a cluster and a server that somebody else has wired and started. */
    CommandContext(Cluster cluster, Server server, Shell shell) {
        this(new Parts(false, () -> false, cluster, server, new Diagnostics(cluster, server), shell::notice), shell);
    }
}
