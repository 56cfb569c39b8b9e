package io.connscale.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Needs;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.deploy.Deployment;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Jar;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real jar, brought to a host with an environment of its own, and the agent started from there. */
@Timeout(120)
class DeployedAgentIT {
    @TempDir
    Path home;

    private Message.Hello hello(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("env", "-i", "HOME=" + home, "PATH=/usr/bin:/bin"));
        all.addAll(List.of(words));
        Launcher launcher = new CommandLauncher(all);
        Optional<String> java = Optional.of(System.getProperty("java.home"));
        Installation there = new Deployment(Jar.forAgents(Path.of(System.getProperty("connscale.jar"))))
                .ensure(launcher, java, step -> {});
        HostConfig config = HostsFile.parse("hosts.yaml", "hosts: {client1: {command: [env]}}")
                .hosts()
                .get(0);
        try (RemoteAgent agent = new RemoteAgent("client1", launcher.start(AgentCommand.remote(config, there)))) {
            return agent.hello().get(60, SECONDS);
        }
    }

    @Test
    void startsWithAllTheFilesThatItMayHave() throws Exception {
        Message.Hello hello = hello("sh", "-c", "ulimit -Sn 100; exec \"$@\"", "sh");

        assertThat(hello.limits().softFiles()).isEqualTo(hello.limits().hardFiles());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox sh", "fish", "csh"})
    void startsThroughALoginShellThatReadsTheWordsAgainAndMakesNoise(String login) throws Exception {
        Needs.command(login.split(" ", -1)[0]);

        assertThat(hello("sh", "-c", "echo Welcome; exec " + login + " -c \"$*\"", "sshd"))
                .isNotNull();
    }
}
