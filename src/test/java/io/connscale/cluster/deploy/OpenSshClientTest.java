package io.connscale.cluster.deploy;

import static io.connscale.hosts.HostPlan.host;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.Needs;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Deployment.Installation.Copying;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import io.connscale.hosts.NetworkOfHosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenSSH client as the command, to real servers whose login shells read the words again and make noise. */
@Tag("namespaces")
@Timeout(120)
class OpenSshClientTest {
    private static NetworkOfHosts network;
    private static Jar jar;

    @TempDir
    static Path folder;

    @BeforeAll
    static void make() throws IOException, AgentException {
        Needs.command("fish");
        Needs.command("csh");
        jar = Jar.of(Files.write(folder.resolve("here.jar"), new byte[1_000_000]));
        network = NetworkOfHosts.of(
                host("banner").withBanner("Authorised users only").withBashrc("echo noise of bashrc; sleep 1"),
                host("rc").withSshd("MaxSessions 1").withSshRc("echo noise of rc; exit 3"),
                host("dash").withShell("/bin/dash"),
                host("fish").withShell("/usr/bin/fish"),
                host("csh").withShell("/bin/csh").withFile(".cshrc", "echo noise of cshrc; no-such-command\n"),
                host("nothing").withShell("/usr/sbin/nologin"));
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    private static Launcher ssh(String host) {
        String in = network.console().in().toString();
        return new CommandLauncher(List.of(in, "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", host));
    }

    private static Installation deploy(String host) throws AgentException, InterruptedException {
        return new Deployment(jar).ensure(ssh(host), Optional.empty(), step -> {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"banner", "rc", "dash", "fish", "csh"})
    void bringsTheJarOnce(String host) throws Exception {
        assertThat(deploy(host).copying()).isEqualTo(Copying.CHECKED);

        Installation there = deploy(host);

        assertThat(there.copying()).isEqualTo(Copying.NONE);
        assertThat(there.jar()).startsWith(network.host(host).home().toString());
        assertThat(Path.of(there.jar())).hasSameBinaryContentAs(jar.path());
    }

    @Test
    void anAccountThatIsNotAvailableIsShownWithItsWords() {
        assertThatThrownBy(() -> deploy("nothing"))
                .hasMessage(
                        "ended at once with exit code 1; it said instead: \"This account is currently not available.\"");
    }

    @Test
    void aHostThatRefusesIsNamedInTheClientsWords() {
        network.host("dash").killSshd();

        assertThatThrownBy(() -> deploy("dash"))
                .hasMessageMatching("ended at once with exit code 255: ssh: connect to host .* Connection refused");
        network.host("dash").startSshd();
    }
}
