package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.connscale.control.AgentException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bounds that a real OpenSSH server sets. */
@Timeout(120)
class SessionsTest {
    @TempDir
    private Path folder;

    private TestHome home;

    @BeforeEach
    void settle() {
        home = new TestHome(folder.resolve("home"));
    }

    private RealSshd server(String setting) throws Exception {
        return new RealSshd(home, folder.resolve("sshd"), setting);
    }

    private SshLauncher launcher(RealSshd sshd) {
        return new SshLauncher(home.launch(sshd.port()), home.keyring());
    }

    @Test
    void oneSessionAtATimeIsEnough() throws Exception {
        try (RealSshd sshd = server("MaxSessions 1");
                SshLauncher launcher = launcher(sshd)) {
            for (int i = 0; i < 10; i++) {
                Process process = launcher.start(List.of("cat"));
                process.getOutputStream().write(new byte[100_000]);
                process.getOutputStream().close();
                assertThat(process.getInputStream().readAllBytes()).hasSize(100_000);
            }
            assertThat(sshd.logins()).isEqualTo(1);
        }
    }

    @Test
    void aSecondSessionWhereOneIsAllowedIsRefusedWithItsReason() throws Exception {
        try (RealSshd sshd = server("MaxSessions 1");
                SshLauncher launcher = launcher(sshd)) {
            Process first = launcher.start(List.of("cat"));
            assertThatThrownBy(() -> launcher.start(List.of("true")))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> assertThat(e.message()).startsWith("the server opens no further channel"))
                    .satisfies(e -> assertThat(e.hint()).contains("MaxSessions"));
            first.getOutputStream().close();
            assertThat(first.waitFor()).isZero();
            assertThat(launcher.start(List.of("true")).waitFor()).isZero();
        }
    }

    @Test
    void aDestroyedCommandThatHoldsTheOnlySessionMakesAConnectionAnew() throws Exception {
        try (RealSshd sshd = server("MaxSessions 1");
                SshLauncher launcher = launcher(sshd)) {
            launcher.start(List.of("sleep", "30")).destroy();
            assertThat(launcher.start(List.of("true")).waitFor()).isZero();
            assertThat(sshd.logins()).isEqualTo(2);
        }
    }

    @Test
    void eightAtOnceGetPastAServerThatTurnsSomeAwayAtRandom() throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(8);
        try (RealSshd sshd = server("MaxStartups 2:60:6")) {
            List<Future<Integer>> codes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                codes.add(starters.submit(() -> {
                    try (SshLauncher launcher = launcher(sshd)) {
                        return launcher.start(List.of("true")).waitFor();
                    }
                }));
            }
            for (Future<Integer> code : codes) {
                assertThat(code.get()).isZero();
            }
            assertThat(sshd.log()).contains("MaxStartups");
        }
        starters.shutdown();
    }
}
