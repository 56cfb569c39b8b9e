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

/** What keeps the console from a host over SSH, and what the user is told: one line that names it, and a hint. */
@Tag("namespaces")
class SshFailuresIT {
    private static NetworkOfHosts network;
    private static NetworkConsole console;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(
                host("closed"),
                host("unplugged"),
                host("wrong-key").withSshd("AuthorizedKeysFile none"),
                host("renewed"),
                host("stranger"));
        network.host("closed").killSshd();
        network.host("unplugged").cut();
        forget(network.host("stranger"));
        changeKey(network.host("renewed"));
        console = NetworkConsole.with(
                network,
                "no-name: no-such-host.invalid",
                "closed: closed",
                "no-route: 192.0.2.1",
                "unplugged: unplugged",
                "wrong-key: wrong-key",
                "renewed: renewed",
                "stranger: stranger");
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
                fails("no-name", "resolve"),
                fails("closed", "refused"),
                fails("no-route", "no route to host: 192.0.2.1"),
                fails("unplugged", "no route to host: "),
                fails("wrong-key", "id_ed25519"),
                fails("renewed", "KEY CHANGED"),
                fails("stranger", "SHA256:"));
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

    private static void changeKey(SshHost host) {
        host.killSshd();
        host.changeHostKey();
        host.startSshd();
    }

    private static void forget(SshHost host) {
        Path known = network.console().home().resolve(".ssh/known_hosts");
        Folders.write(known, Folders.read(known).replace(host.knownHosts(), ""));
    }
}
