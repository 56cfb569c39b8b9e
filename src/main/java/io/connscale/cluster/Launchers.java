package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.cluster.launch.ssh.Keyring;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.cluster.launch.ssh.OpenSshLauncher;
import io.connscale.cluster.launch.ssh.SshLauncher;
import java.util.function.Function;

/** The launcher that a line of {@code hosts.yaml} means, a new one for each start. */
final class Launchers implements Function<HostConfig, Launcher> {
    /** One for all hosts: no passphrase is asked for twice at one time. */
    private final Keyring keys;

    Launchers(Asker asker) {
        keys = new Keyring(asker);
    }

    @Override
    public Launcher apply(HostConfig host) {
        Launch launch = host.launch();
        if (launch instanceof Launch.Ssh ssh && ssh.client() == Launch.SshClient.OPENSSH) {
            return new OpenSshLauncher(ssh);
        } else if (launch instanceof Launch.Ssh ssh) {
            return new SshLauncher(ssh, keys.atStart());
        }
        return launch instanceof Launch.Command command ? new CommandLauncher(command.words()) : new LocalLauncher();
    }
}
