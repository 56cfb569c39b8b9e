package io.connscale.cluster.launch.ssh;

import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to one hop and checks its key: again, a bounded number of times, where the server is only too busy
 * ({@code MaxStartups}), or where the user has just agreed to the key. On the thread that starts a host.
 */
final class Dialer {
    private static final Logger log = LoggerFactory.getLogger(Dialer.class);
    private static final int MAX_TRIES = 10;
    private static final long FIRST_PAUSE_MS = 100;
    private static final int WINDOW = 256 << 10;
    /** Of questions that wait for an answer. The ear's patience ends before. */
    private static final int MAX_ALIVE = 100;

    private final Keyring keyring;
    private final Timeouts patience;
    private final Watcher underWay;

    /** Who can cut a line while it connects. */
    interface Watcher {
        /** Told before the line is used; throws where it is not wanted any more. */
        void uses(Line line) throws AgentException;
    }

    Dialer(Keyring keyring, Timeouts patience, Watcher underWay) {
        this.keyring = keyring;
        this.patience = patience;
        this.underWay = underWay;
    }

    Link dial(Hop hop, @Nullable Link jump) throws AgentException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            HostKeyCheck check = new HostKeyCheck(hop);
            Line line = jump == null ? new TcpLine(hop, patience.connect()) : new JumpLine(jump, hop);
            SSHClient client = client(check);
            Link link = new Link(hop, line, client);
            try {
                shake(link);
                return link;
            } catch (IOException e) {
                log.debug("connecting to {}, attempt {}", hop.place(), attempt, e);
                link.disconnect();
                Handshake failed = new Handshake(link, jump, check, e, patience);
                if (attempt == MAX_TRIES || (!agreed(failed) && !failed.busy())) {
                    AgentException named = failed.named(keyring.user());
                    named.initCause(e); // for the log
                    throw named;
                }
            }
            pause(attempt);
        }
    }

    private void shake(Link link) throws IOException, AgentException, InterruptedException {
        underWay.uses(link.line());
        Line line = link.line();
        Aside.call(
                "ssh-connect " + link.hop().place(),
                patience.whole(),
                () -> {
                    line.connect(link.client());
                    return true;
                },
                line::cut);
        link.client()
                .getConnection()
                .getKeepAlive()
                .setName("ssh-alive " + link.hop().place());
    }

    private SSHClient client(HostKeyCheck check) {
        SSHClient client = new SSHClient(Algorithms.config());
        client.addHostKeyVerifier(check);
        client.getTransport().setTimeoutMs(patience.answer() * 1000);
        client.getConnection().setTimeoutMs(patience.answer() * 1000);
        client.getConnection().setWindowSize(WINDOW);
        client.getConnection().getKeepAlive().setKeepAliveInterval(patience.keepAlive());
        if (client.getConnection().getKeepAlive() instanceof KeepAliveRunner runner) {
            runner.setMaxAliveCount(MAX_ALIVE);
        }
        return client;
    }

    /** Whether the key was unknown and the user, or another host's start meanwhile, made it known. */
    private boolean agreed(Handshake failed) throws InterruptedException {
        Hop hop = failed.link().hop();
        if (hop.rule() != HostKeyRule.ASK
                || hop.knownHosts().isEmpty()
                || !(failed.check().verdict().orElse(null) instanceof HostKeyVerdict.Unknown unknown)) {
            return false;
        }
        KnownHosts known = new KnownHosts(hop);
        return keyring.oneAtATime(asker -> {
            try {
                List<KnownHostLine> now = known.lines();
                if (HostKeyCheck.judge(unknown.key(), now) instanceof HostKeyVerdict.Good) {
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

    private String question(Hop hop, HostKeyVerdict.Unknown unknown) {
        return "The host key of " + hop.knownAs() + " is unknown: " + unknown.key() + ". Trust it and add it to "
                + keyring.user().shown(hop.knownHosts().get(0)) + "?";
    }

    private void pause(int attempt) throws InterruptedException {
        long max = Math.min(FIRST_PAUSE_MS << attempt, patience.pauseMillis());
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(max / 2, max));
    }
}
