package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.launch.Handover;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.connection.channel.OpenFailException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Over SSH: one connection, made when something is started first and again when it was lost, and an exec channel per command.
 * A channel that the server has not quite let go of yet is waited for, so that one after the other works where sshd allows
 * one at a time ({@code MaxSessions 1}).
 */
public final class SshLauncher implements Launcher {
    private static final Logger log = LoggerFactory.getLogger(SshLauncher.class);
    /** What any login shell understands; the command itself has nothing to fear from its quoting ({@link Handover}). */
    private static final String SHELL = "exec " + String.join(" ", Handover.SHELL);

    private static final int MAX_TRIES = 5;
    private static final long FIRST_PAUSE_MS = 50;

    private final Launch.Ssh launch;
    private final Keyring keyring;
    private final Timeouts timeouts;
    private @Nullable SshConnection connection;
    private boolean closed;

    /** A launcher that has not connected yet. */
    public SshLauncher(Launch.Ssh launch, Keyring keyring) {
        this(launch, keyring, Timeouts.USUAL);
    }

    SshLauncher(Launch.Ssh launch, Keyring keyring, Timeouts timeouts) {
        this.launch = launch;
        this.keyring = keyring;
        this.timeouts = timeouts;
    }

    /** The name or address that {@code launch}'s host has behind an alias, as OpenSSH's configuration says. */
    public static String hostName(Launch.Ssh launch) throws AgentException, InterruptedException {
        return OpenSshConfig.of(launch.address(), LocalUser.current())
                .one("hostname")
                .orElse(launch.host());
    }

    @Override
    public Process start(List<String> command) throws AgentException, InterruptedException {
        return Handover.exec(shell(), command);
    }

    private Process shell() throws AgentException, InterruptedException {
        for (boolean again = false; ; again = true) {
            SshConnection to = connected();
            try {
                return exec(to, SHELL);
            } catch (OpenFailException e) {
                if (again || to.busy()) {
                    throw refused(e);
                }
                log.info("{} opens no channel though nothing runs there: connecting again", launch.address());
            } catch (IOException e) {
                if (again) {
                    throw lost(e);
                }
                log.info("the connection to {} was lost: connecting again", launch.address(), e);
            }
            to.close();
        }
    }

    private static Process exec(SshConnection to, String line) throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                return to.exec(line);
            } catch (OpenFailException e) {
                if (attempt == MAX_TRIES) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MS << attempt);
            }
        }
    }

    private static AgentException refused(OpenFailException e) {
        return new AgentException(
                "the server opens no further channel: " + e.getMessage(),
                "MaxSessions in its sshd_config bounds them; one is enough for an agent");
    }

    private static AgentException lost(IOException e) {
        return new AgentException(
                "the connection was lost while a command was started: " + e.getMessage(),
                "is the network there? the server's log (journalctl -u ssh) says more");
    }

    private SshConnection connected() throws AgentException, InterruptedException {
        SshConnection next = new SshConnection(keyring, timeouts);
        SshConnection before;
        synchronized (this) {
            if (closed) {
                throw SshConnection.stopped();
            }
            if (connection != null && connection.usable()) {
                return connection;
            }
            before = connection;
            connection = next;
        }
        if (before != null) {
            before.close();
        }
        next.connect(Route.to(launch, keyring.user()));
        return next;
    }

    @Override
    public void close() {
        SshConnection last;
        synchronized (this) {
            closed = true;
            last = connection;
        }
        if (last != null) {
            last.close();
        }
    }

    @Override
    public String toString() {
        return launch.toString();
    }

    /**
     * How long is waited, in seconds where nothing else is said.
     *
     * @param connect for the TCP connection, and again for the server's first line
     * @param answer for each answer of the SSH protocol
     * @param keepAlive between two questions whether the host is still there
     * @param silence after which a host that says nothing is lost
     * @param pauseMillis at most, before a server that was too busy is tried again
     */
    record Timeouts(int connect, int answer, int keepAlive, int silence, int pauseMillis) {
        /** With these a frozen or unplugged host is noticed within 10 s. */
        static final Timeouts USUAL = new Timeouts(10, 20, 2, 8, 2_000);

        private static final long FIRST_PAUSE_MS = 100;

        /** Waits before a server that was too busy is tried again, for the n-th time; not as long as the others that it turned away. */
        void pause(int attempt) throws InterruptedException {
            long max = Math.min(FIRST_PAUSE_MS << attempt, pauseMillis);
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(max / 2, max));
        }

        /** For all of connecting; names are resolved within it too, which has no bound of its own. */
        long whole() {
            return 2L * connect + answer;
        }
    }
}
