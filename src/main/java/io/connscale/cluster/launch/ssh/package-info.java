/**
 * Starting commands on other machines over SSH, set up as the user's own OpenSSH would: by SSHJ in this process
 * ({@link io.connscale.cluster.launch.ssh.SshLauncher}: one connection per host, an exec channel per command), or by the program
 * {@code ssh} ({@link io.connscale.cluster.launch.ssh.OpenSshLauncher}). One {@link io.connscale.cluster.launch.ssh.Keyring} serves all
 * hosts. SSHJ is used here and nowhere else.
 */
@NullMarked
package io.connscale.cluster.launch.ssh;

import org.jspecify.annotations.NullMarked;
