package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Needs;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.FoundJava;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.kernel.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words that start an agent. */
class AgentCommandTest {
    private static final String CLASS_PATH = "java.class.path";

    private final String classPath = System.getProperty(CLASS_PATH);

    @AfterEach
    void restore() {
        System.setProperty(CLASS_PATH, classPath);
    }

    private static List<String> command(String host) throws HostsFileException {
        HostConfig config = HostsFile.parse("hosts.yaml", "hosts: {client1: " + host + "}")
                .hosts()
                .get(0);
        return AgentCommand.local(config);
    }

    @Test
    void itIsThisJavaAndThisProgramInTheOtherRole() throws HostsFileException {
        System.setProperty(CLASS_PATH, "/opt/connscale.jar");
        assertThat(command("local"))
                .startsWith("env", "-u", "JAVA_TOOL_OPTIONS", "-u", "_JAVA_OPTIONS", "-u", "JDK_JAVA_OPTIONS")
                .contains(System.getProperty("java.home") + "/bin/java")
                .containsSequence("-jar", "/opt/connscale.jar", "agent")
                .endsWith("agent");
    }

    @Test
    void whereThereIsNoJarTheClassPathStandsIn() throws HostsFileException {
        System.setProperty(CLASS_PATH, "target/classes:/lib/a.jar");
        assertThat(command("local"))
                .containsSequence("-cp", "target/classes:/lib/a.jar", "io.connscale.Main", "agent")
                .doesNotContain("-jar");
    }

    @Test
    void theHostsOwnJavaAndFlagsCountMoreThanOurs() throws HostsFileException {
        List<String> command = command("{java: /opt/jdk/bin/java, jvm: [-Xmx64m, -XX:-UseSerialGC]}");
        assertThat(command).contains("/opt/jdk/bin/java").containsSequence("-Xmx64m", "-XX:-UseSerialGC");
        assertThat(command.indexOf("-XX:-UseSerialGC")).isGreaterThan(command.indexOf("-XX:+UseSerialGC"));
    }

    @Test
    void onAHostItIsTheJavaAndTheJarThatAreThere() throws HostsFileException {
        List<String> command = remote("17.0.15");
        assertThat(command)
                .startsWith("sh", "-c")
                .containsSequence("/opt/a jdk/bin/java", "-XX:+DisplayVMOutputToStderr")
                .endsWith("-Xmx64m", "-jar", "/home/me/.cache/connscale/connscale-0.jar", "agent")
                .doesNotContain("-XX:+UseCompactObjectHeaders");
        assertThat(remote("25.0.3")).contains("-XX:+UseCompactObjectHeaders");
        assertThat(remote("24.0.1")).doesNotContain("-XX:+UseCompactObjectHeaders");
    }

    /** The shell that waits for an agent on another machine. */
    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox sh"})
    void whatWaitsForAnAgentPassesOnItsStreamsAndItsEnd(String shell) throws Exception {
        Needs.command(shell.split(" ", -1)[0]);
        String script = remote("17.0.15").get(2);
        for (int code : List.of(0, 3, 137, 143)) {
            String end = code > 128 ? "kill -" + (code - 128) + " $$" : "exit " + code;
            List<String> command = new ArrayList<>(List.of(shell.split(" ", -1)));
            command.addAll(List.of("-c", script, "sh", "sh", "-c", "cat; echo err >&2; " + end));
            Process process = new ProcessBuilder(command).start();
            process.getOutputStream().write('x');
            process.getOutputStream().close();
            assertThat(process.getInputStream()).hasContent("x");
            assertThat(process.getErrorStream()).hasContent("err");
            assertThat(process.waitFor()).isEqualTo(code);
        }
    }

    private static List<String> remote(String version) throws HostsFileException {
        HostConfig config = HostsFile.parse("hosts.yaml", "hosts: {client1: {ssh: h1, jvm: [-Xmx64m]}}")
                .hosts()
                .get(0);
        FoundJava java = new FoundJava("PATH", version, "", "/opt/a jdk/bin/java");
        HostFacts facts = new HostFacts(
                "Linux",
                "x86_64",
                new Limits(1024, 4096, 32768, 60999),
                List.of(java),
                Optional.of("/home/me/.cache/connscale"),
                Optional.empty(),
                Optional.empty(),
                HostFacts.UNKNOWN,
                true,
                false,
                List.of());
        return AgentCommand.remote(
                config,
                new Installation(facts, java, "/home/me/.cache/connscale/connscale-0.jar", Installation.Copying.NONE));
    }
}
