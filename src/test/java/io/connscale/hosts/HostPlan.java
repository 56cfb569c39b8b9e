package io.connscale.hosts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a host is to be, where it differs from a plain one: bash as login shell, sshd as it comes, an empty home. Immutable:
 * each {@code with…} gives another one.
 *
 * @param shell root's login shell
 * @param sshd lines of {@code sshd_config}; they win over ours, and {@code ~/} is root's home there
 * @param files files in root's home, by their path there
 * @param before commands of {@code sh} that run before sshd does, in the same mount namespace: {@code mount} changes what
 *     this host sees and nothing else on this machine
 */
public record HostPlan(String name, String shell, List<String> sshd, Map<String, String> files, List<String> before) {
    public HostPlan {
        sshd = List.copyOf(sshd);
        files = Map.copyOf(files);
        before = List.copyOf(before);
    }

    public static HostPlan host(String name) {
        return new HostPlan(name, "/bin/bash", List.of(), Map.of(), List.of());
    }

    public HostPlan withShell(String path) {
        return new HostPlan(name, path, sshd, files, before);
    }

    public HostPlan withSshd(String line) {
        return new HostPlan(name, shell, and(sshd, line), files, before);
    }

    public HostPlan withFile(String path, String content) {
        Map<String, String> more = new HashMap<>(files);
        more.put(path, content);
        return new HostPlan(name, shell, sshd, more, before);
    }

    public HostPlan withBefore(String command) {
        return new HostPlan(name, shell, sshd, files, and(before, command));
    }

    /** Commands that the login shell runs before each command over SSH (Debian's bash does, for sshd). */
    public HostPlan withBashrc(String commands) {
        return withFile(".bashrc", commands + "\n");
    }

    /** Commands that sshd runs before each command; what they print is printed to the client. */
    public HostPlan withSshRc(String commands) {
        return withFile(".ssh/rc", commands + "\n");
    }

    /** What sshd shows before it lets anybody in. */
    public HostPlan withBanner(String text) {
        return withFile("banner", text + "\n").withSshd("Banner ~/banner");
    }

    /** The only folder where commands are looked for. */
    public HostPlan withPath(Path folder) {
        return withSshd("SetEnv PATH=" + folder);
    }

    private static List<String> and(List<String> some, String one) {
        List<String> more = new ArrayList<>(some);
        more.add(one);
        return more;
    }
}
