package io.connscale.cluster.launch.ssh;

import io.connscale.control.AgentException;

/** The words for a host key that is not good. */
final class HostKeyRefusal {
    private HostKeyRefusal() {}

    static AgentException of(HostKeyVerdict.Unknown unknown, Hop hop, LocalUser user, boolean direct) {
        String authority = unknown.authority()
                .map(line ->
                        " (" + line.place() + " trusts a certificate authority for it, which connscale does not read)")
                .orElse("");
        String what = "host key unknown: " + hop.knownAs() + " shows " + unknown.key() + authority;
        if (hop.knownHosts().isEmpty()) {
            return new AgentException(
                    what + "; UserKnownHostsFile none keeps no key", "knownHosts: FILE in hosts.yaml names a file");
        }
        String file = user.shown(hop.knownHosts().get(0));
        String scan = "ssh-keyscan" + (hop.port() == Hop.SSH_PORT ? "" : " -p " + hop.port()) + " " + hop.address()
                + " >> " + file + " once you have checked it, or ";
        return new AgentException(
                what, (direct ? scan : "") + "connect once with ssh; hostKey: accept-new takes it unseen");
    }

    static AgentException of(HostKeyVerdict.Changed changed, Hop hop) {
        KnownHostLine before = changed.before();
        return new AgentException(
                "HOST KEY CHANGED: " + hop.knownAs() + " was " + before.key() + " (" + before.place() + ") and is now "
                        + changed.key() + "; somebody may be listening in, or the host was installed anew",
                "only if you know why it changed: ssh-keygen -f '" + before.file() + "' -R '" + hop.knownAs() + "'");
    }

    static AgentException of(HostKeyVerdict.Revoked revoked, Hop hop) {
        return new AgentException(
                "HOST KEY REVOKED: " + hop.knownAs() + " shows " + revoked.key() + ", which "
                        + revoked.line().place() + " revokes",
                "give the host a new key");
    }

    static AgentException of(HostKeyVerdict.Unreadable unreadable) {
        return new AgentException(
                "can't remember host keys: " + unreadable.why(), "knownHosts: FILE in hosts.yaml names another file");
    }
}
