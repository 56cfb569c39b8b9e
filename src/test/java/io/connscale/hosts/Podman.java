package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.ConsoleScript.Ran;
import io.connscale.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Podman with images and containers of its own, and the image of connscale, built by {@code src/package/Containerfile} from what is
 * installed here. All that podman keeps is in the memory of a mount namespace, which {@link #close()} ends. For the test's thread.
 */
final class Podman implements AutoCloseable {
    static final String IMAGE = "localhost/connscale";

    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Pattern JAVA = Pattern.compile("(?m)^(\\d+) +java *$");
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Where podman, its runtime and its network keep what they know. Debian's crun refuses control groups of version 1 beside some of version 2. */
    private static final String OWN_PLACES = """
            set -e
            for folder in /var/lib/containers /run/containers /run/libpod /run/crun /dev/shm; do
                mkdir -p $folder
                mount -t tmpfs none $folder
            done
            umount /sys/fs/cgroup/unified 2> /dev/null || :
            echo ready
            exec cat
            """;

    /** Nobody may raise limits here, as in a container of others; podman's defaults would. */
    private static final String SETTINGS = """
            [containers]
            default_ulimits = ["nofile=%1$s:%1$s", "nproc=4096:4096"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "none"
            runtime = "crun"
            """;

    private final Path folder;
    private final Process places;

    private Podman(Path folder, Process places) {
        this.folder = folder;
        this.places = places;
    }

    /** Builds the image, which takes some twenty seconds. Skips the test where the machine can't. */
    static Podman in(Path folder) {
        Needs.root();
        Stream.of("podman", "crun", "busybox", "unshare", "nsenter").forEach(Needs::command);
        Podman podman = new Podman(folder, ownPlaces());
        boolean built = false;
        try {
            Path settings = Folders.write(
                    folder.resolve("containers.conf"),
                    SETTINGS.formatted(Command.must("sh", "-c", "ulimit -Hn").strip()));
            Folders.script(
                    folder.resolve("bin/podman"),
                    "exec nsenter -m -t %d env CONTAINERS_CONF=%s /usr/bin/podman \"$@\""
                            .formatted(podman.places.pid(), settings));
            Path parts = folder.resolve("image");
            Command.must(
                    "env",
                    "JAVA_HOME=" + System.getProperty("java.home"),
                    PROJECT + "/src/package/rootfs",
                    parts.toString());
            podman.must("build", "-q", "-t", IMAGE, "-f", PROJECT + "/src/package/Containerfile", parts.toString());
            built = true;
            return podman;
        } finally {
            if (!built) {
                podman.close();
            }
        }
    }

    private static Process ownPlaces() {
        try {
            Process process = new ProcessBuilder("unshare", "-m", "sh", "-c", OWN_PLACES)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            InputStream said = process.getInputStream();
            if (said.read() != 'r') {
                throw new IllegalStateException("no places for podman: exit code " + process.exitValue());
            }
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A console that finds this podman on its PATH. */
    ConsoleScript console(Path in) {
        return ConsoleScript.in(in)
                .with("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"))
                .with("JAVA_HOME", System.getProperty("java.home"));
    }

    /** Runs it to its end. */
    Ran run(String... words) {
        List<String> command =
                new ArrayList<>(List.of(folder.resolve("bin/podman").toString()));
        command.addAll(List.of(words));
        return Command.run("", command);
    }

    String must(String... words) {
        Ran ran = run(words);
        if (ran.exit() != 0) {
            throw new IllegalStateException("podman " + String.join(" ", words) + ": " + ran.err());
        }
        return ran.out().strip();
    }

    /** The names of all containers, also of those that have ended. */
    List<String> containers() {
        return must("ps", "-a", "--format", "{{.Names}}").lines().toList();
    }

    /** The agents in a running container, as this machine sees them. */
    List<ProcessHandle> agents(String container) {
        return JAVA.matcher(must("top", container, "hpid", "comm"))
                .results()
                .map(line -> ProcessHandle.of(Long.parseLong(line.group(1))))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void close() {
        run("rm", "-a", "-f", "-t", "0");
        places.destroyForcibly();
        await().atMost(SOON).until(() -> !places.isAlive());
        // Empty ones alone; another podman's may be there.
        Command.run(
                "",
                List.of(
                        "sh",
                        "-c",
                        "rmdir " + CGROUPS + "/*/libpod_parent/* " + CGROUPS + "/*/libpod_parent " + CGROUPS
                                + "/libpod_parent 2> /dev/null"));
        Folders.delete(folder.resolve("image"));
    }
}
