package io.connscale.run;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run was made with, and what the kernels said before and after: {@code run.json}. Null is unknown.
 *
 * @param schema {@link #SCHEMA}; a reader reads this one and those before it
 * @param id the name of its folder
 * @param name given by the user; a run with one is never removed by itself
 * @param began when its first command began
 * @param ended null while it goes on, and where its console was killed
 * @param exit the console's exit code; the same
 * @param version of connscale
 * @param hosts as they were when the run began, by name
 */
public record RunInfo(
        int schema,
        String id,
        @Nullable String name,
        Instant began,
        @Nullable Instant ended,
        @Nullable Integer exit,
        String version,
        Console console,
        Server server,
        Map<String, Host> hosts) {
    /** The schema that is written. */
    public static final int SCHEMA = 1;

    public RunInfo {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /**
     * The console's process.
     *
     * @param kernel its release, as {@code uname -r}
     * @param cpus that it sees
     * @param hostsFile the file that was read
     */
    public record Console(String java, String os, String kernel, String arch, int cpus, long pid, String hostsFile) {}

    /**
     * The server.
     *
     * @param target somebody else's server, in words; null for ours
     * @param place the host that it runs on; {@code the console's machine}
     * @param addresses what clients connect to, {@code host:port}
     * @param transport {@code epoll} or {@code nio}; null where it does not run
     * @param backlog that the kernel gave it; null where it does not run, or that is unknown
     */
    public record Server(
            @Nullable String target,
            String place,
            List<String> addresses,
            @Nullable String transport,
            @Nullable Integer backlog,
            Kernel kernel) {
        public Server {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * A host as it is effective: with the defaults of the file in it.
     *
     * @param launcher how its agent is launched, in a word
     * @param address where; empty where only a command knows
     * @param source local addresses of its connections; empty leaves it to the kernel
     * @param interval seconds between two Pings of a connection
     * @param timeout seconds within which a Pong must come
     * @param rate new connections per second; null: unlimited
     * @param java of its agent, {@code os} and {@code arch} of its machine; null where none was started
     */
    public record Host(
            String launcher,
            String address,
            List<String> source,
            double interval,
            double timeout,
            @Nullable Long rate,
            String workers,
            @Nullable String java,
            @Nullable String os,
            @Nullable String arch,
            Kernel kernel) {
        public Host {
            source = List.copyOf(source);
        }
    }

    /**
     * What the kernel said where an end runs: limits, what is true now, and counters, by the kernel's own names (docs/LIMITS.md). What could
     * not be read is missing. {@link Long#MAX_VALUE} is a limit that stops nothing.
     *
     * @param machine equal for ends on one machine; empty: unknown
     * @param before when it was first heard in this run; null where it never was
     * @param after when it was last heard, at most ten seconds before the end; the same
     */
    public record Kernel(
            String machine,
            @Nullable SortedMap<String, Long> before,
            @Nullable SortedMap<String, Long> after) {
        public static final Kernel UNKNOWN = new Kernel("", null, null);

        public Kernel {
            before = before == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(before));
            after = after == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(after));
        }
    }
}
