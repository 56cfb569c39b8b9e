package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.control.Experiment.Report;
import io.connscale.control.Experiment.Trial;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.net.BareListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listening again on this machine's loopback: Linux's rules, tried out. */
@Timeout(60)
class RebindingTest {
    @Test
    void eachCombinationComesOutAsLinuxHasIt() throws Exception {
        List<Report> seen = new ArrayList<>();
        new Rebinding(seen::add).run();
        Report last = seen.get(seen.size() - 1);
        List<Trial> trials = last.trials();
        assertThat(last.running()).isFalse();
        int addresses = Rebinding.addresses().size();
        assertThat(addresses).isEqualTo(Files.exists(Path.of("/proc/net/tcp6")) ? 3 : 2);
        assertThat(trials).hasSize(3 * 3 * addresses * addresses).allSatisfy(RebindingTest::assertRight);
        assertThat(trials).doesNotHaveDuplicates();
    }

    /** One that it gives to whoever asks for any may be another's, too, whose sockets would be told as left. */
    @Test
    void thePortIsNoneThatTheKernelGivesOut() throws IOException {
        Facts facts = new FactsReader().read();
        assumeTrue(Rebinding.port(facts) != 0, "the kernel gives out all ports here, or does not tell which");
        for (String address : Rebinding.addresses()) {
            try (BareListener listener = new Rebinding(report -> {}).unused(false, address)) {
                assertThat((long) listener.port())
                        .isNotZero()
                        .matches(port -> port < facts.get(Fact.FIRST_PORT) || port > facts.get(Fact.LAST_PORT));
            }
        }
    }

    @Test
    void whereTheKernelGivesOutAllPortsItIsOneOfThem() {
        assertThat(Rebinding.port(range(1_025, 65_535))).isEqualTo(1_024);
        assertThat(Rebinding.port(range(1_024, 65_534))).isEqualTo(65_535);
        assertThat(Rebinding.port(range(1_024, 65_535))).isZero();
        assertThat(Rebinding.port(Facts.NONE)).isZero();
    }

    private static Facts range(long first, long last) {
        return Facts.NONE.with(Fact.FIRST_PORT, first).with(Fact.LAST_PORT, last);
    }

    /** Both sockets need SO_REUSEADDR (net/ipv4/inet_connection_sock.c, inet_bind_conflict), unless nothing is left at the port. */
    private static void assertRight(Trial trial) {
        assertThat(trial.left())
                .as("%s", trial)
                .isEqualTo(
                        switch (trial.closing()) {
                            case "server first" -> Map.of("TIME-WAIT", 3L);
                            case "client first" -> Map.of();
                            default -> Map.of("ESTABLISHED", 3L);
                        });
        boolean free = trial.left().isEmpty() || (trial.reuseFirst() && trial.reuseSecond());
        assertThat(trial.outcome()).as("%s", trial).isEqualTo(free ? "ok" : "EADDRINUSE");
        assertThat(trial.call()).as("%s", trial).isEqualTo(free ? null : "bind");
    }
}
