package io.connscale.cluster.launch.ssh;

import static io.connscale.net.FreePort.freePort;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on real OpenSSH servers, by the program ssh. */
@Timeout(60)
class OpenSshLauncherTest {
    @TempDir
    private static Path folder;

    private static TestHome home;
    private static RealSshd sshd;
    private static RealSshd other;

    @BeforeAll
    static void start() throws Exception {
        home = new TestHome(
                Files.createDirectories(folder.resolve("it's 100% \"home\"")).resolve("me"));
        sshd = new RealSshd(home, folder.resolve("sshd"));
        other = new RealSshd(home, folder.resolve("other"));
    }

    @AfterAll
    static void stop() {
        for (RealSshd server : new RealSshd[] {sshd, other}) {
            if (server != null) {
                server.close();
            }
        }
    }

    @BeforeEach
    void plain() throws Exception {
        config("");
        Files.deleteIfExists(home.folder().resolve("other_hosts"));
    }

    private static void config(String text) throws Exception {
        Files.writeString(home.folder().resolve("ssh_config"), text);
    }

    private static OpenSshLauncher launcher(Launch.Ssh launch) {
        return new OpenSshLauncher(launch, home.user(), TestHome.SHORT);
    }

    private static OpenSshLauncher launcher() {
        return launcher(home.launch(sshd.port()));
    }

    private static Launch.Ssh knowing(Optional<HostKey> rule) {
        return new Launch.Ssh(
                Optional.empty(),
                "127.0.0.1",
                OptionalInt.of(sshd.port()),
                Optional.of(home.userKey().toString()),
                rule,
                Optional.of(home.folder().resolve("other_hosts").toString()),
                Optional.empty());
    }

    /** A host of the user's own configuration, about which hosts.yaml says no more than its name. */
    private static Launch.Ssh named(String name) {
        return new Launch.Ssh(
                Optional.empty(),
                name,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The lines of a configuration that lead to the server. */
    private static String host(String name, RealSshd to) {
        return """
                Host %s
                  HostName 127.0.0.1
                  Port %d
                  IdentityFile "%s"
                  UserKnownHostsFile "%s"
                """.formatted(name, to.port(), quoted(home.userKey()), quoted(home.knownHosts()));
    }

    private static String quoted(Path path) {
        return path.toString().replace("\"", "\\\"").replace("%", "%%");
    }

    private static AgentException refused(OpenSshLauncher launcher) {
        return catchThrowableOfType(AgentException.class, () -> launcher.start(List.of("true")));
    }

    private static int runs(OpenSshLauncher launcher) throws Exception {
        return launcher.start(List.of("true")).waitFor();
    }

    @Test
    void wordsStreamsAndExitCodesAreTheCommands() throws Exception {
        Process odd = launcher()
                .start(List.of("printf", "<%s>", "a b", "'\"\\", "!!", "$(id)", "two\nlines\n", "", "*?[", "%", "é"));
        assertThat(TestHome.output(odd)).isEqualTo("<a b><'\"\\><!!><$(id)><two\nlines\n><><*?[><%><é>");
        assertThat(odd.waitFor()).isZero();
        assertThat(odd.exitValue()).isZero();

        Process process = launcher().start(List.of("sh", "-c", "cat; echo err >&2; exit 3"));
        process.getOutputStream().write("in".getBytes(UTF_8));
        process.getOutputStream().close();
        assertThat(TestHome.output(process)).isEqualTo("in");
        assertThat(process.getErrorStream()).hasBinaryContent("err\n".getBytes(UTF_8));
        assertThat(process.waitFor()).isEqualTo(3);
        assertThat(process.onExit()).succeedsWithin(5, TimeUnit.SECONDS).isSameAs(process);
    }

    @Test
    void aSignalThatEndedTheCommandIsToldFromOneThatEndedSsh() throws Exception {
        Process command = launcher().start(List.of("sh", "-c", "echo last words; kill -9 $$"));
        assertThat(TestHome.output(command)).isEqualTo("last words\n");
        assertThat(command.waitFor()).isEqualTo(137);
        assertThat(command.getErrorStream()).isEmpty();

        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        Process alive = launcher().start(List.of("cat"));
        ProcessHandle.current()
                .children()
                .filter(child -> !before.contains(child))
                .filter(child -> child.info().command().orElse("").endsWith("/ssh"))
                .forEach(ProcessHandle::destroyForcibly);
        assertThatThrownBy(() -> alive.getInputStream().read()).hasMessage("the connection broke");
        assertThat(alive.exitValue()).isEqualTo(-1);
    }

    @Test
    void aDestroyedCommandLosesItsStandardInput() throws Exception {
        Path gone = folder.resolve("gone");
        Process process = launcher().start(List.of("sh", "-c", "echo here; cat; echo gone > " + gone));
        process.getInputStream().read();
        process.destroyForcibly();
        Awaitility.await().until(() -> Files.exists(gone) && !process.isAlive()); // the command ends before its ssh
    }

    @Test
    void whereTheConnectionBreaksTheOutputDoesAndNoExitCodeIsKnown() throws Exception {
        Process killed = launcher().start(List.of("cat"));
        Process frozen = launcher(home.launch(other.port())).start(List.of("cat"));
        sshd.children().forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle child : other.children()) {
            TestHome.run("sh", "-c", "kill -STOP " + child.pid() + " || true");
        }
        for (Process process : List.of(killed, frozen)) {
            assertThatThrownBy(() -> process.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessage("the connection broke");
            assertThat(process.exitValue()).isEqualTo(-1);
        }
        other.children().forEach(ProcessHandle::destroyForcibly);
        assertThat(runs(launcher())).isZero();
    }

    @Test
    void anUnknownHostKeyIsRefusedUnlessItIsToBeTaken() throws Exception {
        config("Host *\n  StrictHostKeyChecking no\n");
        AgentException strict = refused(launcher(knowing(Optional.of(HostKey.STRICT))));
        assertThat(strict).hasMessage("host key unknown: no ED25519 key of [127.0.0.1]:" + sshd.port() + " is known");
        config("");
        assertThat(refused(launcher(knowing(Optional.empty())))).hasMessage(strict.message());
        assertThat(strict.hint())
                .startsWith("connect once with ssh -p " + sshd.port() + " -i ")
                .endsWith(" 127.0.0.1; hostKey: accept-new takes it unseen");

        assertThat(runs(launcher(knowing(Optional.of(HostKey.ACCEPT_NEW))))).isZero();
        assertThat(runs(launcher(knowing(Optional.of(HostKey.STRICT)))))
                .as("it is remembered")
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "accept-new", "ask", "yes"})
    void aChangedHostKeyIsAlwaysRefused(String configured) throws Exception {
        config("Host *\n  StrictHostKeyChecking " + configured + "\n");
        Path known = home.folder().resolve("other_hosts");
        PublicKeyBlob wrong = TestHome.pub(home.userKey());
        Files.writeString(known, "[127.0.0.1]:" + sshd.port() + " " + wrong.type() + " " + wrong.base64() + "\n");
        for (Optional<HostKey> rule : List.of(Optional.<HostKey>empty(), Optional.of(HostKey.ACCEPT_NEW))) {
            AgentException changed = refused(launcher(knowing(rule)));
            assertThat(changed)
                    .hasMessage("HOST KEY CHANGED: [127.0.0.1]:" + sshd.port() + " shows another key than " + known
                            + ":1; somebody may be listening in, or the host was installed anew");
            assertThat(changed.hint()).endsWith("ssh-keygen -f '" + known + "' -R '[127.0.0.1]:" + sshd.port() + "'");
        }
    }

    @Test
    void aRevokedHostKeyIsNamed() throws Exception {
        String line = Files.readString(home.knownHosts()).lines().findFirst().orElseThrow();
        Files.writeString(home.folder().resolve("other_hosts"), "@revoked " + line + "\n");
        assertThat(refused(launcher(knowing(Optional.of(HostKey.ACCEPT_NEW)))).message())
                .startsWith("HOST KEY REVOKED: [127.0.0.1]:" + sshd.port());
    }

    @Test
    void aLoginThatIsRefusedSaysWhoWasAndWhatTheServerTakes() throws Exception {
        Path wrong = home.folder().resolve("wrong");
        if (!Files.exists(wrong)) {
            home.key("wrong", "ed25519", "");
        }
        String who = System.getProperty("user.name") + "@127.0.0.1";
        assertThat(refused(launcher(home.launch(sshd.port(), wrong, Optional.empty()))))
                .hasMessageStartingWith("permission denied: " + who + " takes publickey");
        assertThat(refused(launcher(home.launch(sshd.port(), folder.resolve("nowhere"), Optional.empty()))))
                .hasMessageStartingWith("permission denied: " + who + " takes publickey")
                .hasMessageEndingWith(
                        "; no such identity: " + folder.resolve("nowhere") + ": No such file or directory");
    }

    @Test
    void aServerThatIsNotThereIsNamedInTheProgramsWords() throws Exception {
        int port = freePort();
        AgentException failure = refused(launcher(home.launch(port)));
        assertThat(failure)
                .hasMessage(
                        "ssh could not connect: ssh: connect to host 127.0.0.1 port " + port + ": Connection refused");
        assertThat(failure.hint()).startsWith("ssh -p " + port + " -i ").endsWith(" 127.0.0.1 tries the same");
    }

    @Test
    void aShellThatEndsAtOnceIsNoFailureOfTheConnection() throws Exception {
        try (RealSshd forced =
                new RealSshd(home, folder.resolve("forced"), "ForceCommand echo not available; exit 1")) {
            assertThat(refused(launcher(home.launch(forced.port()))))
                    .hasMessage("ended at once with exit code 1; it said instead: \"not available\"");
        }
    }

    @Test
    void withoutTheProgramThatIsSaid() {
        LocalUser user = new LocalUser("me", folder, Optional.empty(), List.of("/nowhere/ssh"));
        assertThat(refused(new OpenSshLauncher(named("x"), user, TestHome.SHORT)))
                .hasMessage("no command ssh on this machine");
    }

    @Test
    void aProxyCommandIsRun() throws Exception {
        Path used = folder.resolve("used");
        Path proxy = Files.writeString(folder.resolve("proxy"), """
                echo "$1" > %s
                exec 3<> "/dev/tcp/$2/$3"
                cat <&3 &
                cat >&3
                """.formatted(used));
        config(host("proxied", sshd) + "  ProxyCommand bash " + proxy + " %n %h %p\n");
        assertThat(runs(launcher(named("proxied")))).isZero();
        assertThat(used).hasContent("proxied");
    }

    @Test
    void theJumpHostOfHostsYamlIsGoneThroughWithTheSameKeyAndKnownHosts() throws Exception {
        long before = other.logins();
        assertThat(runs(launcher(home.launch(sshd.port(), other.port())))).isZero();
        assertThat(other.logins()).isEqualTo(before + 1);

        other.close();
        assertThat(refused(launcher(home.launch(sshd.port(), other.port()))).message())
                .startsWith("ssh could not connect: ");
        other.restart();
    }

    @Test
    void aConnectionThatTheUserHoldsOpenIsUsed() throws Exception {
        Path control = Files.createTempDirectory("cs").resolve("s"); // a socket's path is short
        config(host("shared", sshd) + "  ControlPath " + control + "\n");
        String[] client = {"ssh", "-F", home.folder() + "/ssh_config"};
        TestHome.run(client[0], client[1], client[2], "-M", "-N", "-f", "shared");
        long before = sshd.logins();
        assertThat(runs(launcher(named("shared")))).isZero();
        assertThat(sshd.logins()).isEqualTo(before);
        TestHome.run(client[0], client[1], client[2], "-O", "exit", "shared");
        removed(control);
    }

    /** With its folder, when the program has let go of it. */
    private static void removed(Path control) throws IOException {
        Awaitility.await().until(() -> !Files.exists(control));
        Files.delete(control.getParent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ControlPersist 60\n"})
    void whoEndsFirstEndsNobodyElsesConnection(String persist) throws Exception {
        Path control = Files.createTempDirectory("cs").resolve("s");
        config(host("shared", sshd) + "  ControlMaster auto\n  ControlPath " + control + "\n" + persist);
        long before = sshd.logins();
        Process first = launcher(named("shared")).start(List.of("cat"));
        Process second = launcher(named("shared")).start(List.of("cat"));
        first.destroyForcibly();
        first.waitFor();
        second.getOutputStream().write("still there".getBytes(UTF_8));
        second.getOutputStream().close();
        assertThat(TestHome.output(second)).isEqualTo("still there");
        assertThat(sshd.logins() - before).isEqualTo(persist.isEmpty() ? 2 : 1);
        if (!persist.isEmpty()) {
            TestHome.run("ssh", "-F", home.folder() + "/ssh_config", "-O", "exit", "shared");
        }
        removed(control);
    }

    @Test
    void forwardingsAndCommandsOfTheConfigurationAreLeftOut() throws Exception {
        config(host("busy", sshd) + "  RemoteCommand sleep 60\n  RequestTTY force\n  ExitOnForwardFailure yes\n"
                + "  LocalForward " + other.port() + " 127.0.0.1:1\n  LogLevel QUIET\n");
        assertThat(runs(launcher(named("busy")))).isZero();
    }

    @Test
    void eightAtOnceGetPastAServerThatTurnsSomeAwayAtRandom() throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(8);
        try (RealSshd busy = new RealSshd(home, folder.resolve("busy"), "MaxStartups 2:60:6")) {
            List<Future<Integer>> codes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                codes.add(starters.submit(() -> runs(launcher(home.launch(busy.port())))));
            }
            for (Future<Integer> code : codes) {
                assertThat(code.get()).isZero();
            }
            assertThat(busy.log()).contains("MaxStartups");
        }
        starters.shutdown();
    }
}
