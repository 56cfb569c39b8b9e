package io.connscale.kernel.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Source addresses of one network namespace, and all the hosts that use any of them: they share what those allow.
 *
 * @param clients each shares an address with another one of them
 */
record Sources(Set<String> addresses, List<End> clients) {
    static List<Sources> pools(List<End> clients) {
        List<Sources> pools = new ArrayList<>();
        for (End client : clients) {
            Set<String> addresses = new HashSet<>(client.sources());
            List<End> together = new ArrayList<>();
            List<Sources> apart = new ArrayList<>();
            for (Sources pool : pools) {
                if (pool.shares(client)) {
                    addresses.addAll(pool.addresses);
                    together.addAll(pool.clients);
                } else {
                    apart.add(pool);
                }
            }
            together.add(client);
            apart.add(new Sources(addresses, together));
            pools = apart;
        }
        return pools;
    }

    private boolean shares(End client) {
        return network().id().equals(client.network().id())
                && client.sources().stream().anyMatch(addresses::contains);
    }

    private Network network() {
        return clients.get(0).network();
    }

    long ports() {
        return network().ports();
    }

    Tuples limit(int serverPorts) {
        long wanted = clients.stream().mapToLong(End::wanted).sum();
        long held =
                clients.stream().mapToLong(client -> client.processes().held()).sum();
        return new Tuples(Plan.names(clients), wanted, held, usable(), serverPorts, ports(), taken());
    }

    private int usable() {
        Set<String> usable = new HashSet<>(addresses);
        clients.forEach(client -> usable.removeAll(client.taken().unusable().keySet()));
        return usable.size();
    }

    /** Of all together: hosts with the same sources tell of the same connections. */
    private Taken taken() {
        Map<Set<String>, Taken> bySources = new HashMap<>();
        SortedMap<String, String> unusable = new TreeMap<>();
        for (End client : clients) {
            bySources.merge(client.sources(), client.taken(), (a, b) -> a.connected() >= b.connected() ? a : b);
            unusable.putAll(client.taken().unusable());
        }
        return new Taken(
                bySources.values().stream().mapToLong(Taken::listening).max().orElse(0),
                bySources.values().stream().mapToLong(Taken::connected).sum(),
                bySources.values().stream().mapToLong(Taken::timeWait).sum(),
                unusable);
    }
}
