package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.ServerEnd.State.RUNNING;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Finding;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Observations as tests need them: of the kernel only what they say is known. */
public final class Given {
    private Given() {}

    static final Facts RANGE = with(with(nothing(), Fact.FIRST_PORT, 32_768), Fact.LAST_PORT, 60_999);

    static final Facts CALM = with(with(nothing(), Fact.LISTEN_OVERFLOWS, 7), Fact.RETRANSMITS, 7);

    private static final String TARGET = "127.0.0.1:8989";
    /** A process of a host or of the server: so many descriptors are its own. */
    static final long OWN = 40;

    // What is seen of connections: one host, one server.

    static Observation evidence(Statistics seen, ServerEnd server) {
        return evidence(client(seen, "127.0.0.2", TARGET, CALM, CALM), server);
    }

    static Observation evidence(HostEnd host, ServerEnd server) {
        return new Observation(List.of(host), server, 0);
    }

    static ServerEnd server(ServerEnd.State state, Map<String, Long> errors, Facts now) {
        return server(state, errors, CALM, now, "127.0.0.1");
    }

    static ServerEnd server(ServerEnd.State state, Map<String, Long> errors, Facts before, Facts now, String bound) {
        List<String> addresses = state == RUNNING ? List.of(bound) : List.of();
        return new ServerEnd(
                state,
                ServerEnd.HERE,
                new ServerEnd.Listening(
                        addresses, List.of(8989), 8, 8, List.of("127.0.0.1"), Facts.UNKNOWN, List.of(), false),
                0,
                Processes.NONE,
                183,
                50,
                new TreeMap<>(errors),
                before,
                now);
    }

    /** Whose own sockets tell what they dropped. */
    static ServerEnd dropping(long drops, ServerEnd server) {
        ServerEnd.Listening of = server.listening();
        return new ServerEnd(
                server.state(),
                server.place(),
                new ServerEnd.Listening(
                        of.bound(),
                        of.ports(),
                        of.backlogAsked(),
                        of.backlog(),
                        of.targets(),
                        drops,
                        of.pids(),
                        of.tls()),
                server.wanted(),
                server.processes(),
                server.established(),
                server.pings(),
                server.errors(),
                server.before(),
                server.now());
    }

    static Observation seen(Map<String, Long> errors, Facts now, ServerEnd server, long unaccepted) {
        return evidence(errors, 0, CALM, now, server, unaccepted);
    }

    static Observation evidence(
            Map<String, Long> errors, long skipped, Facts before, Facts now, ServerEnd server, long unaccepted) {
        return new Observation(
                List.of(client(statistics(errors, skipped), "127.0.0.2", TARGET, before, now)), server, unaccepted);
    }

    static Statistics statistics(Map<String, Long> errors, long skipped) {
        return Statistics.of(new Snapshot(28_232, 0, 0, 0, 0, 10_000, 0, skipped, new TreeMap<>(errors)));
    }

    static HostEnd client(Statistics seen, String source, String target, Facts before, Facts now) {
        Distribution connects = seen.times().connect().count() == 0
                ? connects(100)
                : seen.times().connect();
        return client(seen, connects, source, target, before, now);
    }

    static HostEnd client(
            Statistics seen, Distribution connects, String source, String target, Facts before, Facts now) {
        return new HostEnd(
                "client1",
                new HostEnd.Settings(List.of(source), List.of(target), 2_000, 5_000, false),
                0,
                Processes.NONE,
                seen,
                connects,
                before,
                now);
    }

    static Distribution connects(long micros) {
        LoopStatistics recorded = new LoopStatistics();
        recorded.connected(micros * 1_000);
        return recorded.times().connect();
    }

    static Verdict verdict(Map<String, Long> errors, Facts now, ServerEnd server, long unaccepted) {
        return verdict(seen(errors, now, server, unaccepted));
    }

    static Verdict verdict(Observation seen) {
        return Catalogue.ALL.verdict(seen).orElseThrow();
    }

    // What is planned.

    /** A host that wants so many more, of one process of 20,000 connections; and its machine. */
    public static HostEnd host(String name, long wanted, Facts now, String... sources) {
        return host(name, wanted, processes(20_000, 1), now, sources);
    }

    public static HostEnd host(String name, long wanted, Processes processes, Facts now, String... sources) {
        return new HostEnd(
                name,
                new HostEnd.Settings(List.of(sources), List.of(TARGET), 5_000, 5_000, false),
                wanted,
                processes,
                Statistics.NONE,
                Distribution.NONE,
                Facts.NONE,
                now);
    }

    /** The same, to a server of so many ports. */
    static HostEnd toPorts(int ports, HostEnd host) {
        List<String> targets = java.util.stream.IntStream.range(0, ports)
                .mapToObj(port -> "127.0.0.1:" + (8989 + port))
                .toList();
        return new HostEnd(
                host.name(),
                new HostEnd.Settings(host.settings().sources(), targets, 5_000, 5_000, false),
                host.wanted(),
                host.processes(),
                host.seen(),
                host.connects(),
                host.before(),
                host.now());
    }

    /** The same, over TLS. */
    static HostEnd overTls(HostEnd host) {
        HostEnd.Settings of = host.settings();
        return new HostEnd(
                host.name(),
                new HostEnd.Settings(of.sources(), of.targets(), of.timeoutMillis(), of.perSecond(), true),
                host.wanted(),
                host.processes(),
                host.seen(),
                host.connects(),
                host.before(),
                host.now());
    }

    /** So many processes, each with room for so many connections. */
    public static Processes processes(long each, int max) {
        return new Processes(each + OWN, max, 1, 0, OWN);
    }

    public static ServerEnd serverOf(long wanted, Facts now) {
        return serverOf(wanted, processes(1_000_000, 1), now);
    }

    public static ServerEnd serverOf(long wanted, Processes processes, Facts now) {
        return new ServerEnd(
                RUNNING,
                ServerEnd.HERE,
                new ServerEnd.Listening(
                        List.of("127.0.0.1"),
                        List.of(8989),
                        1024,
                        1024,
                        List.of("127.0.0.1"),
                        Facts.UNKNOWN,
                        List.of(),
                        false),
                wanted,
                processes,
                0,
                0,
                new TreeMap<>(),
                Facts.NONE,
                now);
    }

    /** Of whose machine nothing is known, so that it takes no part. */
    static ServerEnd nowhere() {
        return serverOf(0, Facts.NONE);
    }

    public static Plan plan(ServerEnd server, HostEnd... hosts) {
        return Catalogue.ALL.plan(new Observation(List.of(hosts), server, 0));
    }

    /** The rows of a limit: {@code a,b 10000}. */
    static List<String> rows(Plan plan, String limit) {
        return plan.allowances().stream()
                .filter(row -> row.limit().equals(limit))
                .map(row -> String.join(",", row.where().stream().map(End::name).toList()) + " "
                        + (row.known() ? row.allows() : "unknown"))
                .toList();
    }

    static Allowance row(Plan plan, String limit) {
        return plan.allowances().stream()
                .filter(row -> row.limit().equals(limit))
                .findFirst()
                .orElseThrow();
    }

    static Finding finding(End end, String limit) {
        return Catalogue.ALL.findings(end).stream()
                .filter(finding -> finding.limit().equals(limit))
                .findFirst()
                .orElseThrow();
    }

    /** What a limit alone has to say of an end. */
    static List<String> findings(Limit limit, End end) {
        return limit.findings(end).stream().map(Finding::limit).toList();
    }

    /** Facts of this machine and network. */
    public static Facts at(String machine, String network, Facts facts) {
        return new Facts(
                facts.values(), facts.listening(), machine, network, facts.clock(), facts.groups(), facts.routes());
    }

    static Facts inGroup(Facts facts, String resource, String path) {
        TreeMap<String, Facts.Group> groups = new TreeMap<>(facts.groups());
        groups.put(resource, new Facts.Group(path, path));
        return new Facts(
                facts.values(),
                facts.listening(),
                facts.machine(),
                facts.network(),
                facts.clock(),
                groups,
                facts.routes());
    }

    static Facts facts(Map<Fact, Long> values) {
        Facts facts = nothing();
        for (Map.Entry<Fact, Long> one : values.entrySet()) {
            facts = with(facts, one.getKey(), one.getValue());
        }
        return facts;
    }
}
