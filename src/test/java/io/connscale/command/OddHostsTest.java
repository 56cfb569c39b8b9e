package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hosts that are called as other rows are, and one that does not confirm what it is told. */
@Timeout(120)
class OddHostsTest {
    @Test
    void aHostThatIsCalledServerOrSumHasARowOfItsOwn() throws Exception {
        try (MiniCluster mini = MiniCluster.of("server", "sum").start()) {
            table(mini, "start all", "connections start 20 server", "connections start 3 sum");
            assertThat(table(mini, "count").out())
                    .containsPattern("(?m)^server +23$")
                    .containsPattern("(?m)^server \\(host\\) +20 ")
                    .containsPattern("(?m)^sum \\(host\\) +3 ");
            assertThat(table(mini, "stats").out())
                    .containsPattern("(?m)^server +23 ")
                    .containsPattern("(?m)^server \\(host\\) +20 ")
                    .containsPattern("(?m)^sum \\(host\\) +3 ")
                    .containsPattern("(?m)^sum +23 ");
            assertThat(json(mini, "count").last())
                    .contains("\"hosts\":{\"server\":{\"established\":20,", "\"sum\":{\"established\":3,");
        }
    }

    @Test
    void anInterruptedSetSaysWhichHostsHaveConfirmedItAndWhichNot() throws Exception {
        try (MiniCluster mini = MiniCluster.of("client1").configuredOnce("box").start()) {
            table(mini, "start all", "set interval 1h client1", "connections start 1 client1");
            Thread typing = Thread.currentThread();
            long pings = mini.server().status().join().pings();
            Thread user = new Thread(() -> {
                await().until(() -> mini.server().status().join().pings() >= pings + 5); // client1 has it
                typing.interrupt();
            });
            user.start();
            Said said = json(mini, "set interval 20ms");
            user.join();
            assertThat(said.exit()).isNotZero();
            assertThat(said.last())
                    .contains("\"message\":\"interrupted; set on client1 · not confirmed by box\"")
                    .contains("\"hosts\":{\"client1\":{\"interval\":\"20ms\",");
        }
    }
}
