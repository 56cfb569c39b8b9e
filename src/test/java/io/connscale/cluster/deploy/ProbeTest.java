package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.Needs;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.control.AgentException;
import io.connscale.kernel.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One look, at hosts of all kinds. */
@Timeout(60)
class ProbeTest {
    @TempDir
    Path folder;

    private RemoteHost host;

    @BeforeEach
    void host() throws IOException, AgentException {
        host = new RemoteHost(folder, 1000);
    }

    @Test
    void tellsWhatThisMachineIs() throws Exception {
        HostFacts facts = host.probe("");

        Limits here = Limits.ofThisProcess();
        assertThat(facts.limits().hardFiles()).isEqualTo(here.hardFiles());
        assertThat(facts.limits().ports()).isEqualTo(here.ports());
        assertThat(facts.system()).isEqualTo(System.getProperty("os.name"));
        assertThat(facts.machine()).isNotEmpty();
        assertThat(facts.cache()).contains(host.cache().toString());
        assertThat(facts.unwritable()).isEmpty();
        assertThat(facts.freeKiB()).isPositive();
        assertThat(facts.jarThere()).isFalse();
        assertThat(facts.terminal()).isFalse();
    }

    @Test
    void findsTheJavaThatItIsToldOf() throws Exception {
        String here = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        HostFacts facts = host.probe(here);

        assertThat(facts.javas()).singleElement().satisfies(java -> {
            assertThat(java.path()).isEqualTo(here);
            assertThat(java.feature()).isEqualTo(Runtime.version().feature());
        });
    }

    @Test
    void aJavaFolderIsAsGoodAsItsProgram() throws Exception {
        Path java = RemoteHost.fakeJava(folder.resolve("a jdk"), "21.0.2");

        assertThat(host.probe(folder.resolve("a jdk").toString()).javas())
                .containsExactly(new FoundJava("hosts.yaml", "21.0.2", "", java.toString()));
    }

    @Test
    void homeIsUnderstoodInAJavasPath() throws Exception {
        RemoteHost.fakeJava(host.home.resolve("jdk"), "21.0.2");

        assertThat(host.probe("~/jdk/bin/java").javas())
                .extracting(FoundJava::version)
                .containsExactly("21.0.2");
    }

    @Test
    void aJavaThatTellsItsVersionInAFileIsNotStarted() throws Exception {
        Path home = host.home.resolve(".sdkman/candidates/java/99");
        RemoteHost.script(home.resolve("bin/java"), "echo started > '" + folder + "/started'");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Us\"\nJAVA_VERSION=\"99.0.1\"\nOS_ARCH=\"aarch64\"");

        assertThat(host.probe("").javas()).contains(new FoundJava("folder", "99.0.1", "aarch64", home + "/bin/java"));
        assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    void whatIsNoJavaIsToldWithItsWords() throws Exception {
        Path broken = RemoteHost.script(folder.resolve("java"), "echo 'exec format error'; exit 126");

        assertThat(host.probe(broken.toString()).javas())
                .singleElement()
                .hasToString(broken + ", broken: exec format error");
    }

    @Test
    void noHomeInTheEnvironmentIsLookedUp() throws Exception {
        host.through("env", "-u", "HOME");

        HostFacts facts = host.probe("");

        assertThat(facts.cache()).contains(System.getProperty("user.home") + "/.cache/connscale");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo Welcome; echo to h1; exec \"$@\"",
                "printf 'no line end'; exec \"$@\"",
                "echo 'no such file' >&2; false; exec \"$@\"",
                "head -c 70000 /dev/urandom; exec \"$@\"",
                "sleep 1; exec \"$@\"",
                "eval \"$*\"",
                "eval \"sh -c '$*'\"",
                "(sleep 0.1; echo late; sleep 1) & exec \"$@\""
            })
    void goesOnWhateverTheLoginShellDoes(String shell) throws Exception {
        host.through("sh", "-c", shell, "sh");

        assertThat(host.probe("").cache()).contains(host.cache().toString());
        assertThat(host.deploy().jar()).isEqualTo(host.farJar().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox sh", "bash --posix"})
    void everyShellDoes(String shell) throws Exception {
        Needs.command(shell.split(" ", -1)[0]);
        Path bin = folder.resolve("bin");
        RemoteHost.script(bin.resolve("sh"), "exec " + shell + " \"$@\"");
        host.with("PATH=" + bin + ":/usr/bin:/bin");

        assertThat(host.deploy().copying()).isEqualTo(Installation.Copying.CHECKED);
        assertThat(host.deploy().copying()).isEqualTo(Installation.Copying.NONE);
        assertThat(host.probe("").limits().softFiles()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fish", "csh", "dash", "bash"})
    void everyLoginShellDoes(String login) throws Exception {
        Needs.command(login);
        host.through("sh", "-c", "exec " + login + " -c \"$*\"", "sshd");

        assertThat(host.deploy().copying()).isEqualTo(Installation.Copying.CHECKED);
    }

    @Test
    void aTerminalIsRefused() {
        Needs.command("script");
        host.through("sh", "-c", "exec script -qefc sh /dev/null", "sh");

        assertThatThrownBy(host::deploy).hasMessageStartingWith("the launcher gives a terminal");
    }

    @Test
    void aBrokenOffAnswerIsNamed() throws Exception {
        Path bin = folder.resolve("bin");
        RemoteHost.script(bin.resolve("df"), "kill -9 $PPID; echo killed >&2");
        host.with("PATH=" + bin + ":/usr/bin:/bin");

        assertThatThrownBy(() -> Probe.of(host.launcher(), host.jar, Optional.empty()))
                .isInstanceOf(AgentException.class)
                .hasMessageStartingWith("the script probe.sh broke off with ");
    }

    @Test
    void anEmptyEnvironmentIsEnough() throws Exception {
        var launcher = new io.connscale.cluster.launch.CommandLauncher(List.of("env", "-i", "HOME=" + host.home));

        assertThat(Probe.of(launcher, host.jar, Optional.empty()).cache())
                .contains(host.cache().toString());
    }
}
