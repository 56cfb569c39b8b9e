package io.connscale.kernel.plan;

import io.connscale.kernel.Remedy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection is (source address, source port, server address, server port), and no two are alike (tcp(7)): where the
 * sources and the server's ports are used up, connect(2) fails with {@code EADDRNOTAVAIL}.
 *
 * @param where hosts that share the same sources in the same network namespace
 * @param held connections that they have already
 * @param sources how many source addresses can be used
 * @param serverPorts how many ports the server listens on
 * @param ports ephemeral ports that the kernel gives out: {@code ip_local_port_range} less the reserved ones
 * @param taken what of them is not to be had: of all clients together
 */
public record Tuples(List<String> where, long wanted, long held, int sources, int serverPorts, long ports, Taken taken)
        implements Limit {
    @Override
    public String name() {
        return "4-tuples";
    }

    @Override
    public long allows() {
        long free = Math.max(0, ports - taken.listening());
        return Math.max(0, (long) sources * serverPorts * free - held - others() - taken.timeWait());
    }

    /** Connections of other programs. */
    private long others() {
        return Math.max(0, taken.connected() - held);
    }

    @Override
    public String sum() {
        String ofPorts = taken.listening() == 0
                ? Words.many(ports, "port", "ports")
                : "(" + Words.many(ports, "port", "ports") + less(taken.listening(), "that somebody listens on") + ")";
        return Words.many(sources, "source", "sources")
                + " × " + Words.many(serverPorts, "server port", "server ports")
                + " × " + ofPorts
                + less(held, "open already")
                + less(others(), "of other programs")
                + less(taken.timeWait(), "in TIME-WAIT")
                + (taken.unusable().isEmpty() ? "" : "; source " + unusable());
    }

    private static String less(long n, String why) {
        return n == 0 ? "" : " − " + Words.number(n) + " " + why;
    }

    /** {@code 10.0.0.9 is no address of this host, and 3 more}. */
    private String unusable() {
        int more = taken.unusable().size() - 1;
        String first = taken.unusable().firstKey();
        return first + " " + taken.unusable().get(first) + (more == 0 ? "" : ", and " + more + " more");
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("sources", sources);
        numbers.put("serverPorts", serverPorts);
        numbers.put("ports", ports);
        numbers.put("held", held);
        numbers.put("listening", taken.listening());
        numbers.put("ofOthers", others());
        numbers.put("timeWait", taken.timeWait());
        numbers.put("unusable", taken.unusable());
        return numbers;
    }

    @Override
    public String lift() {
        if (sources == 0) {
            return "write an address of this host as its source: in hosts.yaml, or none: ip address shows them";
        }
        long each = sources * (ports - taken.listening());
        long enough = each <= 0 ? serverPorts : (wanted + held + each - 1) / each;
        String more = enough > serverPorts && enough <= 30_000
                ? "server: {ports: …} with " + Words.many(enough, "port", "ports")
                : "more of the server's ports";
        return more + ", more source addresses (source: in hosts.yaml), or a wider range: "
                + Remedy.sysctl("net.ipv4.ip_local_port_range", "1024 65535").now()
                + (taken.timeWait() > 0
                        ? ", or " + Remedy.sysctl("net.ipv4.tcp_tw_reuse", "1").now()
                        : "");
    }
}
