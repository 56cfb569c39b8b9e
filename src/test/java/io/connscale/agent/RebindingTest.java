package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.Experiment.Report;
import io.connscale.control.Experiment.Trial;
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
