/**
 * Starting commands on other machines over SSH: one connection a host, an exec channel a command, set up as the user's own
 * OpenSSH would. {@code Cluster} knocks, with an {@link io.connscale.cluster.launch.ssh.SshLauncher} a host and one
 * {@link io.connscale.cluster.launch.ssh.Keyring} for all. SSHJ is used here and nowhere else.
 */
@NullMarked
package io.connscale.cluster.launch.ssh;

import org.jspecify.annotations.NullMarked;
