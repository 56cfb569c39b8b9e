package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.connscale.Needs;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.control.AgentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.common.Buffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logging in to a real OpenSSH server with keys of all sorts. */
@Timeout(60)
class LoginTest {
    @TempDir
    private Path folder;

    private TestHome home;
    private RealSshd sshd;

    @BeforeEach
    void start() throws Exception {
        home = new TestHome(folder.resolve("home"));
        sshd = new RealSshd(home, folder.resolve("sshd"));
    }

    @AfterEach
    void stop() {
        if (sshd != null) {
            sshd.close();
        }
    }

    private int runs(Launch.Ssh launch, Keyring keyring) throws Exception {
        try (SshLauncher launcher = new SshLauncher(launch, keyring, TestHome.SHORT)) {
            return launcher.start(List.of("true")).waitFor();
        }
    }

    private Launch.Ssh with(Path key) {
        return home.launch(sshd.port(), key, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "ed25519,,",
        "ecdsa,-b,256",
        "ecdsa,-b,384",
        "ecdsa,-b,521",
        "rsa,-b,2048",
        "rsa,-m,PEM",
        "ecdsa,-m,PEM",
        "rsa,-m,PKCS8",
        "ecdsa,-m,PKCS8"
    })
    void keysOfEachTypeAndFormatAreTaken(String type, String option, String value) throws Exception {
        Path key = option == null ? home.key("k", type, "") : home.key("k", type, "", option, value);
        sshd.letIn(key);
        Files.delete(Path.of(key + ".pub"));
        assertThat(runs(with(key), home.keyring())).isZero();
    }

    @ParameterizedTest
    @CsvSource({"ed25519,-a,1", "rsa,-m,PEM", "ecdsa,-m,PKCS8", "rsa,-m,PKCS8"})
    void aPassphraseIsAskedForOnceASession(String type, String option, String value) throws Exception {
        Path key = home.key("k", type, "open sesame", option, value);
        sshd.letIn(key);
        Answers answers = new Answers(false, "wrong", "open sesame");
        Keyring keyring = new Keyring(answers, home.user());
        assertThat(runs(with(key), keyring)).isZero();
        assertThat(runs(with(key), keyring)).isZero();
        assertThat(answers.questions())
                .containsExactly("Passphrase of ~/k", "Passphrase of ~/k (the last one was wrong)");
    }

    @Test
    void aKeyThatTheServerDoesNotTakeIsNotAskedAbout() throws Exception {
        Path locked = home.key("locked", "ed25519", "secret", "-a", "1");
        Answers answers = new Answers(false, "secret");
        assertThatThrownBy(() -> runs(with(locked), new Keyring(answers, home.user())))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining(" accepted none of these keys: ")
                .hasMessageContaining("~/locked");
        assertThat(answers.questions()).isEmpty();
    }

    @Test
    void aPassphraseThatIsRefusedIsNotAskedForAgainByThoseThatWereStartingThen() throws Exception {
        Path key = home.key("k", "ed25519", "secret", "-a", "1");
        sshd.letIn(key);
        Answers nobody = new Answers(false);
        Keyring keyring = new Keyring(nobody, home.user());
        Keyring waiting = keyring.atStart();
        for (Keyring each : List.of(keyring, waiting)) {
            assertThatThrownBy(() -> runs(with(key), each))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> assertThat(e.message()).contains("~/k (its passphrase was not given)"))
                    .satisfies(e -> assertThat(e.hint()).contains("ssh-add"));
        }
        assertThat(nobody.questions()).hasSize(1);
    }

    @Test
    void aPassphraseThatWasRefusedOnceCanBeGivenAtTheNextStart() throws Exception {
        Path key = home.key("k", "ed25519", "secret", "-a", "1");
        sshd.letIn(key);
        Answers answers = new Answers(false, "", "secret");
        Keyring keyring = new Keyring(answers, home.user());
        assertThatThrownBy(() -> runs(with(key), keyring.atStart())).hasMessageContaining("was not given");
        assertThat(runs(with(key), keyring.atStart())).isZero();
        assertThat(runs(with(key), keyring.atStart())).isZero();
        assertThat(answers.questions()).containsExactly("Passphrase of ~/k", "Passphrase of ~/k");
    }

    @Test
    void aWrongKeyIsNamed() throws Exception {
        Path wrong = home.key("wrong", "ed25519", "");
        assertThatThrownBy(() -> runs(with(wrong), home.keyring()))
                .asInstanceOf(type(AgentException.class))
                .satisfies(e -> assertThat(e.message())
                        .isEqualTo(System.getProperty("user.name") + "@127.0.0.1:" + sshd.port()
                                + " accepted none of these keys: ~/wrong"))
                .satisfies(e -> assertThat(e.hint()).startsWith("ssh-copy-id -p " + sshd.port()));
    }

    @Test
    void aFidoKeyIsLeftToTheSshProgram() throws Exception {
        Buffer.PlainBuffer token = new Buffer.PlainBuffer()
                .putString("sk-ssh-ed25519@openssh.com")
                .putBytes(new byte[32])
                .putString("ssh:");
        PublicKeyBlob pub = PublicKeyBlob.of(token.getCompactData());
        Path key = Files.writeString(home.folder().resolve("token"), "-----BEGIN OPENSSH PRIVATE KEY-----");
        Files.writeString(Path.of(key + ".pub"), pub.type() + " " + pub.base64() + " me\n");
        sshd.letIn(key);
        assertThatThrownBy(() -> runs(with(key), home.keyring()))
                .asInstanceOf(type(AgentException.class))
                .satisfies(e -> assertThat(e.message())
                        .endsWith(" accepted none of these keys: ~/token"
                                + " (a FIDO key, which connscale itself can't use)"))
                .satisfies(e -> assertThat(e.hint()).startsWith("launch: openssh in hosts.yaml "));
    }

    @Test
    void aServerThatTakesKerberosAloneIsLeftToTheSshProgram() throws Exception {
        try (RealSshd kerberos = new RealSshd(
                home,
                folder.resolve("kerberos"),
                "PubkeyAuthentication no",
                "KbdInteractiveAuthentication no",
                "GSSAPIAuthentication yes")) {
            assertThatThrownBy(() -> runs(home.launch(kerberos.port()), home.keyring()))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> assertThat(e.message())
                            .endsWith("can't log in with a key: the server takes gssapi-keyex,gssapi-with-mic"))
                    .satisfies(e -> assertThat(e.hint())
                            .startsWith("launch: openssh in hosts.yaml ")
                            .contains("GSSAPI"));
        }
    }

    @Test
    void aKeyFileThatIsMissingOrNoneIsNamed() throws Exception {
        assertThatThrownBy(() -> runs(with(folder.resolve("nowhere")), home.keyring()))
                .hasMessageContaining("no key to log in with: there is no " + folder.resolve("nowhere"))
                .asInstanceOf(type(AgentException.class))
                .satisfies(e -> assertThat(e.hint()).contains("ssh-copy-id -p " + sshd.port() + " "));
        Path junk = Files.writeString(home.folder().resolve("junk"), "not a key");
        assertThatThrownBy(() -> runs(with(junk), home.keyring()))
                .hasMessageContaining("~/junk (not a private key that can be read)");
    }

    @Test
    void sshAgentSignsWhatTheFileCanNot() throws Exception {
        Needs.command("ssh-agent");
        for (String type : List.of("ed25519", "rsa", "ecdsa")) {
            Path key = home.key("k_" + type, type, "");
            sshd.letIn(key);
            try (TestSshAgent agent = new TestSshAgent(folder.resolve("agent_" + type))) {
                agent.add(key);
                Files.delete(key);
                Keyring keyring = new Keyring(Asker.NOBODY, home.user(Optional.of(agent.socket())));
                assertThat(runs(anyKey(), keyring)).isZero();
            }
        }
    }

    @Test
    void aKeyThatSshAgentHoldsNeedsNoPassphrase() throws Exception {
        Needs.command("ssh-agent");
        Path key = home.key("k", "ed25519", "");
        sshd.letIn(key);
        try (TestSshAgent agent = new TestSshAgent(folder.resolve("agent"))) {
            agent.add(key);
            TestHome.run("ssh-keygen", "-q", "-p", "-P", "", "-N", "locked", "-a", "1", "-f", key.toString());
            Answers answers = new Answers(false);
            assertThat(runs(with(key), new Keyring(answers, home.user(Optional.of(agent.socket())))))
                    .isZero();
            assertThat(answers.questions()).isEmpty();
        }
    }

    @Test
    void aSocketWithoutSshAgentIsPassedOver() throws Exception {
        Keyring keyring = new Keyring(Asker.NOBODY, home.user(Optional.of(folder.resolve("nobody"))));
        assertThat(runs(home.launch(sshd.port()), keyring)).isZero();
    }

    @Test
    void aDeadSshAgentIsNamedWhereItWouldHaveHelped() throws Exception {
        Path socket = folder.resolve("dead");
        try (var nobody = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            nobody.bind(java.net.UnixDomainSocketAddress.of(socket));
        } // its socket stays behind, as an agent's does that was killed
        Keyring keyring = new Keyring(Asker.NOBODY, home.user(Optional.of(socket)));
        String dead = "ssh-agent does not answer at " + socket + " (Connection refused)";
        assertThatThrownBy(() -> runs(with(folder.resolve("nowhere")), keyring)).hasMessageEndingWith(dead);
        Path wrong = home.key("wrong", "ed25519", "");
        assertThatThrownBy(() -> runs(with(wrong), keyring)).hasMessageEndingWith("~/wrong; " + dead);
    }

    @ParameterizedTest
    @CsvSource({"ed25519,''", "rsa,''", "ecdsa,''", "ed25519,secret"})
    void aCertificateBesideItsKeyIsShown(String type, String passphrase) throws Exception {
        Path key = certified(type, passphrase);
        Answers answers = new Answers(false, "secret");
        assertThat(runs(with(key), new Keyring(answers, home.user()))).isZero();
        assertThat(answers.questions()).hasSize(passphrase.isEmpty() ? 0 : 1);
        assertThat(sshd.log()).contains("Accepted certificate ID \"me\"");
    }

    @Test
    void aCertificateThatTheConfigurationNamesGoesWithAKeyInSshAgent() throws Exception {
        Needs.command("ssh-agent");
        Path key = certified("rsa", "");
        try (TestSshAgent agent = new TestSshAgent(folder.resolve("agent"))) {
            Path certificate =
                    Files.move(Path.of(key + "-cert.pub"), home.folder().resolve("elsewhere.pub"));
            agent.add(key);
            Files.delete(key);
            Files.delete(Path.of(key + ".pub"));
            Files.writeString(
                    home.folder().resolve("ssh_config"),
                    "Host *\n  CertificateFile " + certificate + "\n  IdentityAgent " + agent.socket() + "\n");
            assertThat(runs(anyKey(), home.keyring())).isZero();
        }
    }

    @Test
    void aCertificateInSshAgentIsShown() throws Exception {
        Needs.command("ssh-agent");
        Path key = certified("ed25519", "");
        try (TestSshAgent agent = new TestSshAgent(folder.resolve("agent"))) {
            agent.add(key);
            Files.delete(Path.of(key + "-cert.pub"));
            assertThat(runs(with(key), new Keyring(Asker.NOBODY, home.user(Optional.of(agent.socket())))))
                    .isZero();
        }
    }

    /** A key that the server knows by an authority's certificate alone. */
    private Path certified(String type, String passphrase) throws Exception {
        sshd.close();
        Path authority = home.key("authority", "ed25519", "");
        sshd = new RealSshd(home, folder.resolve("certified"), "TrustedUserCAKeys " + authority + ".pub");
        Path key = home.key("c", type, passphrase, "-a", "1");
        String user = System.getProperty("user.name");
        TestHome.run("ssh-keygen", "-q", "-s", authority + "", "-I", "me", "-n", user, "-V", "+1h", key + ".pub");
        return key;
    }

    @Test
    void tooManyWrongKeysAreNamed() throws Exception {
        Needs.command("ssh-agent");
        try (TestSshAgent agent = new TestSshAgent(folder.resolve("agent"))) {
            for (int i = 0; i < 7; i++) {
                agent.add(home.key("wrong" + i, "ed25519", ""));
            }
            Keyring keyring = new Keyring(Asker.NOBODY, home.user(Optional.of(agent.socket())));
            assertThatThrownBy(() -> runs(anyKey(), keyring))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> assertThat(e.message())
                            .startsWith("the server hung up after too many wrong keys: ssh-agent's wrong0"))
                    .satisfies(e -> assertThat(e.hint()).contains("key: FILE"));
        }
    }

    @Test
    void aUserWhoTakesLongerThanTheServerWaitsIsNotAskedAgain() throws Exception {
        sshd.close();
        sshd = new RealSshd(home, folder.resolve("impatient"), "LoginGraceTime 5");
        Path key = home.key("k", "ed25519", "secret", "-a", "1");
        sshd.letIn(key);
        RealSshd server = sshd;
        Asker slow = new Asker() {
            private int asked;

            @Override
            public Optional<String> secret(String question) {
                asked++;
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> server.children().isEmpty());
                return asked == 1 ? Optional.of("secret") : Optional.empty();
            }

            @Override
            public boolean agree(String question) {
                return false;
            }
        };
        assertThat(runs(with(key), new Keyring(slow, home.user()))).isZero();
    }

    @Test
    void aServerThatWantsMoreThanAKeyIsNamed() throws Exception {
        sshd.close();
        sshd = new RealSshd(
                home,
                folder.resolve("more"),
                "AuthenticationMethods publickey,keyboard-interactive",
                "KbdInteractiveAuthentication yes");
        assertThatThrownBy(() -> runs(home.launch(sshd.port()), home.keyring()))
                .hasMessageContaining("a key is not enough for")
                .hasMessageContaining("keyboard-interactive");
    }

    /** No key named: the configuration's, and ssh-agent's. */
    private Launch.Ssh anyKey() {
        return new Launch.Ssh(
                Optional.empty(),
                "127.0.0.1",
                OptionalInt.of(sshd.port()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(home.knownHosts().toString()),
                Optional.empty());
    }

    /** An ssh-agent of the test's own; ended by its pid. */
    private static final class TestSshAgent implements AutoCloseable {
        private final Path socket;
        private final Process process;

        TestSshAgent(Path socket) throws Exception {
            this.socket = socket;
            process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Awaitility.await().until(() -> Files.exists(socket) && listens());
        }

        /** Its socket is there a moment before it takes anybody: exit code 1 is "no keys", 2 is nobody there. */
        private boolean listens() throws Exception {
            return sshAdd("-l") < 2;
        }

        void add(Path key) throws Exception {
            assertThat(sshAdd("-q", key.toString())).isZero();
        }

        private int sshAdd(String... words) throws Exception {
            List<String> command = new ArrayList<>(List.of("ssh-add"));
            command.addAll(List.of(words));
            ProcessBuilder add = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            add.environment().put("SSH_AUTH_SOCK", socket.toString());
            return add.start().onExit().get(10, TimeUnit.SECONDS).exitValue();
        }

        Path socket() {
            return socket;
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
