package io.connscale.hosts;

import static io.connscale.hosts.HostPlan.host;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Hosts as users have them: login shells that talk, that are slow, that fail; an sshd that gives little. All start. */
@Tag("namespaces")
class OddHostsIT {
    @TestFactory
    Stream<DynamicTest> starts() {
        return Stream.of(
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
                        host("noexec").withBefore("mount -t tmpfs -o noexec none ~"))
                .map(plan -> DynamicTest.dynamicTest(plan.name(), () -> startsAndCounts(plan)));
    }

    private static void startsAndCounts(HostPlan plan) {
        try (NetworkOfHosts network = NetworkOfHosts.of(plan);
                NetworkConsole console = NetworkConsole.of(network)) {
            console.must("start all");
            console.must("connections start 20 all");
            console.must("stop all");
            console.must("start all"); // with the jar there, and over the connection that was there
            console.must("connections start 20 all");
            assertThat(network.host(plan.name()).established(NetworkConsole.PORT))
                    .isEqualTo(20);
        }
    }

    @Test
    void twentyHostsStartSideBySide() {
        try (NetworkOfHosts network = NetworkOfHosts.of(20);
                NetworkConsole console = NetworkConsole.of(network)) {
            console.must("start all");
            console.must("connections start 5 all");

            assertThat(console.must("count").path("established").asLong()).isEqualTo(100);
            assertThat(network.hosts()).allMatch(host -> host.established(NetworkConsole.PORT) == 5);
            assertThat(network.hosts()).allMatch(host -> !host.log().contains("beginning MaxStartups"));
        }
    }

    @Test
    void oneHostThatFailsDoesNotStopTheOthers() {
        try (NetworkOfHosts network = NetworkOfHosts.of(3);
                NetworkConsole console = NetworkConsole.of(network)) {
            network.host("h2").killSshd();

            assertThat(console.ask("start all").path("ok").asBoolean()).isFalse();

            console.must("connections start 10 h1 h3");
            assertThat(network.host("h1").established(NetworkConsole.PORT)).isEqualTo(10);
            assertThat(network.host("h3").established(NetworkConsole.PORT)).isEqualTo(10);
        }
    }
}
