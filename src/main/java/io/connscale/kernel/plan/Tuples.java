package io.connscale.kernel.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection is (source address, source port, server address, server port), and no two are alike (tcp(7)): where the
 * sources and the server's ports are used up, connect(2) fails with {@code EADDRNOTAVAIL}.
 *
 * @param where hosts that share the same sources in the same network namespace
 * @param held connections that they have already
 * @param sources how many source addresses
 * @param serverPorts how many ports the server listens on
 * @param ports ephemeral ports that the kernel gives out: {@code ip_local_port_range} less the reserved ones
 */
public record Tuples(List<String> where, long wanted, long held, int sources, int serverPorts, long ports)
        implements Limit {
    @Override
    public String name() {
        return "4-tuples";
    }

    @Override
    public long allows() {
        return Math.max(0, (long) sources * serverPorts * ports - held);
    }

    @Override
    public String sum() {
        return Words.many(sources, "source", "sources")
                + " × " + Words.many(serverPorts, "server port", "server ports")
                + " × " + Words.many(ports, "port", "ports")
                + Held.text(held);
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("sources", sources);
        numbers.put("serverPorts", serverPorts);
        numbers.put("ports", ports);
        numbers.put("held", held);
        return numbers;
    }

    @Override
    public String lift() {
        long each = (long) sources * ports;
        long enough = each == 0 ? serverPorts : (wanted + held + each - 1) / each;
        String more = enough > serverPorts && enough <= 30_000
                ? "server: {ports: …} with " + Words.many(enough, "port", "ports")
                : "more of the server's ports";
        return more + ", more source addresses (source: in hosts.yaml), or a wider range: "
                + "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"";
    }
}
