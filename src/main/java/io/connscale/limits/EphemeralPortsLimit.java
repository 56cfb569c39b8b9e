package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Routes;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A connection is (source address, source port, server address, server port), and no two are alike (tcp(7)): where the
 * sources and the server's ports are used up, connect(2) fails with {@code EADDRNOTAVAIL}.
 */
@AutoService(Limit.class)
public final class EphemeralPortsLimit implements Limit {
    private static final String NAME = "4-tuples";
    private static final String WIDEST = "1024 65535";
    private static final long MAX_PORTS = 65_535 - 1_024 + 1;
    private static final long MAX_SERVER_PORTS = 30_000;
    private static final String MORE_SOURCES = "more source addresses (source: in hosts.yaml)";

    @Override
    public List<Allowance> plan(Observation planned) {
        return Sources.pools(planned.hosts()).stream()
                .map(sources -> sources.allowance(planned.server()))
                .toList();
    }

    @Override
    public List<Finding> findings(End end) {
        List<Finding> findings = new ArrayList<>();
        if (end instanceof HostEnd host) {
            range(host).ifPresent(findings::add);
            if (end.now().get(Fact.TW_REUSE) == 0) {
                findings.add(new Finding(
                                Fact.TW_REUSE.setting(),
                                "0",
                                "opening again within 60 s of a close: the ports are in TIME-WAIT",
                                Finding.NO_NUMBER,
                                Remedy.sysctl(Fact.TW_REUSE, 1))
                        .with("enabled", 0L));
            }
        }
        return findings;
    }

    private static Optional<Finding> range(HostEnd host) {
        Facts now = host.now();
        long ports = now.ports();
        long at = ports * host.pairs();
        if (ports == Facts.UNKNOWN || at >= MemoryLimit.room(host)) {
            return Optional.empty();
        }
        boolean widest = ports >= MAX_PORTS;
        Finding finding = new Finding(
                        Fact.FIRST_PORT.setting(),
                        Words.portRange(now)
                                + (now.get(Fact.RESERVED_PORTS) > 0
                                        ? ", " + now.get(Fact.RESERVED_PORTS) + " reserved"
                                        : ""),
                        "connections from " + Words.many(host.pairs(), "pair")
                                + " of source and server port (EADDRNOTAVAIL)",
                        at,
                        widest
                                ? new Remedy(
                                        "more of the server's ports, or of the host's source, in hosts.yaml",
                                        "the same")
                                : widen())
                .with("ports", ports)
                .with("firstPort", now.get(Fact.FIRST_PORT))
                .with("lastPort", now.get(Fact.LAST_PORT));
        return Optional.of(widest ? finding.withoutRoot() : finding);
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.worst("connect EADDRNOTAVAIL", "connect EADDRINUSE").map(host -> {
            Facts now = host.now();
            List<String> sources = host.settings().sources();
            int more = sources.size() - 1;
            String source =
                    more < 0 ? "to " : "for " + sources.get(0) + (more > 0 ? " and " + more + " more" : "") + " → ";
            return new Cause(
                    Certainty.ERRNO,
                    host.count("connect EADDRNOTAVAIL", "connect EADDRINUSE"),
                    new Verdict(
                            "ports",
                            host,
                            host.stopped() + "no free port " + source + host.target() + " (ip_local_port_range "
                                    + Words.portRange(now) + ", " + Words.many(now.ports(), "port") + ", "
                                    + Words.number(now.get(Fact.TIME_WAIT)) + " in TIME-WAIT)",
                            waitFirst(now) + "Use " + fix("more of the server's ports", now, now.get(Fact.TIME_WAIT))));
        });
    }

    /** Where most ports are held by connections that were closed, they are free again by themselves. */
    private static String waitFirst(Facts now) {
        return now.ports() != Facts.UNKNOWN && now.get(Fact.TIME_WAIT) > now.ports() / 2
                ? "Most ports are in TIME-WAIT: try again after 60 s. "
                : "";
    }

    private static Remedy widen() {
        return Remedy.sysctl(Fact.FIRST_PORT, WIDEST);
    }

    /** In one line, of that only what can still be done. */
    private static String fix(String morePorts, Facts now, long timeWait) {
        return morePorts + ", " + MORE_SOURCES
                + (now.ports() < MAX_PORTS ? ", or a wider range: " + widen().now() : "")
                + (timeWait > 0 && now.get(Fact.TW_REUSE) != 1
                        ? ", or " + Remedy.sysctl(Fact.TW_REUSE, 1).now()
                        : "");
    }

    /**
     * Source addresses of one network namespace, and all the hosts that use any of them: they share what those allow.
     *
     * @param hosts each shares an address with another one of them
     */
    private record Sources(Set<String> addresses, List<HostEnd> hosts) {
        static List<Sources> pools(List<HostEnd> hosts) {
            List<Sources> pools = new ArrayList<>();
            for (HostEnd host : hosts) {
                Set<String> addresses = new HashSet<>(of(host));
                List<HostEnd> together = new ArrayList<>();
                List<Sources> apart = new ArrayList<>();
                for (Sources pool : pools) {
                    if (pool.shares(host)) {
                        addresses.addAll(pool.addresses);
                        together.addAll(pool.hosts);
                    } else {
                        apart.add(pool);
                    }
                }
                together.add(host);
                apart.add(new Sources(addresses, together));
                pools = apart;
            }
            return pools;
        }

        /** Where {@code hosts.yaml} gives none the kernel takes one, the same for all connections to the server. */
        private static Set<String> of(HostEnd host) {
            List<String> given = host.settings().sources();
            return given.isEmpty() ? Set.of("the kernel's choice") : Set.copyOf(given);
        }

        private boolean shares(HostEnd host) {
            return hosts.get(0).network().equals(host.network())
                    && of(host).stream().anyMatch(addresses::contains);
        }

        Allowance allowance(ServerEnd server) {
            Facts facts = hosts.stream()
                    .map(HostEnd::now)
                    .filter(now -> now.ports() != Facts.UNKNOWN)
                    .findFirst()
                    .orElse(Facts.NONE);
            long wanted = hosts.stream().mapToLong(HostEnd::wanted).sum();
            List<End> where = List.copyOf(hosts);
            long ports = facts.ports();
            if (ports == Facts.UNKNOWN) {
                return Allowance.unread(NAME, Allowance.Scope.SOURCES, where, wanted, Fact.FIRST_PORT.setting());
            }
            long held =
                    hosts.stream().mapToLong(host -> host.processes().held()).sum();
            int serverPorts = hosts.get(0).settings().targets().size();
            Taken taken = taken();
            Set<String> usable = new HashSet<>(addresses);
            usable.removeAll(taken.unusable.keySet());
            long sources = usable.size();
            long others = Math.max(0, taken.connected - held); // connections of other programs
            long free = Math.max(0, ports - taken.listening);
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("sources", sources);
            numbers.put("serverPorts", serverPorts);
            numbers.put("ports", ports);
            numbers.put("held", held);
            numbers.put("listening", taken.listening);
            numbers.put("ofOthers", others);
            numbers.put("timeWait", taken.timeWait);
            numbers.put("unusable", taken.unusable);
            return new Allowance(
                    NAME,
                    Allowance.Scope.SOURCES,
                    where,
                    wanted,
                    Math.max(0, sources * serverPorts * free - held - others - taken.timeWait),
                    Words.many(sources, "source") + " × " + Words.many(serverPorts, "server port") + " × "
                            + ofPorts(ports, taken.listening)
                            + less(held, "open already")
                            + less(others, "of other programs")
                            + less(taken.timeWait, "in TIME-WAIT")
                            + taken.unusableText(),
                    numbers,
                    sources == 0
                            ? "write an address of this host as its source: in hosts.yaml, or none: ip address shows them"
                            : fix(
                                    morePorts(server, wanted + held, sources * free, serverPorts),
                                    facts,
                                    taken.timeWait));
        }

        private static String ofPorts(long ports, long listening) {
            return listening == 0
                    ? Words.many(ports, "port")
                    : "(" + Words.many(ports, "port") + less(listening, "that somebody listens on") + ")";
        }

        private static String less(long n, String why) {
            return n == 0 ? "" : " − " + Words.number(n) + " " + why;
        }

        private static String morePorts(ServerEnd server, long connections, long each, int serverPorts) {
            long enough = each <= 0 ? serverPorts : (connections + each - 1) / each;
            return enough > serverPorts && enough <= MAX_SERVER_PORTS
                    ? (server.isTarget() ? "target" : "server") + ": {ports: …} with " + Words.many(enough, "port")
                    : "more of the server's ports";
        }

        /** Of all together: hosts with the same sources tell of the same connections. */
        private Taken taken() {
            Map<Set<String>, Taken> bySources = new HashMap<>();
            SortedMap<String, String> unusable = new TreeMap<>();
            for (HostEnd host : hosts) {
                Taken here = Taken.of(host.now());
                bySources.merge(of(host), here, (a, b) -> a.connected >= b.connected ? a : b);
                unusable.putAll(here.unusable);
            }
            return new Taken(
                    bySources.values().stream()
                            .mapToLong(Taken::listening)
                            .max()
                            .orElse(0),
                    bySources.values().stream().mapToLong(Taken::connected).sum(),
                    bySources.values().stream().mapToLong(Taken::timeWait).sum(),
                    unusable);
        }
    }

    /**
     * What of a host's ports is not to be had, and which of its sources. What could not be counted is not taken off.
     *
     * @param listening ports of the range that somebody listens on: the kernel gives none of these out, whatever the address
     * @param connected connections from this host's sources to the server's ports, its own among them
     * @param timeWait closed ones of these that still hold their port
     * @param unusable by source address, why nothing can come from there
     */
    private record Taken(long listening, long connected, long timeWait, SortedMap<String, String> unusable) {
        static Taken of(Facts facts) {
            long first = facts.get(Fact.FIRST_PORT);
            long last = facts.get(Fact.LAST_PORT);
            List<AcceptQueue> queues = facts.listening();
            long listening = (queues == null ? List.<AcceptQueue>of() : queues)
                    .stream()
                            .mapToInt(AcceptQueue::port)
                            .filter(port -> port >= first && port <= last)
                            .distinct()
                            .count();
            Routes routes = facts.routes();
            return routes == null
                    ? new Taken(listening, 0, 0, new TreeMap<>())
                    : new Taken(
                            listening,
                            Math.max(0, routes.connected()),
                            Math.max(0, routes.timeWait()),
                            routes.unusable());
        }

        /** {@code ; source 10.0.0.9 is no address of this host, and 3 more} */
        String unusableText() {
            if (unusable.isEmpty()) {
                return "";
            }
            int more = unusable.size() - 1;
            String first = unusable.firstKey();
            return "; source " + first + " " + unusable.get(first) + (more == 0 ? "" : ", and " + more + " more");
        }
    }
}
