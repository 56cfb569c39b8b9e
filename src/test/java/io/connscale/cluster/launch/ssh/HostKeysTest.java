package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.control.AgentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A host's key is always checked: against an embedded server, whose key can change. */
@Timeout(60)
class HostKeysTest {
    @TempDir
    private Path folder;

    private TestHome home;

    @BeforeEach
    void settle() {
        home = new TestHome(folder.resolve("home"));
    }

    private int runs(EmbeddedSshd sshd, Optional<HostKey> hostKey, Asker asker) throws Exception {
        return runs(home.launch(sshd.port(), home.userKey(), hostKey), asker);
    }

    private int runs(Launch.Ssh launch, Asker asker) throws Exception {
        try (SshLauncher launcher = new SshLauncher(launch, new Keyring(asker, home.user()), TestHome.SHORT)) {
            return launcher.start(List.of("true")).waitFor();
        }
    }

    private static AgentException refused(ThrowingCallable start) {
        AgentException[] refusal = new AgentException[1];
        assertThatThrownBy(start).asInstanceOf(type(AgentException.class)).satisfies(e -> refusal[0] = e);
        return refusal[0];
    }

    private String known(EmbeddedSshd sshd) throws Exception {
        return EmbeddedSshd.known(home.knownHosts()).replace(String.valueOf(sshd.port()), "PORT");
    }

    @Test
    void aKnownKeyIsRight() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            home.know(sshd.port(), sshd.hostKey(0));
            assertThat(runs(sshd, Optional.empty(), Asker.NOBODY)).isZero();
        }
    }

    @Test
    void anUnknownKeyIsRefusedInBatchWithTheCommandThatMendsIt() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            AgentException e = refused(() -> runs(sshd, Optional.empty(), Asker.NOBODY));
            assertThat(e.message())
                    .isEqualTo("host key unknown: [127.0.0.1]:" + sshd.port() + " shows ecdsa-sha2-nistp256 "
                            + sshd.hostKey(0).fingerprint());
            assertThat(e.hint()).startsWith("ssh-keyscan -p " + sshd.port() + " 127.0.0.1 >> ~/known_hosts");
            assertThat(home.knownHosts()).doesNotExist();
            await().until(() -> sshd.sessions() == 0); // the server's side ends when it has read the end of ours
        }
    }

    @Test
    void anUnknownKeyIsAskedAboutAndRemembered() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Answers yes = new Answers(true);
            assertThat(runs(sshd, Optional.empty(), yes)).isZero();
            assertThat(yes.questions())
                    .singleElement()
                    .asString()
                    .contains(
                            "[127.0.0.1]:" + sshd.port(),
                            "ecdsa-sha2-nistp256",
                            sshd.hostKey(0).fingerprint());
            assertThat(known(sshd))
                    .isEqualTo("[127.0.0.1]:PORT ecdsa-sha2-nistp256 "
                            + sshd.hostKey(0).base64() + "\n");
            assertThat(Files.getPosixFilePermissions(home.knownHosts()))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(runs(sshd, Optional.empty(), Asker.NOBODY)).isZero();
        }
    }

    @Test
    void strictRefusesAnUnknownKeyWithoutAQuestionWhateverTheConfigurationSays() throws Exception {
        for (String setting : List.of("accept-new", "no", "ask")) {
            try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
                Files.writeString(
                        home.folder().resolve("ssh_config"), "Host *\n  StrictHostKeyChecking " + setting + "\n");
                Answers yes = new Answers(true);
                assertThat(refused(() -> runs(sshd, Optional.of(HostKey.STRICT), yes))
                                .message())
                        .startsWith("host key unknown");
                assertThat(yes.questions()).isEmpty();
                assertThat(home.knownHosts()).doesNotExist();
            }
        }
    }

    @Test
    void withoutAnyFileOfKnownHostsAnUnknownKeyIsRefusedAndTheReasonNamed() throws Exception {
        Files.writeString(home.folder().resolve("ssh_config"), "Host *\n  UserKnownHostsFile none\n");
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Launch.Ssh usual = home.launch(sshd.port());
            Launch.Ssh none = new Launch.Ssh(
                    usual.user(),
                    usual.host(),
                    usual.port(),
                    usual.key(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            Answers yes = new Answers(true);
            AgentException e = refused(() -> runs(none, yes));
            assertThat(e.message()).startsWith("host key unknown").endsWith("; UserKnownHostsFile none keeps no key");
            assertThat(e.hint()).contains("knownHosts: FILE");
            assertThat(yes.questions()).isEmpty();
        }
    }

    @Test
    void aUserWhoSaysNoIsHeard() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Answers no = new Answers(false);
            assertThat(refused(() -> runs(sshd, Optional.empty(), no)).message())
                    .startsWith("host key unknown");
            assertThat(no.questions()).hasSize(1);
            assertThat(home.knownHosts()).doesNotExist();
        }
    }

    @Test
    void acceptNewTakesAnUnknownKeyOnceAndRefusesAnother() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Files.writeString(home.knownHosts(), "# mine\nother ssh-rsa AAAA"); // no end of line
            assertThat(runs(sshd, Optional.of(HostKey.ACCEPT_NEW), Asker.NOBODY))
                    .isZero();
            String line =
                    "[127.0.0.1]:PORT ecdsa-sha2-nistp256 " + sshd.hostKey(0).base64() + "\n";
            assertThat(known(sshd)).isEqualTo("# mine\nother ssh-rsa AAAA\n" + line);

            PublicKeyBlob before = sshd.hostKey(0);
            sshd.changeHostKey("EC");
            AgentException e = refused(() -> runs(sshd, Optional.of(HostKey.ACCEPT_NEW), new Answers(true)));
            assertThat(e.message())
                    .startsWith("HOST KEY CHANGED")
                    .contains(before.fingerprint(), sshd.hostKey(0).fingerprint(), home.knownHosts() + ":3");
            assertThat(e.hint())
                    .contains("ssh-keygen -f '" + home.knownHosts() + "' -R '[127.0.0.1]:" + sshd.port() + "'");
            assertThat(known(sshd)).endsWith(line);
        }
    }

    @Test
    void aHostThatIsKnownUnderAnotherTypeOfKeyHasChanged() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            home.know(sshd.port(), sshd.hostKey(0));
            sshd.changeHostKey("RSA");
            assertThat(refused(() -> runs(sshd, Optional.of(HostKey.ACCEPT_NEW), new Answers(true)))
                            .message())
                    .startsWith("HOST KEY CHANGED");
        }
    }

    @Test
    void theKeyThatIsKnownIsAskedForWhereTheHostHasSeveral() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC", "RSA")) {
            home.know(sshd.port(), sshd.hostKey(1));
            assertThat(runs(sshd, Optional.empty(), Asker.NOBODY)).isZero();
        }
    }

    @Test
    void aRevokedKeyIsRefusedThoughAnotherLineKnowsIt() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            home.know(sshd.port(), sshd.hostKey(0));
            Files.writeString(
                    home.knownHosts(),
                    "@revoked * " + known(sshd).split(" ", 2)[1],
                    java.nio.file.StandardOpenOption.APPEND);
            assertThat(refused(() -> runs(sshd, Optional.of(HostKey.ACCEPT_NEW), new Answers(true)))
                            .message())
                    .startsWith("HOST KEY REVOKED");
        }
    }

    @Test
    void whatCanNotBeRememberedIsNotAccepted() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Launch.Ssh launch = new Launch.Ssh(
                    Optional.empty(),
                    "127.0.0.1",
                    OptionalInt.of(sshd.port()),
                    Optional.of(home.userKey().toString()),
                    Optional.of(HostKey.ACCEPT_NEW),
                    Optional.of("/dev/null"),
                    Optional.empty());
            assertThat(refused(() -> runs(launch, Asker.NOBODY)).message())
                    .isEqualTo("cannot store host keys: /dev/null is not a regular file");
        }
    }

    @Test
    void openSshsOwnNoMeansAcceptNewAndNothingMore() throws Exception {
        Files.writeString(home.folder().resolve("ssh_config"), "Host *\n  StrictHostKeyChecking no\n");
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            assertThat(runs(sshd, Optional.empty(), Asker.NOBODY)).isZero();
            sshd.changeHostKey("EC");
            assertThat(refused(() -> runs(sshd, Optional.empty(), Asker.NOBODY)).message())
                    .startsWith("HOST KEY CHANGED");
        }
    }

    @Test
    void openSshsOwnYesAsksNobody() throws Exception {
        Files.writeString(home.folder().resolve("ssh_config"), "Host *\n  StrictHostKeyChecking yes\n");
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, "EC")) {
            Answers yes = new Answers(true);
            assertThat(refused(() -> runs(sshd, Optional.empty(), yes)).message())
                    .startsWith("host key unknown");
            assertThat(yes.questions()).isEmpty();
        }
    }
}
