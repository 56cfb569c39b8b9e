package io.connscale.hosts;

import static io.connscale.hosts.HostPlan.host;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network that other tests stand on, tried with OpenSSH's own client. */
@Tag("namespaces")
class NetworkOfHostsTest {
    /** How long a client tries, the server's first line included: one that is to find nobody, and any other. */
    private static final String SHORT = "ConnectTimeout=3";

    private static final String LONG = "ConnectTimeout=30";

    private static NetworkOfHosts network;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(
                host("h1").withBanner("Authorised users only").withBashrc("echo noise of bashrc"),
                host("h2").withSshd("MaxSessions 1").withSshRc("echo noise of rc; exit 3"),
                host("h3").withShell("/bin/dash"));
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    @Test
    void everyHostIsReachedByNameWithItsKeyCheckedAtItsOwnAddress() {
        for (SshHost host : network.hosts()) {
            assertThat(ssh(host, "echo from ${SSH_CONNECTION%% *} to ${SSH_CONNECTION#* * }")
                            .out())
                    .endsWith("from 10.77.0.1 to " + host.address() + " 22\n");
        }
        assertThat(network.console()
                        .run("ssh", "-o", LONG, network.host("h3").address6(), "echo six")
                        .out())
                .isEqualTo("six\n");
    }

    @Test
    void aHostKeyThatIsNotTheKnownOneIsRefused() {
        SshHost h3 = network.host("h3");
        String known = h3.knownHosts();
        h3.killSshd();
        h3.changeHostKey();
        h3.startSshd();

        assertThat(ssh(h3, "true").err()).contains("REMOTE HOST IDENTIFICATION HAS CHANGED");

        assertThat(h3.knownHosts()).isNotEqualTo(known);
        ClientFiles.write(network.console(), network.hosts());
        assertThat(ssh(h3, "true").exit()).isZero();
    }

    @Test
    void standardInputAndOutputAndTheExitCodeComeThrough() {
        Ran ran = network.console().runWith("a\nb\n", command(network.host("h3"), "tac; echo gone >&2; exit 7"));

        assertThat(ran.out()).isEqualTo("b\na\n");
        assertThat(ran.err()).isEqualTo("gone\n");
        assertThat(ran.exit()).isEqualTo(7);
    }

    @Test
    void eachHostHasItsOwnHomeShellAndJava() {
        for (SshHost host : network.hosts()) {
            assertThat(ssh(host, "cd ~ && pwd && touch here && command -v java").out())
                    .endsWith(host.home() + "\n" + Path.of(System.getProperty("java.home"), "bin/java") + "\n");
            assertThat(host.home().resolve("here")).exists();
        }
        assertThat(ssh(network.host("h3"), "echo $0").out()).isEqualTo("dash\n");
        assertThat(network.console().home().resolve("here")).doesNotExist();
    }

    @Test
    void aHostMakesTheNoiseThatItWasToldToMake() {
        assertThat(ssh(network.host("h1"), "echo said"))
                .isEqualTo(new Ran(0, "noise of bashrc\nsaid\n", "Authorised users only\n"));
        assertThat(ssh(network.host("h2"), "echo said")).isEqualTo(new Ran(0, "noise of rc\nsaid\n", ""));
    }

    @Test
    void aCutHostHearsNothingUntilItsCableIsBack() {
        SshHost h3 = network.host("h3");

        h3.cut();
        assertThat(shortly(h3).exit()).isEqualTo(255);
        assertThat(ssh(network.host("h2"), "true").exit()).isZero();

        h3.restore();
        assertThat(ssh(h3, "true").exit()).isZero();
    }

    @Test
    void packetsGetLostInTheDirectionThatWasSaid() throws Exception {
        SshHost h3 = network.host("h3");
        Machine console = network.console();

        h3.dropFrom(console);
        assertThat(shortly(h3).err()).contains("timed out");
        h3.dropNothing();
        h3.dropTo(console);
        // While it tries: a handshake whose answer can't be sent again is given up by the kernel after a second.
        Process trying = hold(h3, "-o", "ConnectTimeout=10");
        await().atMost(Duration.ofSeconds(9))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> h3.run("ss", "-H", "-t", "-n", "state", "syn-recv")
                        .out()
                        .contains("10.77.0.1"));
        assertThat(trying.waitFor()).isEqualTo(255);
        assertThat(new String(trying.getInputStream().readAllBytes(), UTF_8)).contains("timed out");
        h3.dropNothing();

        assertThat(ssh(h3, "true").exit()).isZero();
    }

    @Test
    void oneSessionAConnectionMeansOne() throws Exception {
        SshHost h2 = network.host("h2");
        String master = network.console().home().resolve("m").toString();
        Process held = hold(h2, "-M", "-S", master);
        await().until(() -> !h2.processes("cat").isEmpty());

        Ran second = network.console().run("ssh", "-S", master, "-o", "ControlMaster=no", "h2", "true");

        assertThat(second.err()).contains("Session open refused by peer");
        end(held);
    }

    @Test
    void connectionsAreCountedOnBothEnds() throws Exception {
        SshHost h2 = network.host("h2");
        Process held = hold(h2);
        await().until(() -> h2.established(22) == 1);
        assertThat(network.console().established(22)).isEqualTo(1);
        end(held);
        await().until(() -> h2.established(22) == 0);
    }

    @Test
    void aKilledSshdLeavesWhatItStartedAndComesBack() throws Exception {
        SshHost h2 = network.host("h2");
        Process held = hold(h2);
        await().until(() -> !h2.processes("cat").isEmpty());

        h2.killSshd();
        assertThat(held.waitFor()).isEqualTo(255);
        assertThat(ssh(h2, "true").err()).contains("refused");

        h2.startSshd();
        assertThat(ssh(h2, "true").exit()).isZero();
        end(held);
    }

    @Test
    void aFrozenHostAnswersAgainWhenItThaws() {
        SshHost h2 = network.host("h2");

        h2.freeze();
        assertThat(shortly(h2).exit()).isEqualTo(255);

        h2.thaw();
        assertThat(ssh(h2, "true").exit()).isZero();
    }

    @Test
    void whatIsMountedBeforeSshdIsSeenOnThatHostAlone() {
        try (NetworkOfHosts small = NetworkOfHosts.of(host("small").withBefore("mount -t tmpfs -o size=64k none ~"))) {
            Ran full = small.console().run("ssh", "small", "head -c 1M /dev/zero > ~/big");
            assertThat(full.err()).contains("No space left on device");
            assertThat(small.host("small").home()).isEmptyDirectory();
        }
    }

    @Test
    void nothingIsLeftAfterwards() {
        NetworkOfHosts gone = NetworkOfHosts.of(1);
        Path home = gone.host("h1").home();
        List<ProcessHandle> processes = gone.host("h1").processes();
        List<Namespace> before = Namespace.all();
        assertThat(processes).isNotEmpty();

        gone.close();

        await().until(() ->
                processes.stream().noneMatch(ProcessHandle::isAlive)); // or nobody has asked yet how it ended
        assertThat(Namespace.all()).hasSize(before.size() - 3);
        assertThat(home).doesNotExist();
    }

    @Test
    void aNetworkThatCanNotBeMadeLeavesNothingEither() {
        List<Namespace> before = Namespace.all();

        assertThatThrownBy(() -> NetworkOfHosts.of(host("good"), host("bad").withSshd("NoSuchOption yes")))
                .hasMessageContaining("bad: sshd ended")
                .hasMessageContaining("NoSuchOption");

        assertThat(Namespace.all()).hasSameElementsAs(before);
    }

    @Test
    void whatAKilledRunLeftIsRemovedByTheNextOne() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        String name = "connscale-" + dead.pid() + "-1-";
        Namespace left = Namespace.make(name + "h1");
        Path folder = Files.createTempDirectory(name);
        Process sleeper = new ProcessBuilder("ip", "netns", "exec", left.name(), "sleep", "600").start();
        await().until(() -> !left.processes().isEmpty());

        Leftovers.remove();

        assertThat(sleeper.waitFor()).isNotZero();
        assertThat(Namespace.all()).doesNotContain(left);
        assertThat(folder).doesNotExist();
    }

    private static Ran ssh(SshHost host, String... words) {
        return network.console().run(command(host, words));
    }

    private static Ran shortly(SshHost host) {
        return network.console().run("ssh", "-o", SHORT, host.name(), "true");
    }

    private static String[] command(SshHost host, String... words) {
        return Stream.concat(Stream.of("ssh", "-o", LONG, host.name()), Stream.of(words))
                .toArray(String[]::new);
    }

    /** A connection with a command on it that goes on. */
    private static Process hold(SshHost host, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of(network.console().in().toString(), "ssh"));
        words.addAll(List.of(options));
        words.addAll(List.of(host.name(), "exec cat"));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static void end(Process held) throws InterruptedException {
        held.destroyForcibly().waitFor();
    }
}
