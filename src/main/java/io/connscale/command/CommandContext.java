package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.Parts;
import io.connscale.cluster.Cluster;
import io.connscale.console.Shell;
import io.connscale.control.Server;
import io.connscale.diagnosis.Diagnostics;

/**
 * What every command is given; made once, in {@code Main}.
 *
 * @param cluster the hosts and their agents
 * @param server the Ping/Pong server, wherever it runs
 * @param shell the console that runs the command
 * @param diagnostics gathers what verdicts need
 * @param scale the same as a program sees it
 */
public record CommandContext(Cluster cluster, Server server, Shell shell, Diagnostics diagnostics, Connscale scale) {
    public CommandContext(Parts parts, Shell shell) {
        this(parts.cluster(), parts.server(), shell, parts.diagnostics(), Connscale.of(parts));
    }

    /** Of a cluster and a server that somebody else has wired and started. */
    CommandContext(Cluster cluster, Server server, Shell shell) {
        this(new Parts(false, () -> false, cluster, server, new Diagnostics(cluster, server), shell::notice), shell);
    }
}
