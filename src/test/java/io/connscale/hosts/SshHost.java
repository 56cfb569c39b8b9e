package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;

/** A machine with an OpenSSH server, at port 22 of its own address. For the test's thread. */
public final class SshHost extends Machine {
    private final Sshd sshd;

    SshHost(HostPlan plan, Namespace namespace, Namespace networkSwitch, String address, Path folder, Path keys) {
        super(plan.name(), namespace, networkSwitch, address, folder);
        sshd = new Sshd(this, plan, keys);
    }

    public void startSshd() {
        sshd.start();
    }

    /** Kills sshd and its children that hold a connection; what they had started stays, as on a real machine. */
    public void killSshd() {
        signal("KILL", processes("sshd"));
        await().until(() -> processes("sshd").isEmpty()); // until then the kernel takes connections for it
    }

    /** Kills the sshd that takes connections; those that are there go on. */
    public void stopListening() {
        signal("TERM", processes("sshd: /usr/sbin/sshd"));
    }

    /** Gives it another host key; sshd has to be started for it. */
    public void changeHostKey() {
        sshd.changeHostKey();
    }

    /** What sshd wrote since its last start. */
    public String log() {
        return Folders.read(sshd.log());
    }

    /** The line of known_hosts by which this host is known, under its addresses and its name. */
    public String knownHosts() {
        return name() + "," + address() + "," + address6() + " " + sshd.publicHostKey() + "\n";
    }

    /** The agents here, without the shells that started them. */
    public List<ProcessHandle> agents() {
        return processes(" agent").stream()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .toList();
    }
}
