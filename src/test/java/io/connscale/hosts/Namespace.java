package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A network namespace, by its name in {@code ip netns}: {@code connscale-<pid>-<number>-<name>}, where the pid is that of
 * the JVM that made it, so that a later one sees whose owner is gone.
 */
record Namespace(String name) {
    private static final Duration ALL_KILLED = Duration.ofSeconds(10);

    static Namespace make(String name) {
        Command.must("ip", "netns", "add", name);
        Namespace made = new Namespace(name);
        made.ip("link", "set", "lo", "up");
        return made;
    }

    /** {@code ip} with this namespace's links, addresses and routes. */
    String ip(String... words) {
        return Command.must(
                Stream.concat(Stream.of("ip", "-n", name), Stream.of(words)).toArray(String[]::new));
    }

    /** Every process in it, of whatever user, whoever started it. */
    List<ProcessHandle> processes() {
        return Command.must("ip", "netns", "pids", name)
                .lines()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Ends it with every process in it. Once the name is gone nobody could find them any more, so they go first. */
    void remove() {
        await().atMost(ALL_KILLED).pollDelay(Duration.ZERO).until(() -> {
            List<ProcessHandle> alive = processes();
            alive.forEach(ProcessHandle::destroyForcibly);
            return alive.isEmpty();
        });
        Command.must("ip", "netns", "delete", name);
    }

    /** Every namespace of this machine that has a name, ours or not. */
    static List<Namespace> all() {
        return Command.must("ip", "netns", "list")
                .lines()
                .map(line -> new Namespace(line.split(" ", 2)[0]))
                .toList();
    }
}
