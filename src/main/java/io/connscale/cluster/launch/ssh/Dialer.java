package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.cluster.launch.ssh.SshConnection.Link;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.OpenFailException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to one hop and checks its key: again, a bounded number of times, where the server is only too busy
 * ({@code MaxStartups}), or where the user has just agreed to the key. On the thread that starts a host.
 */
final class Dialer {
    private static final Logger log = LoggerFactory.getLogger(Dialer.class);
    /** Of a server that is too busy. */
    static final int MAX_TRIES = 10;

    private static final int WINDOW = 256 << 10;

    private final Keyring keyring;
    private final Timeouts timeouts;
    private final Watcher underWay;

    /** Who can cut a line while it connects. */
    interface Watcher {
        /** Told before the line is used; throws where it is not wanted any more. */
        void uses(Line line) throws AgentException;
    }

    Dialer(Keyring keyring, Timeouts timeouts, Watcher underWay) {
        this.keyring = keyring;
        this.timeouts = timeouts;
        this.underWay = underWay;
    }

    Link dial(Hop hop, @Nullable Link jump) throws AgentException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            HostKeyCheck check = new HostKeyCheck(hop);
            Line line = jump == null ? new Line.Tcp(hop, timeouts.connect()) : new Line.Jump(jump, hop);
            SSHClient client = client(check);
            Link link = new Link(hop, line, client);
            try {
                shake(link);
                return link;
            } catch (IOException e) {
                log.debug("connecting to {}, attempt {}", hop.place(), attempt, e);
                link.disconnect();
                Failure failed = new Failure(link, jump, check, e, timeouts);
                if (attempt == MAX_TRIES || (!agreed(failed) && !failed.busy())) {
                    AgentException named = failed.named(keyring.user());
                    named.initCause(e); // for the log
                    throw named;
                }
            }
            timeouts.pause(attempt);
        }
    }

    private void shake(Link link) throws IOException, AgentException, InterruptedException {
        underWay.uses(link.line());
        Line line = link.line();
        Answers.within(
                timeouts.whole(),
                "ssh-connect " + link.hop().place(),
                () -> {
                    line.connect(link.client());
                    return true;
                },
                line::cut);
    }

    private SSHClient client(HostKeyCheck check) {
        SSHClient client = new SSHClient(Algorithms.config());
        client.addHostKeyVerifier(check);
        client.getTransport().setTimeoutMs(timeouts.answer() * 1000);
        client.getConnection().setTimeoutMs(timeouts.answer() * 1000);
        client.getConnection().setWindowSize(WINDOW);
        return client;
    }

    /** Whether the key was unknown and the user, or another host's start meanwhile, made it known. */
    private boolean agreed(Failure failed) throws InterruptedException {
        Hop hop = failed.link().hop();
        if (hop.rule() != HostKeyCheck.Rule.ASK
                || hop.knownHosts().isEmpty()
                || !(failed.check().verdict().orElse(null) instanceof HostKeyCheck.Verdict.Unknown unknown)) {
            return false;
        }
        KnownHosts known = new KnownHosts(hop);
        return keyring.oneAtATime(asker -> {
            try {
                List<KnownHosts.Entry> now = known.lines();
                if (HostKeyCheck.judge(unknown.key(), now) instanceof HostKeyCheck.Verdict.Good) {
                    return true;
                }
                if (!asker.agree(question(hop, unknown))) {
                    return false;
                }
                known.remember(unknown.key());
                return true;
            } catch (IOException e) {
                log.warn("remembering the key of {}", hop.place(), e);
                return false;
            }
        });
    }

    private String question(Hop hop, HostKeyCheck.Verdict.Unknown unknown) {
        return "The host key of " + hop.knownAs() + " is unknown: " + unknown.key() + ". Trust it and add it to "
                + keyring.user().shown(hop.knownHosts().get(0)) + "?";
    }

    /**
     * A handshake that failed, and its name. The causes of SSHJ's exceptions and what the server said until then tell them
     * apart.
     */
    record Failure(Link link, @Nullable Link jump, HostKeyCheck check, IOException cause, Timeouts timeouts) {
        /** What sshd says before it closes, where it says anything, when too many log in at once (sshd.c). */
        private static final List<String> TOO_MANY = List.of("Exceeded MaxStartups", "Not allowed at this time");

        /** Whether the server closed before it said who it is, as sshd does at random where many log in at once. */
        boolean busy() {
            String said = link.line().incoming().firstLine();
            boolean closed = link.line().connected()
                    && find(SocketTimeoutException.class).isEmpty();
            return closed && server() == null && (said.isEmpty() || TOO_MANY.contains(said));
        }

        /** Who the server says it is; null before it has said so. */
        private @Nullable String server() {
            try {
                return link.client().getTransport().getServerVersion();
            } catch (IndexOutOfBoundsException e) {
                return null; // SSHJ's getter does not expect to be asked so early
            }
        }

        AgentException named(LocalUser user) {
            Optional<AgentException> refusal =
                    check.verdict().flatMap(verdict -> verdict.refusal(link.hop(), user, jump == null));
            return refusal.orElseGet(
                    () -> find(OpenFailException.class).map(this::jumpRefused).orElseGet(this::byStage));
        }

        /** What the jump host said when it was asked to connect. */
        private AgentException jumpRefused(OpenFailException e) {
            String via = jump == null ? "" : jump.hop().written();
            if (e.getReason() == OpenFailException.Reason.ADMINISTRATIVELY_PROHIBITED) {
                return new AgentException(
                        "jump host " + via + " does not connect others: " + e.getMessage(),
                        "AllowTcpForwarding and PermitOpen in its sshd_config say so");
            }
            return new AgentException(
                    "jump host " + via + " can't connect to " + place() + ": " + e.getMessage(),
                    "ssh " + via + " nc -zv " + link.hop().address() + " "
                            + link.hop().port() + " tries the same");
        }

        private AgentException byStage() {
            if (server() != null) {
                return afterGreeting();
            }
            if (find(UnknownHostException.class).isPresent()) {
                return new AgentException(
                        "name not resolved: " + link.hop().address(), "is it spelt right? getent hosts tries the same");
            }
            if (withoutRoute()) {
                return unreachable();
            }
            Optional<ConnectException> connect = find(ConnectException.class);
            if (connect.isPresent()) {
                return notConnected(String.valueOf(connect.get().getMessage()));
            }
            if (find(SocketTimeoutException.class).isPresent()) {
                return silent();
            }
            return outOfFiles() ? noFileLeft() : noGreeting();
        }

        /** EMFILE or ENFILE here, which a server in this process with very many connections brings about; told by its words alone. */
        private boolean outOfFiles() {
            return find(SocketException.class)
                    .map(e -> String.valueOf(e.getMessage()))
                    .filter(why -> why.startsWith("Too many open files"))
                    .isPresent();
        }

        private AgentException noFileLeft() {
            return new AgentException(
                    "the console has no file left for a connection to " + place() + " (too many open files)",
                    "its server's connections take them: connections stop ends some, ulimit -n raises the limit");
        }

        /** The JDK has a type for EHOSTUNREACH; ENETUNREACH is a plain SocketException, told by its words alone. */
        private boolean withoutRoute() {
            return find(NoRouteToHostException.class).isPresent()
                    || find(SocketException.class)
                            .map(e -> String.valueOf(e.getMessage()))
                            .filter(why -> why.contains("nreachable"))
                            .isPresent();
        }

        private AgentException notConnected(String why) {
            if (why.contains("refused")) {
                return new AgentException("connection refused by " + place(), "does sshd run there, on this port?");
            }
            if (why.contains("nreachable")) {
                return unreachable();
            }
            return noAnswer();
        }

        private AgentException unreachable() {
            return new AgentException(
                    "no route to host: " + place(), "is the machine up, the network right, the firewall open?");
        }

        private AgentException noAnswer() {
            return new AgentException(
                    "no answer from " + place() + " within " + timeouts.connect() + " s of connecting",
                    "is the machine up? a firewall that drops packets looks the same");
        }

        /** Waited in vain: for the connection, or, connected, for the first line. */
        private AgentException silent() {
            if (!link.line().connected()) {
                return noAnswer();
            }
            return new AgentException(
                    place() + " takes the connection and then says nothing", "is it an SSH server? is it overloaded?");
        }

        private AgentException noGreeting() {
            String said = link.line().incoming().firstLine();
            if (said.isEmpty() || TOO_MANY.contains(said)) {
                return new AgentException(
                        place() + " closes the connection at once" + (said.isEmpty() ? "" : ", saying: " + said),
                        "MaxStartups in its sshd_config bounds those that log in at once; a penalty or hosts.deny does so too");
            }
            return new AgentException(place() + " is no SSH server; it says: " + said, "is the port right?");
        }

        private AgentException afterGreeting() {
            String why = String.valueOf(cause.getMessage());
            if (why.startsWith("Unable to reach a settlement")) {
                return new AgentException(
                        "no algorithm in common with " + place() + " (" + server() + "): " + settlement(why),
                        "connscale offers no weak ones: a newer sshd has better ones");
            }
            return new AgentException(
                    place() + " (" + server() + ") broke the handshake: " + why,
                    "its log (journalctl -u ssh) says more");
        }

        /** {@code Unable to reach a settlement of KeyExchangeAlgorithms: [ours] and [theirs]} */
        private static String settlement(String why) {
            String which = why.replaceFirst("^Unable to reach a settlement of (\\w+).*", "$1");
            String theirs = why.substring(why.lastIndexOf('[') + 1).replace("]", "");
            return "it has only " + theirs + " (" + which + ")";
        }

        private String place() {
            return link.hop().place();
        }

        private <E extends Throwable> Optional<E> find(Class<E> type) {
            for (Throwable t = cause; t != null; t = t.getCause()) {
                if (type.isInstance(t) && !(t instanceof EOFException)) {
                    return Optional.of(type.cast(t));
                }
            }
            return Optional.empty();
        }
    }
}
