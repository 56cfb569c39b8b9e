package io.connscale.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Connections at both ends at one moment.
 *
 * @param server established at the server; empty where it does not answer or is not ours
 * @param hosts by name, in the file's order
 * @param difference what the hosts hold less what the server has accepted; empty where the ends can't be compared
 * @param explanation why the ends differ, or why they can't be compared; empty where they agree
 */
public record Count(OptionalLong server, Map<String, Host> hosts, OptionalLong difference, String explanation) {
    /**
     * What one host's agent counts.
     *
     * @param failed never came up
     * @param lost came up and ended unasked
     */
    public record Host(long established, long connecting, long failed, long lost) {}

    public Count {
        hosts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /** What all hosts hold. */
    public long established() {
        return hosts.values().stream().mapToLong(Host::established).sum();
    }
}
