package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many connections of one console to a real OpenSSH server: what they cost, and that none holds up another. */
@Timeout(120)
class ManyConnectionsTest {
    private static final int HOSTS = 12;

    @TempDir
    private Path folder;

    private RealSshd sshd;
    private final List<SshLauncher> launchers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        TestHome home = new TestHome(folder.resolve("home"));
        sshd = new RealSshd(home, folder.resolve("sshd"));
        for (int i = 0; i < HOSTS; i++) {
            launchers.add(new SshLauncher(home.launch(sshd.port()), home.keyring(), TestHome.SHORT));
        }
    }

    @AfterEach
    void stop() {
        launchers.forEach(SshLauncher::close);
        if (sshd != null) {
            sshd.close();
        }
    }

    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ssh"))
                .map(name -> name.replaceAll("( .*|-\\d+)$", ""))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private List<Process> started() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (SshLauncher launcher : launchers) {
            processes.add(launcher.start(List.of("cat")));
        }
        return processes;
    }

    @Test
    void eachTakesOneThreadThatReadsAndNoneThatWatches() throws Exception {
        long before = threads().getOrDefault("ssh-reader", 0L); // an earlier test's may be ending
        started();
        Map<String, Long> threads = threads();
        assertThat(threads.get("ssh-reader")).isBetween((long) HOSTS, HOSTS + before);
        assertThat(threads.get("ssh-watch")).isEqualTo(1);
        await().untilAsserted(() -> assertThat(threads()).containsOnlyKeys("ssh-reader", "ssh-watch", "ssh-alive"));
        assertThat(threads().get("ssh-alive")).isLessThan(HOSTS);
    }

    /** Six that are frozen while somebody writes to them: each holds up one thread, until its line is cut, and the idle ones stay. */
    @Test
    void thoseThatAreFrozenHoldUpNoOther() throws Exception {
        List<Process> processes = started();
        List<ProcessHandle> frozen = new ArrayList<>();
        for (int i = 0; i < HOSTS / 2; i++) {
            ProcessHandle session = ofConnection(i);
            frozen.add(session);
            signal(session, "-STOP");
            Process process = processes.get(i);
            Threads.start("test-writer", () -> fill(process));
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> processes.stream().limit(HOSTS / 2).noneMatch(Process::isAlive));
        await().during(Duration.ofSeconds(
                        TestHome.SHORT.silence() + 1)) // idle ones would be lost by then if nobody had asked them
                .until(() -> processes.stream().skip(HOSTS / 2).allMatch(Process::isAlive));
        frozen.forEach(ProcessHandle::destroyForcibly);
    }

    private static void fill(Process process) {
        try {
            for (int i = 0; i < 1000; i++) {
                process.getOutputStream().write(new byte[1 << 16]);
            }
        } catch (IOException e) {
            assertThat(process.isAlive()).isFalse();
        }
    }

    /** The server's process of the n-th connection: those of its children that stay are in the order of their start. */
    private ProcessHandle ofConnection(int n) {
        return sshd.connections().get(n);
    }

    private static void signal(ProcessHandle process, String signal) throws Exception {
        new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }
}
