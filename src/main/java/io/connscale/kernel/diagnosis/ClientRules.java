package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Remedy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Limits of a client's own process and machine. */
final class ClientRules {
    private static final long ENOUGH_FILES = 1 << 20;
    private static final long NANOS_A_MILLI = 1_000_000;
    /** Of the time between both readings: a loop that waited so long for a CPU, or ran so long, is the limit itself. */
    private static final double WAITED_MUCH = 0.15;

    private static final double RAN_ALWAYS = 0.95;

    /** Addresses that a sentence names. */
    private static final int SHOWN = 3;

    private ClientRules() {}

    /** The host with the most ends of these kinds, if any has one. */
    static Optional<ClientSide> worst(Evidence evidence, String... reasons) {
        return evidence.clients().stream()
                .filter(client -> client.count(reasons) > 0)
                .max(Comparator.comparingLong(client -> client.count(reasons)));
    }

    private static String stopped(ClientSide client) {
        return "stopped at " + Words.number(client.established()) + " on " + client.host() + ": ";
    }

    static Optional<Verdict> threads(Evidence evidence) {
        return worst(evidence, "start EAGAIN")
                .map(client -> new Verdict(
                        "threads",
                        client.host(),
                        stopped(client) + "no thread or process left for its agent (" + Words.threads(client.now())
                                + "; start EAGAIN " + Words.number(client.count("start EAGAIN")) + ")",
                        Words.MORE_THREADS));
    }

    static Optional<Verdict> files(Evidence evidence) {
        return worst(evidence, "connect EMFILE").map(client -> {
            long hard = client.now().get(Fact.HARD_FILES);
            return new Verdict(
                    "files",
                    client.host(),
                    stopped(client) + "no file left for its agent (RLIMIT_NOFILE " + Words.number(hard)
                            + "; connect EMFILE " + Words.number(client.count("connect EMFILE")) + ")",
                    "Raise it: " + Remedy.files(ENOUGH_FILES).text()
                            + ", or allow the host more processes (workers: auto)");
        });
    }

    static Optional<Verdict> filesOfAll(Evidence evidence) {
        return worst(evidence, "connect ENFILE")
                .map(client -> new Verdict(
                        "machine-files",
                        client.host(),
                        stopped(client) + "no file left on the machine (fs.file-max "
                                + Words.number(client.now().get(Fact.MAX_FILES)) + ", "
                                + Words.number(client.now().get(Fact.FILES_IN_USE)) + " in use; connect ENFILE "
                                + Words.number(client.count("connect ENFILE")) + ")",
                        "Raise it: sysctl -w fs.file-max="
                                + 4 * Math.max(ENOUGH_FILES, client.now().get(Fact.MAX_FILES))));
    }

    /** An address that no connection can come from, or go to; no matter of how many. */
    static Optional<Verdict> addresses(Evidence evidence) {
        Optional<ClientSide> unscoped = worst(evidence, "connect EINVAL", "bind EINVAL")
                .filter(client -> client.sources().stream().anyMatch(ClientRules::lacksInterface)
                        || lacksInterface(client.targetHost()));
        if (unscoped.isPresent()) {
            String address = unscoped.get().sources().stream()
                    .filter(ClientRules::lacksInterface)
                    .findFirst()
                    .orElse(unscoped.get().targetHost());
            return unscoped.map(client -> new Verdict(
                    "address",
                    client.host(),
                    stopped(client) + address + " is a link-local address and needs its interface (" + client.reasons()
                            + ")",
                    "Write it with the interface in hosts.yaml: " + address + "%eth0"));
        }
        Optional<ClientSide> loopback = worst(evidence, "connect EINVAL", "bind EINVAL")
                .filter(client -> client.sources().stream().anyMatch(Addresses::loopback)
                        && !Addresses.loopback(client.targetHost()));
        if (loopback.isPresent()) {
            return loopback.map(client -> new Verdict(
                    "source",
                    client.host(),
                    stopped(client) + "a loopback source ("
                            + some(client.sources().stream()
                                    .filter(Addresses::loopback)
                                    .toList())
                            + ") reaches this machine alone, and the server is at " + client.target() + " ("
                            + client.reasons() + ")",
                    "Give " + client.host() + " another source in hosts.yaml, or leave source out"));
        }
        return worst(evidence, "bind EADDRNOTAVAIL")
                .map(client -> new Verdict(
                        "source",
                        client.host(),
                        stopped(client) + "a source in hosts.yaml is no address of this host (source: "
                                + some(client.sources()) + "; bind EADDRNOTAVAIL "
                                + Words.number(client.count("bind EADDRNOTAVAIL")) + ")",
                        "Add it there: ip address add ADDRESS/PREFIX dev INTERFACE; or correct source in hosts.yaml"));
    }

    private static boolean lacksInterface(String address) {
        return Addresses.linkLocal(address) && !address.contains("%");
    }

    /** {@code 10.0.0.1, 10.0.0.2 and 7 more}. */
    private static String some(List<String> addresses) {
        int shown = Math.min(SHOWN, addresses.size());
        String more = addresses.size() > shown ? " and " + (addresses.size() - shown) + " more" : "";
        return String.join(", ", addresses.subList(0, shown)) + more;
    }

    static Optional<Verdict> ports(Evidence evidence) {
        return worst(evidence, "connect EADDRNOTAVAIL", "connect EADDRINUSE").map(client -> {
            Facts now = client.now();
            String range = Words.portRange(now);
            int more = client.sources().size() - 1;
            String source = more < 0
                    ? "to "
                    : "for " + client.sources().get(0) + (more > 0 ? " and " + more + " more" : "") + " → ";
            return new Verdict(
                    "ports",
                    client.host(),
                    stopped(client) + "no free port " + source + client.target() + " (ip_local_port_range "
                            + range + ", " + Words.many(now.ports(), "port") + ", "
                            + Words.number(now.get(Fact.TIME_WAIT)) + " in TIME-WAIT)",
                    "Add a server port, a source address, or widen the range: sysctl -w"
                            + " net.ipv4.ip_local_port_range=\"1024 65535\"");
        });
    }

    static Optional<Verdict> memory(Evidence evidence) {
        return worst(evidence, "connect ENOMEM", "connect ENOBUFS", "connect OutOfMemoryError")
                .map(client -> new Verdict(
                        "memory",
                        client.host(),
                        stopped(client) + "no memory for another socket ("
                                + mebibytes(client.now().get(Fact.MEMORY_AVAILABLE)) + " available; "
                                + client.reasons() + ")",
                        "Give the machine or its control group more memory, or share the connections over more hosts"));
    }

    private static String mebibytes(long bytes) {
        return bytes < 0 ? "unknown what is" : Words.number(bytes >> 20) + " MiB";
    }

    static Optional<Verdict> processLost(Evidence evidence) {
        return worst(evidence, "worker lost")
                .map(client -> new Verdict(
                        "process-lost",
                        client.host(),
                        stopped(client) + "a process of its agent ended with what it held (" + client.reasons() + ")",
                        "A SIGKILL that nobody sent is the kernel's, out of memory: dmesg tells;"
                                + " connections start opens what is missing"));
    }

    /** It accuses itself only where something went wrong: late Pings or missing Pongs. */
    static Optional<Verdict> starvedOfCpu(Evidence evidence) {
        return evidence.clients().stream()
                .filter(client -> client.count("receive timeout") > 0 || client.lateMuch())
                .map(ClientRules::starved)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Verdict> starved(ClientSide client) {
        if (client.grown(Fact.UPTIME) < 0 || client.grown(Fact.LOOPS_WAITED) < 0 || client.grown(Fact.LOOPS_RAN) < 0) {
            return Optional.empty(); // unknown
        }
        double time = (double) client.grown(Fact.UPTIME)
                * NANOS_A_MILLI
                * Math.max(1, client.now().get(Fact.LOOPS));
        double waited = client.grown(Fact.LOOPS_WAITED) / time;
        double ran = client.grown(Fact.LOOPS_RAN) / time;
        if (!(time > 0) || (waited < WAITED_MUCH && ran < RAN_ALWAYS)) {
            return Optional.empty();
        }
        String why = waited < WAITED_MUCH
                ? String.format(Locale.ROOT, "its event loops ran %.0f %% of the time", ran * 100)
                : String.format(Locale.ROOT, "its event loops waited %.0f %% of the time for a CPU", waited * 100);
        return Optional.of(new Verdict(
                "generator",
                client.host(),
                "the agent on " + client.host() + " is the limit itself, and its numbers are unreliable: " + why + " ("
                        + Words.many(client.skipped(), "Ping") + " late, receive timeout "
                        + Words.number(client.count("receive timeout")) + ", "
                        + Words.many(client.now().get(Fact.CPUS), "CPU") + " there)",
                "Give it more CPU, or fewer connections, a longer interval, or more hosts"));
    }
}
