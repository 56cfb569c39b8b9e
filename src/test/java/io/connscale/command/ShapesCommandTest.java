package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How a load may be shaped, with real agents in this JVM. */
@Timeout(120)
class ShapesCommandTest {
    /** More may have ended at most when they are counted, a moment after the seconds are. */
    private static final double LATER = 60;

    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
        json(mini, "start client1");
    }

    @AfterEach
    void close() {
        mini.close();
    }

    private static JsonNode host(Said said) {
        JsonNode answer = new JsonMapper().readTree(said.last());
        assertThat(answer.path("ok").asBoolean()).as(said.out() + said.err()).isTrue();
        return answer.at("/result/hosts/client1");
    }

    @Test
    void aRateThatRisesTakesAsLongAsTheLineSays() {
        JsonNode opened = host(json(mini, "connections start 300 client1 --rate 100..500/1s"));
        assertThat(opened.path("established").asLong()).isEqualTo(300);
        assertThat(opened.path("seconds").asDouble()).isBetween(0.9, 3.0); // at 100/s it were 3 s, at 500/s 0.6 s
        assertThat(table(mini, "connections start 3 client1 --rate 100..").err())
                .contains("write 100..5000/60s");
        assertThat(table(mini, "connections start 3 client1 --rate 1..unlimited/5s")
                        .err())
                .contains("has numbers");
        assertThat(table(mini, "connections start 3 client1 --rate x..5/5s").err())
                .contains("\"x\" is not a rate");
    }

    @Test
    void stepsComeOneAfterTheOther() {
        Said said = json(mini, "connections start 100 client1 --steps 4 --every 300ms --rate unlimited");
        JsonNode opened = host(said);
        assertThat(opened.path("requested").asLong()).isEqualTo(100);
        assertThat(opened.path("established").asLong()).isEqualTo(100);
        assertThat(said.err().lines())
                .containsSubsequence(
                        "step 1 of 4: 25 established",
                        "step 2 of 4: 50 established",
                        "step 3 of 4: 75 established",
                        "step 4 of 4: 100 established");
        assertThat(table(mini, "connections start 100 client1 --steps 1").err()).contains("--steps is 2 to 100 here");
        assertThat(table(mini, "connections start 100 client1 --every 1s").err())
                .contains("--steps is 2 to 100 here");
        assertThat(table(mini, "connections start 100 client1 --steps 2 --no-wait")
                        .err())
                .contains("do not go together");
    }

    /** What has come up by then stays, and that not all did is no failure: it was asked for. */
    @Test
    void openingEndsAfterTheTimeThatItIsGiven() {
        JsonNode opened = host(json(mini, "connections start 100k client1 --rate 100 --for 1s"));
        assertThat(opened.path("requested").asLong()).isEqualTo(100_000);
        assertThat(opened.path("established").asLong()).isBetween(20L, 300L);
        assertThat(opened.path("failed").asLong()).isZero();
        assertThat(opened.path("seconds").asDouble()).isBetween(0.9, 10.0);
        long established = opened.path("established").asLong();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(json(mini, "count").last()).contains("{\"server\":{\"established\":" + established));
        Said steps = json(mini, "connections start 100 client1 --steps 10 --every 1s --rate unlimited --for 1500ms");
        assertThat(host(steps).path("established").asLong()).isEqualTo(20);
        assertThat(steps.err()).contains("step 2 of 10").doesNotContain("step 3 of 10: ");
        assertThat(table(mini, "connections start 3 client1 --for 1s --no-wait").err())
                .contains("--for and --no-wait do not go together");
    }

    @Test
    void stepsEndAtTheLimitWhereThatIsAskedFor() {
        Said said = json(
                mini,
                "server stop",
                "connections start 100 client1 --steps 10 --every 10ms --rate unlimited --stop-on-limit");
        assertThat(host(said).path("requested").asLong()).isEqualTo(10);
        assertThat(said.err())
                .contains("step 1 of 10: 0 established, 10 failed in it")
                .doesNotContain("step 2");
    }

    @Test
    void connectionsAreKeptWhileOldOnesEndAndNewOnesCome() {
        json(mini, "connections start 30 client1 --rate unlimited");
        JsonNode kept = host(json(mini, "connections keep 100 client1 --churn 100/s --for 2s --rate unlimited"));
        assertThat(kept.path("established").asLong()).isBetween(99L, 100L);
        assertThat(kept.path("ended").asDouble())
                .isBetween(100.0, 100 * kept.path("seconds").asDouble() + LATER);
        assertThat(kept.path("came").asLong())
                .isEqualTo(
                        kept.path("ended").asLong() + kept.path("established").asLong() - 30);
        assertThat(kept.path("lost").asLong()).isZero();
        assertThat(kept.path("failed").asLong()).isZero();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(json(mini, "count").last()).contains("\"difference\":0"));
        JsonNode lifetime = host(json(mini, "stats client1")).at("/micros/lifetime");
        assertThat(lifetime.path("count").asLong()).isEqualTo(kept.path("ended").asLong());
        assertThat(json(mini, "connections start 5 client1").last())
                .as("it has ended, and holds up nothing")
                .contains("\"established\":5");
    }

    @Test
    void lifetimesGiveTheChurn() {
        JsonNode kept = host(json(mini, "connections keep 50 client1 --lifetime 'exponential 1s' --for 2s"));
        assertThat(kept.path("ended").asDouble())
                .isBetween(40.0, 50 * kept.path("seconds").asDouble() + LATER);
        kept = host(json(mini, "connections keep 50 client1 --lifetime 1s --for 3s"));
        assertThat(kept.path("ended").asDouble())
                .isBetween(60.0, 50 * kept.path("seconds").asDouble() + LATER);
        assertThat(table(mini, "connections keep 50 client1").err()).contains("--churn or --lifetime is missing");
        assertThat(table(mini, "connections keep 50 client1 --lifetime sometimes")
                        .err())
                .contains("is not a duration");
        assertThat(table(mini, "connections keep 50 client1 --churn unlimited").err())
                .contains("is missing");
    }

    @Test
    void aPartOfTheConnectionsIsActive() {
        json(mini, "set active 10% client1", "connections start 200 client1 --rate unlimited");
        assertThat(pingsInASecond()).isBetween(100L, 300L); // of 20, ten a second each
        assertThat(json(mini, "set active 100% client1").last()).doesNotContain("active\":");
        assertThat(pingsInASecond()).isBetween(1_000L, 3_000L);
        assertThat(json(mini, "set active 50% client1").last()).contains("\"active\":0.5");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(pingsInASecond()).isBetween(500L, 1_300L));
        assertThat(table(mini, "set").out()).contains("active").contains("50%");
        assertThat(json(mini, "count").last()).contains("\"established\":200,\"connecting\":0,\"failed\":0,\"lost\":0");
        assertThat(table(mini, "set active 0% client1").err()).contains("more than 0%");
        assertThat(table(mini, "set active 5 client1").err()).contains("write 5%");
    }

    private long pingsInASecond() {
        return (long) host(json(mini, "stats client1 --over 1s"))
                .at("/perSecond/pings")
                .asDouble();
    }

    @Test
    void holdWaitsAndFailsAtOnceWhenSomethingIsLost() {
        json(mini, "connections start 20 client1 --rate unlimited");
        Said held = json(mini, "hold 300ms");
        assertThat(held.exit()).isZero();
        assertThat(held.last()).contains("\"established\":20,\"lost\":0");
        assertThat(table(mini, "hold 200ms client1").out()).contains("20 held for 0.", " s, 0 lost");
        long began = System.nanoTime();
        Thread stopper = new Thread(() -> {
            try {
                Thread.sleep(500);
            } catch (InterruptedException e) {
                return;
            }
            mini.server().stop().join();
        });
        stopper.start();
        Said lost = table(mini, "hold 60s");
        assertThat(lost.exit()).isEqualTo(1);
        assertThat(lost.err()).containsPattern("error: \\d+ lost after \\d+\\.\\d s: receive ");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }
}
