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
 * What a run was made with, what the kernels said before and after, and what happened in it, in short: {@code run.json}. Null is unknown.
 *
 * @param schema {@link #SCHEMA}; a reader reads this one and those before it
 * @param id the name of its folder
 * @param name given by the user; a run with one is never removed by itself
 * @param began when its first command began
 * @param ended null while it goes on, and where its console was killed or could not write its end
 * @param exit the console's exit code; the same
 * @param version of connscale
 * @param hosts as they were when the run began, by name
 * @param commands with their times; of very many those of the beginning and of the end. Null in a record that is older than this member, as the next three
 * @param verdicts why connections stopped growing; likewise
 * @param leftOut how many of both are in {@code events.jsonl} alone
 * @param unreliable what made numbers unreliable
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
        Map<String, Host> hosts,
        @Nullable List<Command> commands,
        @Nullable List<Verdict> verdicts,
        @Nullable Integer leftOut,
        @Nullable List<Warning> unreliable) {
    /** The schema that is written. */
    public static final int SCHEMA = 1;

    public RunInfo {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
        commands = commands == null ? null : List.copyOf(commands);
        verdicts = verdicts == null ? null : List.copyOf(verdicts);
        unreliable = unreliable == null ? null : List.copyOf(unreliable);
    }

    /**
     * A command.
     *
     * @param at when it began
     * @param t the same, in seconds since the run began
     * @param text its line, cut off where it is long
     * @param took seconds; null while it has not ended, and where the console was killed meanwhile
     * @param ok whether it worked, and an expectation was met; null likewise
     * @param error why not; null where it did
     */
    public record Command(
            Instant at,
            double t,
            String text,
            @Nullable Double took,
            @Nullable Boolean ok,
            @Nullable String error) {}

    /**
     * Why connections stopped growing, or ended.
     *
     * @param cause in a word
     * @param host whose limit it is, or {@code server}
     * @param text what was found, and what to do
     */
    public record Verdict(Instant at, double t, String cause, String host, String text) {}

    /**
     * What made an end's numbers unreliable.
     *
     * @param end a host, or {@code server}
     * @param text as it was said last
     * @param samples in how many it was said, with these numbers or others
     */
    public record Warning(String end, String text, int samples) {}

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
     * @param grew the counters of events that grew meanwhile, and by how much; null where that is not known, and in an older record
     */
    public record Kernel(
            String machine,
            @Nullable SortedMap<String, Long> before,
            @Nullable SortedMap<String, Long> after,
            @Nullable SortedMap<String, Long> grew) {
        public static final Kernel UNKNOWN = new Kernel("", null, null, null);

        public Kernel {
            before = before == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(before));
            after = after == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(after));
            grew = grew == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(grew));
        }
    }
}
