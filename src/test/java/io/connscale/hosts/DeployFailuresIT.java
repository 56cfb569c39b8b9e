package io.connscale.hosts;

import static io.connscale.hosts.HostPlan.host;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What keeps an agent off a host that is reached, and what the user is told: one line that names it, and a hint. */
@Tag("namespaces")
class DeployFailuresIT {
    /** Programs of this machine, but Java only as the host wants it; a JDK's folder is nowhere else either. */
    private static final String NO_JAVA = "mkdir -p ~/bin && ln -sf /usr/bin/* ~/bin/ && rm -f ~/bin/java"
            + " && mount -t tmpfs none /usr/lib/jvm && mount -t tmpfs none /opt";

    private static NetworkOfHosts network;
    private static NetworkConsole console;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(
                host("no-java").withSshd("SetEnv PATH=~/bin").withBefore(NO_JAVA),
                host("old-java")
                        .withSshd("SetEnv PATH=~/bin")
                        .withBefore(NO_JAVA + " && cp ~/old ~/bin/java && chmod +x ~/bin/java")
                        .withFile("old", "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n"),
                host("wrong-arch")
                        .withSshd("SetEnv PATH=~/own:/usr/bin")
                        .withFile("own/uname", "#!/bin/sh\necho Linux aarch64\n")
                        .withBefore("chmod +x ~/own/uname"),
                host("full").withBefore("mount -t tmpfs -o size=256k none ~"),
                host("read-only").withBefore("mount -t tmpfs -o ro none ~"),
                host("ends-at-once"),
                host("noise"));
        console = NetworkConsole.with(
                network,
                network.hosts().stream()
                        .map(host -> NetworkConsole.entry(host, more(host)))
                        .toArray(String[]::new));
    }

    private static String more(SshHost host) {
        return switch (host.name()) {
            case "ends-at-once" -> ", jvm: ['-XX:NoSuchFlag=1']";
            case "noise" -> ", java: " + noisyJava(host);
            default -> "";
        };
    }

    @AfterAll
    static void close() {
        try {
            if (console != null) {
                console.close();
            }
        } finally {
            if (network != null) {
                network.close();
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> eachFailureHasItsName() {
        return Stream.of(
                fails("no-java", "no Java"),
                fails("old-java", "11.0.2"),
                fails("wrong-arch", "aarch64"),
                fails("full", "space"),
                fails("read-only", "writ"),
                fails("ends-at-once", "NoSuchFlag"),
                fails("noise", "nothing but noise"));
    }

    private static DynamicTest fails(String name, String told) {
        return DynamicTest.dynamicTest(name, () -> {
            JsonNode error = console.ask("start " + name).path("error");
            assertThat(error.path("message").asString())
                    .contains(name + ": ")
                    .contains(told)
                    .doesNotContain("\n", "Exception");
            assertThat(error.path("hint").asString()).isNotBlank();
        });
    }

    /** Says its version like the one it stands for, and babbles when it is to be an agent. */
    private static Path noisyJava(SshHost host) {
        Path real = Path.of(System.getProperty("java.home"), "bin/java");
        return Folders.script(
                host.home().resolve("java"),
                "case \"$*\" in *' agent'*) echo nothing but noise; exec sleep 600;; esac\nexec " + real + " \"$@\"");
    }
}
