package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.connscale.cluster.config.Launch;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Through jump hosts, each a real OpenSSH server. */
@Timeout(60)
class JumpTest {
    @TempDir
    private Path folder;

    private final List<RealSshd> servers = new ArrayList<>();
    private TestHome home;

    @BeforeEach
    void start() {
        home = new TestHome(folder.resolve("home"));
    }

    @AfterEach
    void stop() {
        servers.forEach(RealSshd::close);
    }

    private RealSshd server(String... settings) throws Exception {
        RealSshd server = new RealSshd(home, folder.resolve("sshd" + servers.size()), settings);
        servers.add(server);
        return server;
    }

    private SshLauncher launcher(Launch.Ssh launch) {
        return new SshLauncher(launch, home.keyring(), TestHome.SHORT);
    }

    @Test
    void aJumpHostIsGoneThrough() throws Exception {
        RealSshd jump = server();
        RealSshd target = server();
        try (SshLauncher launcher = launcher(home.launch(target.port(), jump.port()))) {
            assertThat(TestHome.output(launcher.start(List.of("echo", "there"))))
                    .isEqualTo("there\n");
            assertThat(launcher.start(List.of("true")).waitFor()).isZero();
        }
        assertThat(jump.logins()).isEqualTo(1);
        assertThat(target.logins()).isEqualTo(1);
    }

    @Test
    void severalJumpHostsOfTheUsersConfigurationAreGoneThroughInTurn() throws Exception {
        RealSshd one = server();
        RealSshd two = server();
        RealSshd target = server();
        Files.writeString(home.folder().resolve("ssh_config"), """
                Host target
                  HostName 127.0.0.1
                  Port %d
                  ProxyJump 127.0.0.1:%d,127.0.0.1:%d
                Host *
                  IdentityFile %s
                  UserKnownHostsFile %s
                """.formatted(
                        target.port(), one.port(), two.port(), home.userKey(), home.knownHosts()));
        Launch.Ssh launch = new Launch.Ssh(
                Optional.empty(),
                "target",
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        try (SshLauncher launcher = launcher(launch)) {
            assertThat(launcher.start(List.of("true")).waitFor()).isZero();
        }
        assertThat(servers).extracting(RealSshd::logins).containsExactly(1L, 1L, 1L);
    }

    @Test
    void theKeyOfAHostBehindAJumpHostIsAskedAbout() throws Exception {
        RealSshd target = server();
        Files.delete(home.knownHosts());
        RealSshd jump = server();
        Answers yes = new Answers(true);
        try (SshLauncher launcher = new SshLauncher(
                home.launch(target.port(), jump.port()), new Keyring(yes, home.user()), TestHome.SHORT)) {
            assertThat(launcher.start(List.of("true")).waitFor()).isZero();
        }
        assertThat(yes.questions()).singleElement().asString().contains(":" + target.port() + " is unknown");
        assertThat(jump.logins()).isEqualTo(1);
    }

    @Test
    void aJumpHostThatCanNotConnectIsNamed() throws Exception {
        RealSshd jump = server();
        RealSshd target = server();
        target.close();
        try (SshLauncher launcher = launcher(home.launch(target.port(), jump.port()))) {
            assertThatThrownBy(() -> launcher.start(List.of("true")))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> assertThat(e.message())
                            .isEqualTo("jump host 127.0.0.1 can't connect to 127.0.0.1:" + target.port()
                                    + ": Connection refused"));
        }
    }

    @Test
    void aJumpHostThatForbidsItIsNamed() throws Exception {
        RealSshd jump = server("AllowTcpForwarding no");
        RealSshd target = server();
        try (SshLauncher launcher = launcher(home.launch(target.port(), jump.port()))) {
            assertThatThrownBy(() -> launcher.start(List.of("true")))
                    .hasMessageContaining("jump host 127.0.0.1 does not connect others");
        }
    }

    @Test
    void aJumpHostThatIsDownIsNamed() throws Exception {
        RealSshd jump = server();
        RealSshd target = server();
        jump.close();
        try (SshLauncher launcher = launcher(home.launch(target.port(), jump.port()))) {
            assertThatThrownBy(() -> launcher.start(List.of("true")))
                    .hasMessage("jump host 127.0.0.1: connection refused by 127.0.0.1:" + jump.port());
        }
    }

    @Test
    void aTargetThatFreezesBehindALiveJumpHostIsNoticed() throws Exception {
        RealSshd jump = server();
        RealSshd target = server();
        try (SshLauncher launcher = launcher(home.launch(target.port(), jump.port()))) {
            Process process = launcher.start(List.of("cat"));
            for (ProcessHandle child : target.children()) {
                TestHome.run("sh", "-c", "kill -STOP " + child.pid() + " || true"); // one may have ended by itself
            }
            assertThatThrownBy(() -> process.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }
}
