package io.connscale.hosts;

import static io.connscale.hosts.HostPlan.host;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Hosts as users have them: login shells that talk, that are slow, that fail; an sshd that gives little. All start. */
@Tag("namespaces")
class OddHostsIT {
    private static NetworkOfHosts network;
    private static NetworkConsole console;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(
                host("banner").withBanner("Authorised users only\nGo away"),
                host("noise").withBashrc("echo Welcome, root; echo '{\"type\":\"hello\"'"),
                host("silent").withBashrc("exec 2> /dev/null"),
                host("flood").withBashrc("seq 1 2000"),
                host("unfinished").withBashrc("printf 'no line end'"),
                host("slow").withBashrc("sleep 3"),
                host("failing").withBashrc("no-such-command; false"),
                host("strict").withBashrc("set -eu"),
                host("rc").withSshRc("echo noise of rc; exit 3"),
                host("dash").withShell("/bin/dash"),
                host("sessions").withSshd("MaxSessions 1"),
                host("noexec").withBefore("mount -t tmpfs -o noexec none ~"));
        console = NetworkConsole.of(network);
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
    Stream<DynamicTest> starts() {
        return network.hosts().stream().map(host -> DynamicTest.dynamicTest(host.name(), () -> startsAndCounts(host)));
    }

    private static void startsAndCounts(SshHost host) {
        console.must("start " + host.name());
        console.must("connections start 20 " + host.name());
        console.must("stop " + host.name());
        console.must("start " + host.name()); // with the jar there, and over the connection that was there
        console.must("connections start 20 " + host.name());
        assertThat(host.established(NetworkConsole.PORT)).isEqualTo(20);
        console.must("stop " + host.name());
    }

    @Test
    void twentyHostsStartSideBySide() {
        try (NetworkOfHosts twenty = NetworkOfHosts.of(20);
                NetworkConsole all = NetworkConsole.of(twenty)) {
            all.must("start all");
            all.must("connections start 5 all");

            assertThat(all.must("count").path("established").asLong()).isEqualTo(100);
            assertThat(twenty.hosts()).allMatch(host -> host.established(NetworkConsole.PORT) == 5);
            assertThat(twenty.hosts()).allMatch(host -> !host.log().contains("beginning MaxStartups"));
        }
    }

    @Test
    void oneHostThatFailsDoesNotStopTheOthers() {
        try (NetworkOfHosts three = NetworkOfHosts.of(3);
                NetworkConsole all = NetworkConsole.of(three)) {
            three.host("h2").killSshd();

            assertThat(all.ask("start all").path("ok").asBoolean()).isFalse();

            all.must("connections start 10 h1 h3");
            assertThat(three.host("h1").established(NetworkConsole.PORT)).isEqualTo(10);
            assertThat(three.host("h3").established(NetworkConsole.PORT)).isEqualTo(10);
        }
    }
}
