package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A control group of this machine, of version 2 or 1, which {@link #close()} removes with every process in it. */
final class ControlGroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PROCESSES = "cgroup.procs";

    private final List<Path> folders;

    private ControlGroup(List<Path> folders) {
        this.folders = folders;
    }

    private static boolean unified() {
        return Files.exists(ROOT.resolve("cgroup.controllers"));
    }

    /** Skips the test where the machine can't do it. */
    static ControlGroup make() {
        Needs.root();
        String name = "connscale-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
        if (unified()) {
            Folders.write(ROOT.resolve("cgroup.subtree_control"), "+memory +pids +cpu");
            return new ControlGroup(List.of(Folders.make(ROOT.resolve(name))));
        }
        return new ControlGroup(Stream.of("memory", "pids", "cpu")
                .map(controller -> Folders.make(ROOT.resolve(controller).resolve(name)))
                .toList());
    }

    /** As connscale names it. */
    String path() {
        return "/" + folders.get(0).getFileName();
    }

    ControlGroup memory(long bytes) {
        return set(0, unified() ? "memory.max" : "memory.limit_in_bytes", bytes);
    }

    /**
     * Has the kernel kill {@code victims} for want of memory: allows what is used now and little more, and starts a process
     * that takes more than all of it. Less would do where nothing but processes used it, but pages of files that they read
     * count as used, too, and the kernel drops those first.
     */
    void runOutOfMemory(List<ProcessHandle> victims) throws IOException {
        for (ProcessHandle victim : victims) {
            Files.writeString(Path.of("/proc/" + victim.pid() + "/oom_score_adj"), "1000"); // they, not that process
        }
        Path file = folders.get(0).resolve(unified() ? "memory.current" : "memory.usage_in_bytes");
        long allowed = Long.parseLong(Folders.read(file).strip()) + (16 << 20);
        memory(allowed);
        new ProcessBuilder(command("head -c " + allowed + " /dev/zero | tail > /dev/null")).start();
    }

    ControlGroup threads(int max) {
        return set(unified() ? 0 : 1, "pids.max", max);
    }

    /** Thousandths of one CPU. */
    ControlGroup cpu(int thousandths) {
        return unified()
                ? write(0, "cpu.max", thousandths * 100 + " 100000")
                : write(2, "cpu.cfs_quota_us", String.valueOf(thousandths * 100));
    }

    private ControlGroup set(int folder, String file, long value) {
        return write(folder, file, String.valueOf(value));
    }

    private ControlGroup write(int folder, String file, String value) {
        Folders.write(folders.get(folder).resolve(file), value);
        return this;
    }

    /** Commands of {@code sh} by which a shell enters it. */
    private List<String> enter() {
        return folders.stream()
                .map(folder -> "echo $$ > " + folder.resolve(PROCESSES))
                .toList();
    }

    /** Commands of {@code sh} by which a host with a {@code /sys} of its own sees control groups there, too, and enters this one's memory. */
    List<String> enterAnew() {
        List<String> mounted = unified()
                ? List.of("mount -t cgroup2 none /sys/fs/cgroup")
                : List.of(
                        "mount -t tmpfs none /sys/fs/cgroup",
                        "mkdir /sys/fs/cgroup/memory",
                        "mount -t cgroup -o memory none /sys/fs/cgroup/memory");
        return Stream.concat(mounted.stream(), enter().stream().limit(1)).toList();
    }

    /** A launcher's words for {@code hosts.yaml}: what comes behind them runs in this group. */
    String words() {
        return "sh, -c, '" + String.join(" && ", enter()) + " && exec \"$@\"', sh";
    }

    /** The words of a command that runs in this group. */
    List<String> command(String shell) {
        return List.of("sh", "-c", String.join(" && ", enter()) + " && " + shell);
    }

    List<ProcessHandle> processes() {
        return folders.stream()
                .flatMap(folder -> Folders.read(folder.resolve(PROCESSES)).lines())
                .distinct()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .flatMap(java.util.Optional::stream)
                .toList();
    }

    /** Its JVMs: beside each a shell waits for its end. */
    List<ProcessHandle> agents() {
        return processes().stream()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .toList();
    }

    @Override
    public void close() {
        await().atMost(SOON).pollDelay(Duration.ZERO).ignoreExceptions().until(() -> {
            processes().forEach(ProcessHandle::destroyForcibly);
            return processes().isEmpty() && removed();
        });
    }

    /** A group whose last process has just ended is busy for a moment. */
    private boolean removed() {
        try {
            for (Path folder : folders) {
                Files.deleteIfExists(folder);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
