package io.connscale.kernel.diagnosis;

import java.util.List;

/**
 * All that was seen.
 *
 * @param clients the hosts whose connections stopped growing or ended; at least one
 * @param unaccepted established for clients and not for the server, now; 0 where the two were not compared
 */
public record Evidence(List<ClientSide> clients, ServerSide server, long unaccepted) {
    public Evidence {
        clients = List.copyOf(clients);
    }

    /** What a host's agent was answered that is no Pong. */
    List<String> unexpected() {
        return clients.stream()
                .flatMap(client -> client.seen().unexpected().stream())
                .distinct()
                .toList();
    }

    /** Pongs that the clients have had since the request began. */
    long pongs() {
        return clients.stream()
                .mapToLong(client -> client.seen().counts().pongs())
                .sum();
    }

    /** Without what never came up: why connections ended that had. */
    public Evidence ofEnded() {
        return new Evidence(clients.stream().map(ClientSide::ofEnded).toList(), server, unaccepted);
    }

    /** How often one of {@code reasons} was the end, on all hosts. */
    long count(String... reasons) {
        return clients.stream().mapToLong(client -> client.count(reasons)).sum();
    }

    long errors() {
        return clients.stream()
                .flatMap(client -> client.errors().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }
}
