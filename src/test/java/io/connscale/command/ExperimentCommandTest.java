package io.connscale.command;

import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed wrong at {@code experiment} and {@code overlay}, and what can't be had: agents that are threads start no others. */
@Timeout(60)
class ExperimentCommandTest {
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "experiment | experiment: half-open or eaddrinuse is missing",
                "experiment half-open | experiment half-open: HOST is missing",
                "experiment half-open 2 | experiment half-open: HOST is missing",
                "experiment half-open 5 client1 | 5 is no sequence: they are 1, 2, 3 and 4",
                "experiment half-open client1 client2 | client1 is no sequence",
                "experiment half-open all | an experiment runs on one host, and 2 are meant",
                "experiment half-open client2 | client2 is stopped",
                "experiment half-open client1 --synack-retries 300 | \"300\" is no number of retries: 0 to 255",
                "experiment half-open client1 --abort-on-overflow yes | \"yes\" is neither 0 nor 1",
                "experiment half-open client1 --synack-retries 1 | settings are changed in a network namespace of the",
                "experiment half-open client1 --abort-on-overflow 1 | settings are changed in a network namespace of",
                "experiment eaddrinuse | HOST is missing",
                "overlay client1 --nodes 4 | FORMULA",
                "overlay --law 3n+15 client1 | --nodes",
                "overlay --law 3n+15 --nodes 1 client1 | --nodes 1 is out of range: at least 2 and one per host",
                "overlay --law n^9 --nodes 1000 client1 | a node would need",
                "overlay --law 3n+15 --nodes 4 client2 | client2"
            })
    void whatIsWrongIsSaid(String typed, String said) {
        Said answer = table(mini, "start client1", typed);
        assertThat(answer.exit()).isEqualTo(1);
        assertThat(answer.err()).startsWith("error: ").contains(said);
        assertThat(answer.err().lines()).hasSizeBetween(1, 2);
    }

    /** Where there is no network of its own the machine's is used as it is, and that is said. */
    @Test
    void withoutANamespaceItRunsOnTheMachinesLoopback() {
        Said answer = table(mini, "start client1", "experiment half-open 3 client1 --receive 100ms");
        assertThat(answer.exit()).isZero();
        assertThat(answer.out())
                .contains("client1  the machine's network · backlog 10, 11 wait to be accepted")
                .contains("no network namespace of its own: no agent can be started apart here")
                .contains("receive timeout");
    }
}
