package io.connscale.kernel.plan;

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
 * @param limits in no order of weight; one that is unknown is not among them
 */
public record Plan(long wanted, List<Limit> limits) {
    /** What the server's end is called among the hosts. */
    public static final String SERVER = "server";

    /** Connections; more than any limit is asked for. */
    static final long MOST = 1_000_000_000_000L;

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
            if (pool.ports() != Facts.UNKNOWN) {
                limits.add(pool.limit(serverPorts));
            }
        }
        for (End end : ends) {
            if (end.processes().files() != Facts.UNKNOWN) {
                limits.add(new ProcessFiles(List.of(end.name()), end.wanted(), end.processes()));
            }
        }
        by(ends, end -> end.machine().id()).forEach(here -> limits.addAll(machine(here)));
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
        if (machine.files() != Facts.UNKNOWN) {
            double each = wanted == 0 ? 1 : (double) sockets(here) / wanted;
            limits.add(new MachineFiles(where, wanted, machine.files(), each));
        }
        if (machine.memory() != Facts.UNKNOWN) {
            limits.add(new Memory(where, wanted, machine.memory(), shares));
        }
        if (machine.tasks() != Facts.UNKNOWN) {
            limits.add(new Tasks(where, wanted, machine.tasks(), shares));
        }
        return limits;
    }

    private static List<Limit> network(List<End> here) {
        Network network = here.get(0).network();
        return network.trackedMost() == Facts.UNKNOWN
                ? List.of()
                : List.of(new Tracked(names(here), connections(here), network.trackedMost(), network.tracked()));
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

    /** A memory that would be used up, as far as the other limits let it come to that. */
    public Optional<Memory> exhausted() {
        return limits.stream()
                .filter(Memory.class::isInstance)
                .map(Memory.class::cast)
                .filter(memory -> memory.needs(this::most) > memory.available())
                .findFirst();
    }

    /** The most connections that this end can come to have by all limits but memory; the server's are those of every client. */
    private long most(String end) {
        return limits.stream()
                .filter(limit -> !(limit instanceof Memory))
                .filter(limit -> limit.where().contains(end) || limit.where().contains(SERVER))
                .mapToLong(Limit::allows)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
