package io.connscale.api;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.config.Launch;
import io.connscale.control.Agent;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.Settings;
import io.connscale.kernel.Facts;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * An overlay for real: nodes that listen on hosts, each a port of its own, and connections among them until each node has as many as
 * it needs, or the machine gives up. A connection is one of both its nodes. The nodes of a host are in its agent's process: half of
 * what a node needs comes in, and half goes out, to all other nodes in turn. For one command; closing it takes everything down.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up in what is seen then
public final class Overlay implements AutoCloseable {
    private static final long ANSWER_SECONDS = 30;
    /** Closing takes as long as its connections take. */
    private static final long CLOSE_SECONDS = 60;

    private static final int BACKLOG = 4096;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ANY = "0.0.0.0";
    /** Both ends of connections that come and go are asked at one moment, and differ until each has heard of the last ones. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long AGAIN_MILLIS = 200;

    private final Cluster cluster;
    private final Map<String, Share> shares = new LinkedHashMap<>();
    private boolean stopped;

    /** What one host does. */
    private static final class Share {
        final String host;
        final Agent agent;
        final long nodes;
        final long wanted;
        final Snapshot before;
        String address = "";
        boolean listens;
        /** That it was asked for in all steps so far. */
        long asked;
        /** In the steps before the last one. */
        long earlier;

        volatile Opened.Host soFar = Opened.Host.none(0);
        CompletableFuture<Agent.Opened> request = CompletableFuture.completedFuture(Agent.Opened.none(0));
        ServerStatus server = ServerStatus.stopped("");
        Snapshot now;

        Share(String host, Agent agent, long nodes, long wanted, Snapshot before) {
            this.host = host;
            this.agent = agent;
            this.nodes = nodes;
            this.wanted = wanted;
            this.before = before;
            this.now = before;
        }
    }

    /**
     * What is known of one host.
     *
     * @param nodes on it
     * @param wanted connections that its nodes open
     * @param established of them, now
     * @param accepted connections that its nodes have accepted and still hold
     * @param failed that never came up
     * @param lost that came up and ended unasked
     * @param errors of its clients and its nodes, by operation and errno
     */
    public record Host(
            long nodes,
            long wanted,
            long established,
            long accepted,
            long failed,
            long lost,
            SortedMap<String, Long> errors) {
        public Host {
            errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
        }
    }

    /**
     * What is known of all.
     *
     * @param connections that are up now by both ends' count: the smaller of the two
     */
    public record Seen(long nodes, long connections, Map<String, Host> hosts) {
        public Seen {
            hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
        }

        /** Connections that a node has on average: each is one of two nodes. */
        public double perNode() {
            return 2.0 * connections / nodes;
        }
    }

    /**
     * Nothing listens yet.
     *
     * @param nodes at least as many as there are hosts, and 2
     * @param perNode connections that each is to have
     */
    Overlay(Cluster cluster, List<String> hosts, long nodes, long perNode) throws AgentException, InterruptedException {
        this.cluster = cluster;
        long[] shared = OpenRequest.shares(nodes, hosts.size());
        long all = nodes * perNode / 2; // a connection is one of two nodes
        long before = 0;
        for (int i = 0; i < shared.length; i++) {
            String host = hosts.get(i);
            Agent agent = cluster.agent(host);
            Snapshot counts = Answers.within(ANSWER_SECONDS, cluster.counts(host));
            if (counts.established() + counts.connecting() > 0) {
                throw new AgentException(
                        host + " holds connections already, which would be counted among the overlay's",
                        "connections stop all " + host);
            }
            if (server(host, Message.TakeServerStatus::new).running()) {
                throw new AgentException(
                        host + " runs the server: an overlay's nodes need it for themselves", "name other hosts");
            }
            before += shared[i];
            long until = all * before / nodes;
            long earlier = all * (before - shared[i]) / nodes;
            shares.put(host, new Share(host, agent, shared[i], until - earlier, counts));
        }
    }

    /** Has all nodes listen, and every host know all of them. */
    void listen() throws AgentException, InterruptedException {
        address();
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        for (Share share : shares.values()) {
            String bind = share.address.equals(LOOPBACK) ? LOOPBACK : ANY;
            List<Integer> ports = Collections.nCopies(Math.toIntExact(share.nodes), 0);
            share.listens = true;
            share.server =
                    server(share.host, id -> new Message.StartServer(id, new ServerSettings(bind, ports, BACKLOG, 1)));
            nodes.put(
                    share.host,
                    share.server.listeners().stream()
                            .map(node -> share.address + ":" + node.port())
                            .toList());
        }
        for (Share share : shares.values()) {
            List<String> others = nodes.entrySet().stream()
                    .filter(node -> share.nodes > 1 || !node.getKey().equals(share.host)) // none connects to itself
                    .flatMap(node -> node.getValue().stream())
                    .toList();
            configure(share, others);
        }
    }

    private void configure(Share share, List<String> targets) throws AgentException, InterruptedException {
        HostStatus status = cluster.status(share.host);
        Settings settings = new Settings(
                        targets,
                        status.config().source(),
                        status.config().client().interval().toMillis(),
                        status.config().client().timeout().toMillis(),
                        status.config().client().rate().perSecond())
                .withWorkers(status.config().workers().max());
        Answers.within(
                ANSWER_SECONDS, cluster.ask(share.host, id -> new Message.Configure(id, settings), Message.Done.class));
    }

    /** Where other hosts reach each one's nodes: all by loopback where they share a network. */
    private void address() throws AgentException, InterruptedException {
        Map<String, Facts> facts = new LinkedHashMap<>();
        for (String host : shares.keySet()) {
            facts.put(host, Answers.within(ANSWER_SECONDS, cluster.facts(host, Facts.Depth.LISTENERS)));
        }
        long networks = facts.values().stream()
                .map(one -> one.machine() + " " + one.network())
                .distinct()
                .count();
        boolean known = facts.values().stream().noneMatch(one -> one.network().isEmpty());
        for (Share share : shares.values()) {
            share.address = networks == 1 && known ? LOOPBACK : outside(cluster.status(share.host));
        }
    }

    private static String outside(HostStatus host) throws AgentException {
        if (!host.config().source().isEmpty()) {
            return host.config().source().get(0);
        }
        if (host.config().launch() instanceof Launch.Ssh ssh) {
            return ssh.address().host();
        }
        throw new AgentException(
                "at which address do other hosts reach " + host.name() + "? The hosts are not in one network",
                "source: in hosts.yaml gives it one");
    }

    /**
     * Begins to connect them as far as this step goes; the one before it is over.
     *
     * @param step 1 to {@code steps}
     */
    public void connect(long step, long steps) {
        for (Share share : shares.values()) {
            long more = share.wanted * step / steps - share.asked;
            share.earlier += share.soFar.established();
            share.asked += more;
            share.soFar = Opened.Host.none(more);
            if (more > 0) {
                Growth growth = new Growth(System::nanoTime, more);
                share.request = share.agent.open(new OpenRequest(more, null), opened -> heard(share, growth, opened));
            }
        }
    }

    /** On the thread that reads the agent's channel. */
    private void heard(Share share, Growth growth, Agent.Opened opened) {
        share.soFar = Opened.Host.of(opened);
        if (growth.heard(share.soFar).filter(stop -> stop == Growth.Stop.LIMIT).isPresent()) {
            stop(); // one node has met a limit: the overlay is as large as it gets
        }
    }

    /** Ends connecting where it is. */
    public void stop() {
        shares.values().forEach(share -> share.agent.stopOpening(share.request));
    }

    /** Waits for so long at most; whether all hosts have connected what they could in this step. */
    public boolean await(Duration atMost) throws InterruptedException {
        CompletableFuture<?>[] requests =
                shares.values().stream().map(share -> share.request).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(requests).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            for (Share share : shares.values()) {
                share.soFar = Opened.Host.of(share.request.join());
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // a host that was lost: what is seen then says so
        }
    }

    /** Connections that the hosts say they have established in all steps; nobody is asked. */
    public long established() {
        return shares.values().stream()
                .mapToLong(share -> share.earlier + share.soFar.established())
                .sum();
    }

    /** All that it is to have. */
    public long wanted() {
        return shares.values().stream().mapToLong(share -> share.wanted).sum();
    }

    /** Those of them that were asked for by now. */
    public long asked() {
        return shares.values().stream().mapToLong(share -> share.asked).sum();
    }

    /** Whether both ends have all connections that were asked for by now. */
    public boolean isComplete(Seen seen) {
        return agree(seen) && seen.connections == asked();
    }

    /** Both ends of all hosts, asked again until they agree, for seconds at most. */
    public Seen look() throws InterruptedException {
        long begin = System.nanoTime();
        Seen seen = ask();
        while (!isComplete(seen) && System.nanoTime() - begin < SETTLE_NANOS) {
            Thread.sleep(AGAIN_MILLIS);
            seen = ask();
        }
        return seen;
    }

    private static boolean agree(Seen seen) {
        return established(seen) == accepted(seen);
    }

    private static long established(Seen seen) {
        return seen.hosts.values().stream().mapToLong(Host::established).sum();
    }

    private static long accepted(Seen seen) {
        return seen.hosts.values().stream().mapToLong(Host::accepted).sum();
    }

    /** A host that does not answer keeps what was last heard of it. */
    private Seen ask() throws InterruptedException {
        Map<String, CompletableFuture<Snapshot>> counts = Answers.ask(shares.keySet(), cluster::counts);
        Map<String, CompletableFuture<ServerStatus>> servers = Answers.ask(
                shares.keySet(),
                host -> cluster.ask(host, Message.TakeServerStatus::new, Message.ServerStatusTaken.class)
                        .thenApply(Message.ServerStatusTaken::status));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        Answers.each(counts, end).done().forEach((host, now) -> share(host).now = now);
        Answers.each(servers, end).done().forEach((host, now) -> share(host).server = now);
        return seen();
    }

    private Share share(String host) {
        return Objects.requireNonNull(shares.get(host));
    }

    private Seen seen() {
        Map<String, Host> hosts = new LinkedHashMap<>();
        for (Share share : shares.values()) {
            SortedMap<String, Long> errors =
                    Reasons.sum(Reasons.difference(share.now.errors(), share.before.errors()), share.server.errors());
            hosts.put(
                    share.host,
                    new Host(
                            share.nodes,
                            share.wanted,
                            share.now.established(),
                            share.server.established(),
                            share.now.failed() - share.before.failed(),
                            share.now.lost() - share.before.lost(),
                            errors));
        }
        long nodes = shares.values().stream().mapToLong(share -> share.nodes).sum();
        Seen both = new Seen(nodes, 0, hosts);
        return new Seen(nodes, Math.min(established(both), accepted(both)), hosts);
    }

    private ServerStatus server(String host, Function<Long, Message> request)
            throws AgentException, InterruptedException {
        return Answers.within(Server.START_SECONDS, cluster.ask(host, request, Message.ServerStatusTaken.class))
                .status();
    }

    /** Closes all connections, then all nodes; hosts connect to the server again from then on. Within a minute. */
    @Override
    public void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        stop();
        // All clients first: a node that ends before the others' clients cuts their connections.
        each(share -> share.agent.stopOpening().thenCompose(done -> share.agent.close(Connscale.ALL)))
                .thenCompose(closed ->
                        each(share -> cluster.ask(share.host, Message.StopServer::new, Message.ServerStatusTaken.class)
                                .thenCompose(down -> cluster.change(share.host, same -> same))))
                .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Of all hosts on which something may listen; one that fails keeps the others from nothing. */
    private CompletableFuture<Void> each(Function<Share, CompletableFuture<?>> end) {
        return CompletableFuture.allOf(shares.values().stream()
                        .filter(share -> share.listens)
                        .map(end)
                        .toArray(CompletableFuture<?>[]::new))
                .exceptionally(failure -> null);
    }
}
