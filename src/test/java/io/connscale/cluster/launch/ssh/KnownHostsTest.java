package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Needs;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.Route.Hop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenSSH's known_hosts files. */
class KnownHostsTest {
    private static final PublicKeyBlob KEY =
            new PublicKeyBlob("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl");
    private static final PublicKeyBlob OTHER =
            new PublicKeyBlob("AAAAC3NzaC1lZDI1NTE5AAAAIPXTCYRcoUAJ8RfStQf1mmNIJFlKXB3tuLPGSR5CX3mZ");

    @TempDir
    private Path folder;

    private Hop hop(String name, int port) {
        Path user = folder.resolve("known_hosts");
        return new Hop(
                name,
                name,
                port,
                "me",
                Hop.knownAs(name, port),
                List.of(),
                List.of(),
                Optional.empty(),
                false,
                HostKeyCheck.Rule.ASK,
                List.of(user, folder.resolve("known_hosts2")),
                List.of(folder.resolve("global")));
    }

    private HostKeyCheck.Verdict verdict(String lines, String name, int port) throws Exception {
        Files.writeString(folder.resolve("known_hosts"), lines);
        return HostKeyCheck.judge(KEY, new KnownHosts(hop(name, port)).lines());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name|name|22",
                "other,name|name|22",
                "*.example.org|a.example.org|22",
                "n?me|name|22",
                "NAME|name|22",
                "[name]:2222|name|2222",
                "name|name|2222",
                "[::1]:2222|::1|2222",
                "*,!bad|name|22",
            })
    void aLineIsAboutItsHosts(String hosts, String name, int port) throws Exception {
        assertThat(verdict(hosts + " ssh-ed25519 " + KEY.base64() + " a comment\n", name, port))
                .isInstanceOf(HostKeyCheck.Verdict.Good.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "other|name|22",
                "*,!name|name|22",
                "[name]:2222|name|22",
                "[name]:2222|name|2223",
                "# name|name|22",
                "nam|name|22",
                "n.me|name|22",
                "'|1|broken'|name|22",
            })
    void aLineIsAboutNoOthers(String hosts, String name, int port) throws Exception {
        assertThat(verdict(hosts + " ssh-ed25519 " + KEY.base64() + "\n", name, port))
                .isInstanceOf(HostKeyCheck.Verdict.Unknown.class);
    }

    @Test
    void namesThatOpenSshHashedAreFound() throws Exception {
        Needs.command("ssh-keygen");
        Path file = folder.resolve("hashed");
        Files.writeString(
                file, "name ssh-ed25519 " + KEY.base64() + "\n[name]:2222 ssh-ed25519 " + OTHER.base64() + "\n");
        TestHome.run("ssh-keygen", "-H", "-f", file.toString());
        String hashed = Files.readString(file);
        assertThat(hashed).startsWith("|1|").doesNotContain("name");
        assertThat(verdict(hashed, "name", 22)).isInstanceOf(HostKeyCheck.Verdict.Good.class);
        assertThat(verdict(hashed, "name", 2222)).isInstanceOf(HostKeyCheck.Verdict.Changed.class);
        assertThat(verdict(hashed, "other", 22)).isInstanceOf(HostKeyCheck.Verdict.Unknown.class);
    }

    @Test
    void oneOfSeveralKeysIsEnough() throws Exception {
        String lines = "name ssh-ed25519 " + OTHER.base64() + "\nname ssh-ed25519 " + KEY.base64() + "\n";
        assertThat(verdict(lines, "name", 22)).isInstanceOf(HostKeyCheck.Verdict.Good.class);
    }

    @Test
    void anotherKeyHasChangedAndItsLineIsTold() throws Exception {
        assertThat(verdict("# mine\n\nname ssh-ed25519 " + OTHER.base64() + "\n", "name", 22))
                .isInstanceOfSatisfying(HostKeyCheck.Verdict.Changed.class, changed -> {
                    assertThat(changed.before().key()).isEqualTo(OTHER);
                    assertThat(changed.before().place()).isEqualTo(folder.resolve("known_hosts") + ":3");
                });
    }

    @Test
    void anAuthorityIsNotReadAndSaid() throws Exception {
        HostKeyCheck.Verdict verdict = verdict("@cert-authority * ssh-ed25519 " + KEY.base64() + "\n", "name", 22);
        assertThat(verdict).isInstanceOf(HostKeyCheck.Verdict.Unknown.class);
        LocalUser user = new TestHome(folder.resolve("home")).user();
        assertThat(verdict.refusal(hop("name", 22), user, true).orElseThrow().message())
                .contains("known_hosts:1 trusts a certificate authority for it, which connscale does not read");
    }

    @Test
    void theMachinesFileIsReadToo() throws Exception {
        Files.writeString(folder.resolve("global"), "name ssh-ed25519 " + KEY.base64() + "\n");
        assertThat(verdict("", "name", 22)).isInstanceOf(HostKeyCheck.Verdict.Good.class);
    }

    @Test
    void brokenLinesAreSkipped() throws Exception {
        String lines =
                "name\nname ssh-ed25519\nname ssh-ed25519 !!!\n\u0000\n@revoked\nname ssh-ed25519 " + KEY.base64();
        assertThat(verdict(lines, "name", 22)).isInstanceOf(HostKeyCheck.Verdict.Good.class);
    }

    @Test
    void fingerprintsAreOpenSshs() throws Exception {
        Needs.command("ssh-keygen");
        Path file = Files.writeString(folder.resolve("k.pub"), "ssh-ed25519 " + KEY.base64() + " c\n");
        assertThat(TestHome.run("ssh-keygen", "-l", "-f", file.toString())).contains(" " + KEY.fingerprint() + " ");
        assertThat(KEY).hasToString("ssh-ed25519 " + KEY.fingerprint());
    }

    @Test
    void manyHostsAreRememberedAtTheSameTimeAndOpenSshFindsThem() throws Exception {
        Needs.command("ssh-keygen");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            KnownHosts known = new KnownHosts(hop("h" + i, i % 2 == 0 ? 22 : 2222));
            writers.add(pool.submit(() -> {
                known.remember(KEY);
                return null;
            }));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
        pool.shutdown();
        Path file = folder.resolve("known_hosts");
        assertThat(Files.readAllLines(file))
                .hasSize(50)
                .containsAll(IntStream.range(0, 50)
                        .mapToObj(i -> (i % 2 == 0 ? "h" + i : "[h" + i + "]:2222") + " ssh-ed25519 " + KEY.base64())
                        .toList());
        assertThat(TestHome.run("ssh-keygen", "-F", "[h7]:2222", "-f", file.toString()))
                .contains(KEY.base64());
    }
}
