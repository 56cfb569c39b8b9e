package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code expect}, with real agents in this JVM. */
@Timeout(120)
class ExpectCommandTest {
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
        json(mini, "start all", "connections start 20 all --rate unlimited");
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "established >= 40",
                "hosts.client1.established == 20",
                "server.established == 40",
                "difference == 0",
                "lost == 0 over 200ms",
                "established == 40 over 200ms",
                "errors.connect EMFILE == 0",
                "perSecond.attempted == 0",
                "verdict == none",
                "verdict != unknown",
                "connect.p99 < 1m"
            })
    void whatIsSoIsMet(String expression) {
        Said said = json(mini, "expect " + expression);
        assertThat(said.exit()).as(said.out()).isZero();
        assertThat(said.last()).contains("\"met\":true");
    }

    @Test
    void whatIsNotSoIsReportedWithItsValueAndTheBatchGoesOn() {
        Said said = json(mini, "expect established > 1k", "expect established >= 40");
        assertThat(said.exit()).isEqualTo(99);
        assertThat(said.out().lines().toList())
                .isEqualTo(List.of(
                        "{\"command\":\"expect established > 1k\",\"ok\":false,\"error\":{\"message\":"
                                + "\"expected established > 1k: it is 40\",\"hint\":\"\"},\"result\":{\"expectation\":"
                                + "\"established > 1k\",\"value\":40,\"unit\":\"\",\"met\":false}}",
                        "{\"command\":\"expect established >= 40\",\"ok\":true,\"result\":{\"expectation\":"
                                + "\"established >= 40\",\"value\":40,\"unit\":\"\",\"met\":true}}"));
    }

    @Test
    void whatIsUnknownIsNotMet() {
        Said said = table(mini, "stop all", "expect roundTrip.p99 < 1s over 100ms");
        assertThat(said.exit()).isEqualTo(99);
        assertThat(said.err()).contains("it is unknown");
    }

    @Test
    void whenNoAgentRunsAndTheServerHoldsNoneNoneIsEstablished() {
        Said said = json(
                mini,
                "stop all",
                "expect established == 0",
                "expect established == 0 over 100ms",
                "expect connecting == 0",
                "server stop",
                "expect established == 0");
        assertThat(said.exit()).as(said.out()).isZero();
        assertThat(said.last()).contains("\"value\":0,", "\"met\":true");
        assertThat(table(mini, "expect established > 0").err()).contains("it is 0");
    }

    /** One that an agent may have left, or another client's: whose it is nobody knows. */
    @Test
    void whenTheServerHoldsOneItIsUnknownHowManyAreEstablished() throws Exception {
        json(mini, "stop all");
        String[] target = mini.cluster().targets().get(0).split(":", 2);
        try (Socket left = new Socket(target[0], Integer.parseInt(target[1]))) {
            await().until(() -> mini.server().status().get().established() == 1);
            Said said = table(mini, "expect established == 0");
            assertThat(said.exit()).isEqualTo(99);
            assertThat(said.err()).contains("it is unknown");
            assertThat(left.isConnected()).isTrue();
        }
    }

    @Test
    void aCommandThatFailsIsMoreThanAnExpectation() {
        assertThat(json(mini, "expect established > 1k", "start nobody").exit()).isEqualTo(1);
    }

    @Test
    void aNameThatIsNoneIsAMistake() {
        Said said = table(mini, "expect estblished > 1");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("no number is called estblished, did you mean established?");
        assertThat(table(mini, "expect established").err()).contains("is no expectation");
        assertThat(table(mini, "expect roundTrip.p99 < 5MB").err()).contains("write 500us, 5ms or 1.5s");
    }

    @Test
    void whatIsDocumentedAndNotThereNowIsUnknown() {
        assertThat(json(mini, "expect unreliable >= 0").exit()).isZero();
        Said said = table(mini, "stop all", "expect unreliable == 0");
        assertThat(said.exit()).isEqualTo(99);
        assertThat(said.err()).contains("it is unknown");
        assertThat(json(mini, "expect hosts.client1.lost == 0").exit()).isEqualTo(99);
        assertThat(json(mini, "expect hosts.nobody.lost == 0").exit()).isEqualTo(1);
    }
}
