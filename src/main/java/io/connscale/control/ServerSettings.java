package io.connscale.control;

import java.util.HashSet;
import java.util.List;

/**
 * What the server is to be, as {@code hosts.yaml} says it.
 *
 * @param bind the address to listen on, or a name of it; {@code 0.0.0.0} for all of this machine's
 * @param ports one or more different ones, 1 to 65535; 0 is any free port and may stand more than once
 * @param backlog connections that may wait to be accepted, for each port; the kernel may give less
 * @param acceptors event loops that accept and answer
 */
public record ServerSettings(String bind, List<Integer> ports, int backlog, int acceptors) {
    /** More loops than any machine has processors. */
    public static final int MOST_ACCEPTORS = 1024;

    /** @throws IllegalArgumentException in one line: what is wrong and what would be right */
    public ServerSettings {
        ports = List.copyOf(ports);
        require(!bind.isBlank(), "bind is empty: write 127.0.0.1, or 0.0.0.0 for all addresses");
        require(!ports.isEmpty(), "ports is empty: write one port or more, as 8989");
        require(ports.stream().allMatch(p -> p >= 0 && p <= 65535), "a port is 1 to 65535");
        List<Integer> chosen = ports.stream().filter(p -> p != 0).toList();
        require(new HashSet<>(chosen).size() == chosen.size(), "a port stands twice in ports");
        require(backlog >= 1, "backlog is 1 or more");
        require(acceptors >= 1 && acceptors <= MOST_ACCEPTORS, "acceptors is 1 to " + MOST_ACCEPTORS);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
