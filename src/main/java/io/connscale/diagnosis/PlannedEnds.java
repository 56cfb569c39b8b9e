package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.State;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Rate;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.kernel.formula.Formula;
import io.connscale.kernel.formula.Overlay;
import io.connscale.kernel.plan.Costs;
import io.connscale.kernel.plan.End;
import io.connscale.kernel.plan.Machine;
import io.connscale.kernel.plan.Network;
import io.connscale.kernel.plan.Plan;
import io.connscale.kernel.plan.Pool;
import io.connscale.kernel.plan.Processes;
import io.connscale.kernel.plan.Processes.Base;
import io.connscale.kernel.plan.SynQueue;
import io.connscale.kernel.plan.Taken;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of planned connections as the plan's arithmetic takes them: told by the agents, or read here. */
public final class PlannedEnds {
    /** How long opening may be held up by a host that does not tell its limits. */
    private static final long MAX_SECONDS = 1;

    /** The transport with which a server is one process: several can't share a port. */
    private static final String NO_SHARED_PORTS = "nio";

    /** Longer than any agent needs that is still there. */
    private static final long ANSWER_SECONDS = 30;

    private final Cluster cluster;
    private final Server server;

    public PlannedEnds(Cluster cluster, Server server) {
        this.cluster = cluster;
        this.server = server;
    }

    /**
     * The plan for so many more connections.
     *
     * @param wanted by host
     * @throws AgentException where a host is neither started nor this machine, or does not answer
     */
    public Plan plan(Map<String, Long> wanted) throws AgentException, InterruptedException {
        return plan(wanted, facts(wanted.keySet()), server(sum(wanted)));
    }

    /** The same as far as it is known within a second: a host that does not tell its limits has none. */
    Plan planOfWhatIsKnown(Map<String, Long> wanted) throws InterruptedException {
        try {
            Map<String, Facts> facts =
                    Answers.each(ask(wanted.keySet(), false), in(MAX_SECONDS)).done();
            return plan(wanted, facts, server(sum(wanted)));
        } catch (AgentException e) {
            return new Plan(sum(wanted), List.of());
        }
    }

    private static long in(long seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    private static long sum(Map<String, Long> wanted) {
        return wanted.values().stream().mapToLong(Long::longValue).sum();
    }

    private Plan plan(Map<String, Long> wanted, Map<String, Facts> facts, Optional<End> server) {
        List<End> clients = new ArrayList<>();
        wanted.forEach((name, count) ->
                clients.add(client(cluster.status(name), count, facts.getOrDefault(name, Facts.NONE))));
        return Plan.of(clients, server, cluster.targets().size());
    }

    private Map<String, Facts> facts(Collection<String> names) throws AgentException, InterruptedException {
        Answers.Each<Facts> answers = Answers.each(ask(names, true), in(ANSWER_SECONDS));
        for (AgentException failure : answers.failed().values()) {
            throw failure;
        }
        return answers.done();
    }

    /**
     * What the kernel says where each of these hosts is.
     *
     * @param routes whether the way to the server is looked at, too, which takes longer
     */
    private Map<String, CompletableFuture<Facts>> ask(Collection<String> names, boolean routes) throws AgentException {
        Map<String, CompletableFuture<Facts>> asked = new LinkedHashMap<>();
        for (String name : names) {
            asked.put(name, facts(cluster.status(name), routes));
        }
        return asked;
    }

    private CompletableFuture<Facts> facts(HostStatus host, boolean routes) throws AgentException {
        if (host.state() == State.READY) {
            return routes ? cluster.factsWithRoutes(host.name()) : cluster.facts(host.name(), false);
        }
        if (host.config().launch() instanceof Launch.Local) {
            FactsReader here = new FactsReader();
            return CompletableFuture.completedFuture(
                    routes ? here.read(cluster.targets(), host.config().source()) : here.read());
        }
        throw new AgentException(
                host.name() + " is not started: its limits are not known", "start " + host.name() + " first");
    }

    private static End client(HostStatus host, long wanted, Facts facts) {
        int max = max(host.config().workers());
        long held = host.counts().established();
        Base own = own(facts, max, host.workers() == 1 ? held : Facts.UNKNOWN);
        return new End(
                host.name(),
                wanted,
                sources(host),
                Costs.SOCKET + Costs.IN_AGENT,
                new Processes(files(facts), max, host.workers(), held, own),
                Machine.of(facts, host.name()),
                Network.of(facts, host.name()),
                Pool.of(facts, host.name()),
                Taken.of(facts));
    }

    private static int max(Workers workers) {
        return workers.auto() ? Workers.MAX : workers.max();
    }

    /** Where {@code hosts.yaml} gives none the kernel takes one, the same for all connections to the server. */
    private static Set<String> sources(HostStatus host) {
        List<String> given = host.config().source();
        return given.isEmpty() ? Set.of("the kernel's choice") : Set.copyOf(given);
    }

    /** An agent and the console raise the soft limit to the hard one. */
    private static long files(Facts facts) {
        return facts.get(Fact.HARD_FILES);
    }

    /**
     * What one of the processes needs beside its connections.
     *
     * @param held connections of the process that told {@code facts}; unknown where it tells nothing of them
     */
    private static Base own(Facts facts, int max, long held) {
        Base process = Costs.PROCESS;
        boolean told = held != Facts.UNKNOWN && facts.get(Fact.OPEN_FILES) > held;
        long open = told ? facts.get(Fact.OPEN_FILES) - held : process.files();
        return new Base(max == 1 ? open : process.files() + Costs.RESERVE, process.threads(), process.bytes());
    }

    /** The server, running or to be started; it has all the connections. Empty where nothing is known of its machine. */
    private Optional<End> server(long wanted) throws AgentException, InterruptedException {
        ServerStatus status = server.status();
        Facts facts = server.facts(false);
        String host = server instanceof RemoteServer remote ? remote.host() : Plan.SERVER;
        long held = status.established();
        boolean shared = !status.transport().equals(NO_SHARED_PORTS);
        int max = shared ? max(cluster.serverWorkers()) : 1;
        int running = Math.max(1, status.processes().size());
        Base own = own(facts, max, held);
        return facts.equals(Facts.NONE)
                ? Optional.empty()
                : Optional.of(new End(
                        Plan.SERVER,
                        wanted,
                        Set.of(),
                        Costs.SOCKET + Costs.IN_SERVER,
                        new Processes(files(facts), max, running, held, own),
                        Machine.of(facts, host),
                        Network.of(facts, host),
                        Pool.of(facts, host),
                        Taken.NOTHING));
    }

    /** The server's SYN queue at the rate of these hosts; empty where it has cookies, or nothing is known of it. */
    public Optional<SynQueue> synQueue(List<String> names) throws AgentException, InterruptedException {
        ServerStatus status = server.status();
        Facts facts = server.facts(false);
        long backlog = status.listeners().stream()
                .mapToLong(ServerStatus.Listener::backlogGiven)
                .max()
                .orElse(facts.get(Fact.SOMAXCONN));
        long sockets =
                (long) cluster.targets().size() * Math.max(1, status.processes().size());
        // Where there are cookies nobody is asked.
        return SynQueue.of(facts, backlog, sockets, Facts.UNLIMITED, Facts.UNKNOWN)
                        .isPresent()
                ? SynQueue.of(facts, backlog, sockets, rate(names), roundTripMillis(names))
                : Optional.empty();
    }

    private long rate(List<String> names) {
        long sum = 0;
        for (String name : names) {
            Rate rate = cluster.status(name).config().client().rate();
            if (rate.unlimited()) {
                return Facts.UNLIMITED;
            }
            sum += rate.perSecond();
        }
        return sum;
    }

    /** Of the slowest path; unknown where one of them is. */
    private double roundTripMillis(List<String> names) throws InterruptedException {
        Map<String, CompletableFuture<Statistics>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, cluster.statistics(name)));
        double slowest = 0;
        Map<String, Statistics> answers = Answers.each(asked, in(MAX_SECONDS)).done();
        for (String name : names) {
            Statistics known = answers.getOrDefault(name, Statistics.NONE);
            double millis = known.roundTripMillis(known.times().connect());
            if (millis == Facts.UNKNOWN) {
                return Facts.UNKNOWN;
            }
            slowest = Math.max(slowest, millis);
        }
        return slowest;
    }

    /** How large an overlay may get whose nodes are such hosts, by their files and by their ports. */
    public List<Overlay> overlays(Formula formula, List<String> names) throws AgentException, InterruptedException {
        List<Overlay> overlays = new ArrayList<>();
        facts(names).forEach((name, facts) -> {
            if (files(facts) != Facts.UNKNOWN) {
                overlays.add(Overlay.of(formula, name, "files", files(facts)));
            }
            if (facts.ports() != Facts.UNKNOWN) {
                overlays.add(Overlay.of(formula, name, "ports", facts.ports()));
            }
        });
        if (overlays.isEmpty()) {
            throw new AgentException("no limit of these hosts is known", "give one: --files 1024");
        }
        return overlays;
    }
}
