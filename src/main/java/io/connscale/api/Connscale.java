package io.connscale.api;

import io.connscale.cluster.State;
import io.connscale.cluster.config.ClientConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Closed;
import io.connscale.control.OpenRequest;
import io.connscale.control.Rate;
import io.connscale.control.ServerStatus;
import io.connscale.diagnosis.BothEnds;
import io.connscale.limits.Verdict;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The server and the hosts of one {@code hosts.yaml}, as a program drives them:
 *
 * <pre>{@code
 * try (var scale = Connscale.open(Path.of("hosts.yaml"))) {
 *     var client1 = scale.start("client1");
 *     var opened = client1.open(10_000);
 *     System.out.println(opened.verdict());
 *     System.out.println(scale.count() + " " + scale.stats().roundTrip().p99());
 *     client1.close(5);
 * }
 * }</pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // whether stopping worked, the open request tells
public final class Connscale implements AutoCloseable {
    /** For what is answered at once by all that are alive. */
    private static final long SECONDS = 30;

    private final Parts parts;

    private Connscale(Parts parts) {
        this.parts = parts;
    }

    /** Reads the file and starts the server, unless the file says {@code autostart: false} or {@code target:}; no agent runs yet. */
    public static Connscale open(Path hostsFile) {
        return open(hostsFile, User.NOBODY);
    }

    /**
     * As above.
     *
     * @param user is told of what happens meanwhile
     */
    public static Connscale open(Path hostsFile, User user) {
        Parts parts;
        try {
            parts = Parts.of(HostsFile.read(hostsFile), user);
        } catch (HostsFileException e) {
            throw new ConnscaleException(String.valueOf(e.getMessage()), "");
        }
        Connscale scale = new Connscale(parts);
        try {
            Optional<AgentException> failure = waiting(parts::autostart);
            if (failure.isPresent()) {
                throw ConnscaleException.of(failure.get());
            }
            return scale;
        } catch (ConnscaleException e) {
            scale.close();
            throw e;
        }
    }

    /** A view of what the console runs; closing it is the console's. */
    public static Connscale of(Parts parts) {
        return new Connscale(parts);
    }

    /** The hosts of the file, in its order. */
    public List<String> hosts() {
        return parts.cluster().names();
    }

    /** Where the server listens; empty where it does not run. */
    public List<Integer> serverPorts() {
        return waiting(() -> parts.server().status()).listeners().stream()
                .map(ServerStatus.Listener::port)
                .toList();
    }

    /** Launches the agent there and waits until it is ready; one that is ready already stays. */
    public Client start(String host) {
        if (parts.cluster().status(known(host)).state() != State.READY) {
            answer(parts.cluster().start(host)); // each step of a start is bounded by itself
        }
        return new Client(this, host);
    }

    /** The host whose agent was started before. */
    public Client client(String host) {
        agent(known(host));
        return new Client(this, host);
    }

    private String known(String host) {
        if (!hosts().contains(host)) {
            throw new ConnscaleException("no host " + host, "hosts are " + String.join(", ", hosts()));
        }
        return host;
    }

    private Agent agent(String host) {
        try {
            return Objects.requireNonNull(
                    parts.cluster().agents(List.of(host)).members().get(host));
        } catch (AgentException e) {
            throw ConnscaleException.of(e);
        }
    }

    Opened open(String host, long count, long perSecond) {
        Agent agent = agent(host);
        OpenRequest request = new OpenRequest(count, perSecond == 0 ? null : new Rate(perSecond));
        return waiting(() -> {
            parts.server().makeRoom(count);
            parts.diagnostics().begin(List.of(host));
            CompletableFuture<io.connscale.control.Opened> opening = agent.open(request, progress -> {});
            try {
                io.connscale.control.Opened opened = opening.get(); // the agent bounds it from progress to progress
                Optional<Verdict> verdict = parts.diagnostics().verdict(List.of(host));
                return Opened.of(opened, verdict);
            } catch (InterruptedException e) {
                agent.stopOpening(opening);
                throw e;
            }
        });
    }

    long close(String host, long count) {
        Closed closed = answer(agent(host).close(count));
        return closed.closed();
    }

    Count.Host counts(String host) {
        return host(within(parts.cluster().counts(host)));
    }

    private static Count.Host host(Snapshot counts) {
        return new Count.Host(counts.established(), counts.connecting(), counts.failed(), counts.lost());
    }

    Stats stats(String host) {
        return Stats.of(within(parts.cluster().statistics(host)));
    }

    void pings(String host, Duration interval, Duration timeout) {
        within(parts.cluster().change(host, now -> new ClientConfig(interval, timeout, now.rate())));
    }

    void stop(String host) {
        answer(parts.cluster().stop(host));
    }

    /** Connections at the server and at each host that has, or had, an agent; both ends asked at the same moment. */
    public Count count() {
        return waiting(() -> {
            BothEnds ends = BothEnds.settled(
                    parts.cluster(), parts.server(), parts.cluster().counting());
            Optional<AgentException> silent =
                    ends.hosts().failed().values().stream().findFirst();
            if (silent.isPresent()) {
                throw silent.get();
            }
            Map<String, Count.Host> hosts = new LinkedHashMap<>();
            ends.hosts().done().forEach((name, counts) -> hosts.put(name, host(counts)));
            Long difference = ends.difference();
            String explanation = ends.differ() && difference != null
                    ? parts.diagnostics().difference(difference).text()
                    : ends.incomparable().orElse("");
            return new Count(known(ends.atServer()), hosts, known(difference), explanation);
        });
    }

    private static OptionalLong known(@Nullable Long count) {
        return count == null ? OptionalLong.empty() : OptionalLong.of(count);
    }

    /** What all agents have counted and timed since they were started. */
    public Stats stats() {
        Map<String, CompletableFuture<Statistics>> asked = new LinkedHashMap<>();
        parts.cluster()
                .counting()
                .forEach(name -> asked.put(name, parts.cluster().statistics(name)));
        return Stats.of(asked.values().stream().map(Connscale::within).reduce(Statistics.NONE, Statistics::plus));
    }

    /** Ends the agents and the server; within seconds. */
    @Override
    public void close() {
        parts.close();
    }

    private interface Blocking<T> {
        T call() throws AgentException, ExecutionException, InterruptedException;
    }

    private static <T> T waiting(Blocking<T> call) {
        try {
            return call.call();
        } catch (AgentException | ExecutionException e) {
            throw ConnscaleException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnscaleException("interrupted", "");
        }
    }

    private static <T> T answer(CompletableFuture<T> asked) {
        return waiting(asked::get);
    }

    private static <T> T within(CompletableFuture<T> asked) {
        return waiting(() -> Answers.within(
                SECONDS, asked, () -> new AgentException("no answer within " + SECONDS + " s", "hosts shows states")));
    }
}
