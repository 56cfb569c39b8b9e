package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Will so many more connections fit: each limit that they meet, with how many it allows.
 *
 * @param wanted connections in all
 * @param limits in no order of weight; what could not be read is among them as {@link Unread}
 */
public record Plan(long wanted, List<Limit> limits) {
    /** What the server's end is called among the hosts. */
    public static final String SERVER = "server";

    /** Connections; more than any limit is asked for. */
    static final long MAX = 1_000_000_000_000L;

    public Plan {
        limits = List.copyOf(limits);
    }

    /**
     * The plan for these ends.
     *
     * @param clients the hosts' agents
     * @param server the one that they all connect to; empty where it is nothing of ours
     * @param serverPorts how many ports it listens on
     */
    public static Plan of(List<End> clients, Optional<End> server, int serverPorts) {
        List<End> ends = new ArrayList<>(clients);
        server.ifPresent(ends::add);
        List<Limit> limits = new ArrayList<>();
        for (Sources pool : Sources.pools(clients)) {
            Tuples tuples = pool.limit(serverPorts);
            limits.add(
                    tuples.ports() == Facts.UNKNOWN
                            ? new Unread(tuples.name(), tuples.where(), tuples.wanted(), Fact.FIRST_PORT.setting())
                            : tuples);
        }
        for (End end : ends) {
            ProcessFiles files = new ProcessFiles(List.of(end.name()), end.wanted(), end.processes());
            limits.add(
                    end.processes().files() == Facts.UNKNOWN
                            ? new Unread(files.name(), files.where(), end.wanted(), "/proc/self/limits")
                            : files);
        }
        by(ends, end -> end.machine().id()).forEach(here -> limits.addAll(machine(here)));
        limits.addAll(pools(ends));
        by(ends, end -> end.network().id()).forEach(here -> limits.addAll(network(here)));
        return new Plan(clients.stream().mapToLong(End::wanted).sum(), limits);
    }

    private static List<List<End>> by(List<End> ends, Function<End, String> id) {
        Map<String, List<End>> groups = new LinkedHashMap<>();
        ends.forEach(end ->
                groups.computeIfAbsent(id.apply(end), k -> new ArrayList<>()).add(end));
        return List.copyOf(groups.values());
    }

    private static List<Limit> machine(List<End> here) {
        Machine machine = here.get(0).machine();
        List<String> where = names(here);
        long wanted = connections(here);
        List<Share> shares = here.stream().map(End::share).toList();
        List<Limit> limits = new ArrayList<>();
        double each = wanted == 0 ? 1 : (double) sockets(here) / wanted;
        limits.add(
                machine.files() == Facts.UNKNOWN
                        ? new Unread(MachineFiles.NAME, where, wanted, Fact.MAX_FILES.setting())
                        : new MachineFiles(where, wanted, machine.files(), each));
        limits.add(
                machine.memory() == Facts.UNKNOWN
                        ? new Unread(Memory.NAME, where, wanted, "/proc/meminfo")
                        : Memory.ofMachine(where, wanted, machine.memory(), shares));
        limits.add(
                machine.tasks() == Facts.UNKNOWN
                        ? new Unread(Tasks.NAME, where, wanted, Fact.THREADS_MAX.setting())
                        : Tasks.ofMachine(where, wanted, machine.tasks(), shares));
        return limits;
    }

    /** Of each control group and each user, for the ends that are in it. */
    private static List<Limit> pools(List<End> ends) {
        Map<String, Pool> pools = new LinkedHashMap<>();
        ends.forEach(end -> end.pools().forEach(pool -> pools.putIfAbsent(pool.id(), pool)));
        List<Limit> limits = new ArrayList<>();
        pools.forEach((id, pool) -> {
            List<End> here = ends.stream()
                    .filter(end ->
                            end.pools().stream().anyMatch(other -> other.id().equals(id)))
                    .toList();
            List<Share> shares = here.stream().map(End::share).toList();
            limits.add(
                    pool.resource() == Pool.Resource.MEMORY
                            ? Memory.of(pool, names(here), connections(here), shares)
                            : Tasks.of(pool, names(here), connections(here), shares));
        });
        return limits;
    }

    private static List<Limit> network(List<End> here) {
        Network network = here.get(0).network();
        return network.trackedMax() == Facts.UNKNOWN
                ? List.of()
                : List.of(new Tracked(names(here), connections(here), network.trackedMax(), network.tracked()));
    }

    /** Where the server is one of them it has every connection of all of them. */
    private static long connections(List<End> here) {
        long ofServer = here.stream().filter(End::server).mapToLong(End::wanted).sum();
        return ofServer > 0 ? ofServer : sockets(here);
    }

    private static long sockets(List<End> here) {
        return here.stream().mapToLong(End::wanted).sum();
    }

    static List<String> names(List<End> here) {
        return here.stream().map(End::name).toList();
    }

    /** The limit that is met first, by how much of what is asked of it it allows; empty where all fit. */
    public Optional<Limit> first() {
        return limits.stream().filter(limit -> limit.part() < 1).min(Comparator.comparingDouble(Limit::part));
    }

    /** The limits that could not be read. */
    public List<Limit> unknown() {
        return limits.stream().filter(limit -> !limit.known()).toList();
    }

    /** A memory that would be used up, as far as the other limits let it come to that. */
    public Optional<Memory> exhausted() {
        return limits.stream()
                .filter(Memory.class::isInstance)
                .map(Memory.class::cast)
                .filter(memory -> memory.needs(this::max) > memory.available())
                .findFirst();
    }

    /** The most connections that this end can come to have by all limits but memory; the server's are those of every client. */
    private long max(String end) {
        return limits.stream()
                .filter(limit -> !(limit instanceof Memory))
                .filter(limit -> limit.where().contains(end) || limit.where().contains(SERVER))
                .mapToLong(Limit::allows)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
