package io.connscale.kernel.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
        return new Tuples(Plan.names(clients), wanted, held, addresses.size(), serverPorts, ports());
    }
}
