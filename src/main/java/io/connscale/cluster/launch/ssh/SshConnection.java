package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import io.connscale.cluster.launch.ssh.SshProcess.ExecChannel;
import io.connscale.control.AgentException;
import io.connscale.control.FewThreads;
import io.connscale.control.Threads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.transport.Transport;
import net.schmizz.sshj.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to a host, through its jump hosts where it has some. One thread connects and starts commands; any may
 * close, which also ends an attempt to connect. When a host says nothing for too long the line is cut, and all that reads
 * from it ends.
 */
final class SshConnection {
    private static final Logger log = LoggerFactory.getLogger(SshConnection.class);
    private static final long CLOSE_MS = 2_000;
    private static final int MAX_LOGINS = 3;
    private static final Watch WATCH = new Watch();
    private static final FewThreads ASKERS = new FewThreads("ssh-alive");

    private final Keyring keyring;
    private final Timeouts timeouts;
    private final List<Link> links = new ArrayList<>();
    private final Set<ExecChannel> channels = ConcurrentHashMap.newKeySet();
    private @Nullable Line underWay;
    private final AtomicBoolean asking = new AtomicBoolean();
    private int seconds; // the watching thread's
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile boolean lost;

    SshConnection(Keyring keyring, Timeouts timeouts) {
        this.keyring = keyring;
        this.timeouts = timeouts;
    }

    /** Connects, hop by hop. Where it fails nothing stays open. */
    void connect(List<Hop> route) throws AgentException, InterruptedException {
        boolean done = false;
        try {
            Link last = null;
            for (int i = 0; i < route.size(); i++) {
                last = through(last, route.get(i), i == route.size() - 1);
                WATCH.add(this); // a jump host, too, has to be kept while a user looks for the next one's passphrase
            }
            connected = true;
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private Link through(@Nullable Link jump, Hop hop, boolean target) throws AgentException, InterruptedException {
        try {
            return loggedIn(jump, hop);
        } catch (AgentException e) {
            if (closed) {
                throw stopped();
            }
            throw target ? e : new AgentException("jump host " + hop.written() + ": " + e.message(), e.hint());
        }
    }

    /** A server gives two minutes to log in; who looks for a passphrase longer connects again, and isn't asked again. */
    private Link loggedIn(@Nullable Link jump, Hop hop) throws AgentException, InterruptedException {
        Dialer dialer = new Dialer(keyring, timeouts, this::use);
        for (int attempt = 1; ; attempt++) {
            Link link = dialer.dial(hop, jump);
            try {
                add(link);
                new Login(link, keyring, timeouts).run();
                return link;
            } catch (Login.ConnectionLost e) {
                remove(link);
                if (attempt == MAX_LOGINS) {
                    throw new AgentException(
                            "the server hangs up during the login: " + e.getMessage(),
                            "its log (journalctl -u ssh) says more");
                }
            }
        }
    }

    private synchronized void use(Line line) throws AgentException {
        underWay = line;
        if (closed) {
            throw stopped();
        }
    }

    static AgentException stopped() {
        return new AgentException("stopped while it was connected to", "start it again");
    }

    private synchronized void add(Link link) {
        links.add(link);
        if (closed) {
            link.line().cut();
        }
    }

    private void remove(Link link) {
        synchronized (this) {
            links.remove(link);
        }
        link.disconnect();
    }

    private synchronized List<Link> links() {
        return List.copyOf(links);
    }

    /** Whether commands can still be started over it, as far as is known. */
    boolean usable() {
        return !closed
                && !lost
                && !links().isEmpty() // a start that was given up before it connected
                && links().stream().allMatch(link -> link.client().isConnected());
    }

    /** Whether something that was started over it runs. */
    boolean busy() {
        channels.removeIf(channel -> channel.ended().isDone());
        return !channels.isEmpty();
    }

    /**
     * Starts a command in a channel of its own.
     *
     * @throws OpenFailException where the server opens no further channel
     * @throws IOException where the connection is lost
     */
    SshProcess exec(String command) throws IOException, InterruptedException {
        Link link = links().get(links().size() - 1);
        ExecChannel channel = new ExecChannel(link.client().getConnection());
        channels.removeIf(last -> last.ended().isDone());
        channels.add(channel);
        boolean started = false;
        try {
            channel.open();
            channel.exec(command);
            started = true;
            return new SshProcess(channel, link.hop().place());
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("while a channel was opened");
            }
            throw e;
        } finally {
            if (!started) {
                channel.drop();
            }
        }
    }

    /**
     * Looks at it once per second: has the host said nothing for too long, is it to be asked whether it is there? Waits for nothing.
     * False where there is nothing to look at any more.
     */
    private boolean tick() {
        if (closed) {
            return false;
        }
        List<Link> all = links();
        if (connected) {
            all.stream()
                    .filter(link -> link.line().incoming().tick() > timeouts.silence())
                    .forEach(this::silent);
            if (!usable()) {
                lost = true;
                all.forEach(link -> link.line().cut()); // who reads or writes there ends, and then closes it
                return false;
            }
        }
        if (++seconds % timeouts.keepAlive() == 0 && asking.compareAndSet(false, true)) {
            ASKERS.execute(() -> ask(all));
        }
        return true;
    }

    private void silent(Link link) {
        lost = true;
        log.warn("{} said nothing for {} s: its line is cut", link.hop().place(), timeouts.silence());
    }

    /** Asks each server for an answer, which ends its silence. On a dead line this may wait until that is cut. */
    private void ask(List<Link> all) {
        try {
            all.forEach(Link::ask);
        } finally {
            asking.set(false);
        }
    }

    /** Ends it and all that waits on it, within seconds. */
    void close() {
        Line first;
        synchronized (this) {
            closed = true;
            first = links.isEmpty() ? underWay : links.get(0).line();
            if (underWay != null && links.stream().noneMatch(link -> link.line() == underWay)) {
                underWay.cut();
            }
        }
        Thread polite = Threads.start("ssh-close", this::disconnect);
        boolean interrupted = false;
        try {
            polite.join(CLOSE_MS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (first != null) {
            first.cut();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void disconnect() {
        List<Link> all = links();
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).disconnect();
        }
    }

    /**
     * All connections, looked at by one thread, so that a host costs none for that. Who asks the hosts whether they are there are a few
     * threads, and one for each line on which writing waits.
     */
    private static final class Watch {
        private final Set<SshConnection> open = ConcurrentHashMap.newKeySet();
        private boolean running;

        synchronized void add(SshConnection one) {
            open.add(one);
            if (!running) {
                Threads.start("ssh-watch", this::run);
                running = true;
            }
        }

        private void run() {
            do {
                try {
                    TimeUnit.SECONDS.sleep(1);
                } catch (InterruptedException e) {
                    log.warn("nobody interrupts this thread", e);
                }
                ASKERS.tick();
                open.removeIf(connection -> !goesOn(connection));
            } while (anythingOpen());
        }

        private synchronized boolean anythingOpen() {
            running = !open.isEmpty();
            return running;
        }

        private static boolean goesOn(SshConnection one) {
            try {
                return one.tick();
            } catch (RuntimeException | Error e) { // no thread left, say: the others are looked at all the same
                Threads.goesOn(e);
                one.asking.set(false);
                return true;
            }
        }
    }

    /** A server that is connected to, over its line. */
    record Link(Hop hop, Line line, SSHClient client) {
        private static final Logger log = LoggerFactory.getLogger(Link.class);

        /** Has to be logged in to: before, a server takes no such question. */
        private void ask() {
            Connection connection = client.getConnection();
            Transport transport = client.getTransport();
            if (transport.isRunning() && connection.equals(transport.getService())) {
                try {
                    connection.sendGlobalRequest("keepalive@openssh.com", true, new byte[0]);
                } catch (TransportException e) {
                    transport.die(e);
                }
            }
        }

        /** Says good-bye; where nobody listens any more it may wait until the line is cut. */
        void disconnect() {
            try {
                client.disconnect();
            } catch (IOException | RuntimeException e) {
                log.debug("disconnecting from {}", hop.place(), e);
            }
            line.release();
        }
    }
}
