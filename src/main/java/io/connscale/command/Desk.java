package io.connscale.command;

import io.connscale.cluster.Cluster;
import io.connscale.console.Shell;
import io.connscale.control.Server;
import io.connscale.diagnosis.Inquiry;

/**
 * What stands on every command's desk; made once, in {@code Main}.
 *
 * @param cluster the hosts and their agents
 * @param server the Ping/Pong server, wherever it runs
 * @param shell the console that runs the command
 * @param inquiry gathers what verdicts need
 */
public record Desk(Cluster cluster, Server server, Shell shell, Inquiry inquiry) {
    public Desk(Cluster cluster, Server server, Shell shell) {
        this(cluster, server, shell, new Inquiry(cluster, server));
    }
}
