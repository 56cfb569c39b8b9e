package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A connection that breaks, in each way that a real OpenSSH server has. */
@Timeout(60)
class LossTest {
    @TempDir
    private Path folder;

    private RealSshd sshd;
    private SshLauncher launcher;

    @BeforeEach
    void start() throws Exception {
        TestHome home = new TestHome(folder.resolve("home"));
        sshd = new RealSshd(home, folder.resolve("sshd"));
        launcher = new SshLauncher(home.launch(sshd.port()), home.keyring(), TestHome.SHORT);
    }

    @AfterEach
    void stop() {
        if (sshd != null) {
            launcher.close();
            sshd.close();
        }
    }

    /** Sends a signal to the processes that serve connections, and to what runs there. */
    private void signal(String signal) throws Exception {
        for (ProcessHandle process : sshd.children()) {
            new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    private static void isLost(Process process) throws Exception {
        assertThatThrownBy(() -> process.getInputStream().read()).isInstanceOf(IOException.class);
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(-1);
    }

    @Test
    void aFrozenHostIsNoticedAndTheNextStartConnectsAgain() throws Exception {
        Process process = launcher.start(List.of("cat"));
        signal("-STOP");
        isLost(process);
        assertThat(launcher.start(List.of("true")).waitFor()).isZero();
        assertThat(sshd.logins()).isEqualTo(2);
    }

    @Test
    void aFrozenHostIsNoticedAlsoWhileMuchIsWrittenToIt() throws Exception {
        Process process = launcher.start(List.of("cat"));
        signal("-STOP");
        assertThatThrownBy(() -> {
                    try (OutputStream stdin = process.getOutputStream()) {
                        for (int i = 0; i < 1000; i++) {
                            stdin.write(new byte[1 << 20]);
                        }
                    }
                })
                .isInstanceOf(IOException.class);
        isLost(process);
    }

    @Test
    void aFrozenHostKeepsNobodyFromClosing() throws Exception {
        Process process = launcher.start(List.of("cat"));
        signal("-STOP");
        process.destroyForcibly();
        launcher.close();
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aKilledServerIsNoticedAtOnce() throws Exception {
        Process process = launcher.start(List.of("cat"));
        signal("-KILL");
        isLost(process);
        assertThat(launcher.start(List.of("true")).waitFor()).isZero();
    }

    @Test
    void aServerThatWasRestartedIsConnectedToAgain() throws Exception {
        launcher.start(List.of("true")).waitFor();
        sshd.restart();
        assertThat(launcher.start(List.of("true")).waitFor()).isZero();
    }

    @Test
    void aServerThatWaitsLongForAWordIsNotLost() throws Exception {
        Process process = launcher.start(List.of("sh", "-c", "sleep 5; echo still there"));
        assertThat(TestHome.output(process)).isEqualTo("still there\n");
    }
}
