package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import io.connscale.console.Answer.Format;
import io.connscale.console.Console;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code find max} with real agents in this JVM, whose true maximum is staged by a goal. */
@Timeout(180)
class FindCommandTest {
    private static final String QUICK = " --hold 200ms --repeat 1 --rate unlimited";

    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    private static JsonNode result(Said said) {
        JsonNode answer = new JsonMapper().readTree(said.last());
        assertThat(answer.path("ok").asBoolean()).as(said.out() + said.err()).isTrue();
        return answer.path("result");
    }

    @Test
    void aGoalThatIsBrokenAboveANumberGivesThatNumber() {
        Said said = json(mini, "find max client1 --goal 'established <= 777'" + QUICK);
        JsonNode found = result(said);
        assertThat(found.path("maximum").asLong()).isBetween(770L, 777L);
        assertThat(found.path("end").asString()).isEqualTo("goal-broken");
        assertThat(found.path("limit").path("what").asString()).isEqualTo("the goal established <= 777");
        assertThat(found.path("limit").path("evidence").asString()).contains("established is ", "and not <= 777");
        assertThat(found.path("limit").path("verdict").isMissingNode()).isTrue();
        assertThat(found.path("heldSeconds").asDouble()).isEqualTo(0.2);
        JsonNode run = found.path("runs").get(0);
        assertThat(run.path("failedAt").asLong()).isBetween(778L, 785L);
        assertThat(run.path("held").asBoolean()).isTrue();
        assertThat(run.path("steps").asInt()).isBetween(5, 40);
        JsonNode count = result(json(mini, "count"));
        assertThat(count.path("established").asLong())
                .as("what held stays open")
                .isEqualTo(found.path("maximum").asLong());
        assertThat(count.path("difference").asLong()).isZero();
        assertThat(said.err().lines().filter(line -> line.contains(" hold · "))).hasSizeBetween(2, 40);
    }

    @Test
    void itIsSearchedAnewAsOftenAsIsAskedForAndEachTimeTheSame() {
        Said said = json(
                mini,
                "find max client1 client2 --goal 'established <= 400' --hold 200ms --repeat 3 --width 5% --rate unlimited --within 150s");
        JsonNode found = result(said);
        assertThat(found.path("runs").size()).as(said.err()).isEqualTo(3);
        found.path("runs").forEach(run -> {
            assertThat(run.path("maximum").asLong()).as(said.err()).isBetween(380L, 400L);
            assertThat(run.path("held").asBoolean()).as(said.err()).isTrue();
        });
        assertThat(found.path("maximum").asLong()).isBetween(380L, 400L);
    }

    @Test
    void theAnswerIsOneLineWithItsEvidence() {
        Said said = table(mini, "find max client1 --goal 'established <= 100'" + QUICK);
        assertThat(said.out())
                .containsPattern(
                        "(?m)^maximum (99|100) \\(predicted [0-9,]+\\) · limited by the goal established <= 100 · held 200ms, 0 lost$")
                .containsPattern("(?m)^  evidence: with [0-9]+ established is ")
                .contains("  remedy: ");
        assertThat(said.err()).containsPattern("(?m)^predicted: [0-9,]+ by ");
    }

    @Test
    void whenTimeIsUpTheBestSoFarIsTheAnswer() {
        JsonNode found = result(json(mini, "find max client1 --within 1ms" + QUICK));
        assertThat(found.path("end").asString()).isEqualTo("time-budget");
        assertThat(found.path("maximum").asLong()).isZero();
        assertThat(found.path("limit").isNull()).isTrue();
        assertThat(found.path("heldSeconds").asDouble()).isZero();
    }

    @Test
    void whatIsTypedWrongIsSaidBeforeAnythingIsOpened() {
        assertThat(table(mini, "find").err()).contains("find: max or rate is missing");
        assertThat(table(mini, "find max client1 --goal 'verdict == none'").err())
                .contains("a goal is a number");
        assertThat(table(mini, "find max client1 --goal 'lost == 0 over 5s'").err())
                .contains("a goal is a number");
        assertThat(table(mini, "find max client1 --goal 'estblished < 5'" + QUICK)
                        .err())
                .contains("no number is called estblished, did you mean established?");
        assertThat(table(mini, "find max client1 --width 1").err()).contains("is not a part: write 5%");
        assertThat(table(mini, "find max client1 --width 99%").err()).contains("the width is");
        assertThat(table(mini, "find max client1 --repeat 0").err()).contains("repeat is 1 to 100");
        assertThat(table(mini, "find max nobody").err()).contains("nobody");
        assertThat(json(mini, "count").last()).contains("\"established\":0");
    }

    @Test
    void whereNothingComesUpTheMaximumIsNoneAndTheReasonIsNamed() {
        Said said = table(mini, "start client1", "server stop", "find max client1" + QUICK);
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.out()).containsPattern("(?m)^maximum 0 .* limited by refused on server · not held$");
    }

    @Test
    void whatIsRefusedBeforeItsFirstStepIsAnErrorAndNothingElse() {
        Said said = table(mini, "start client1", "connections start 7 client1", "find rate client1");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err())
                .contains("error: 7 connections are open: the rate is found from none on")
                .contains("connections stop all client1");
        assertThat(said.out()).doesNotContain("maximum", "interrupted");
        JsonNode answer =
                new JsonMapper().readTree(json(mini, "find rate client1").last());
        assertThat(answer.path("ok").asBoolean()).isFalse();
        assertThat(answer.path("result").isMissingNode()).as(answer.toString()).isTrue();
    }

    @Test
    void whatIsKnownIsToldWhereALaterStepFails() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(Commands.root(), Format.TABLE, false, Path.of("connscale.log"), out, err);
        CommandContext context = TypedLines.context(mini.cluster(), mini.server(), console);
        console.serve(command -> Commands.run((Command) command, context));
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() ->
                console.runBatch(List.of("find max client1 --hold 60s --repeat 1 --goal 'established <= 777'"), null));
        await().atMost(Duration.ofSeconds(60)).until(() -> err.toString(UTF_8).contains(" hold · "));
        mini.kill("client1");
        assertThat(exit.get(120, TimeUnit.SECONDS)).as(err.toString(UTF_8)).isEqualTo(1);
        await().until(() -> err.toString(UTF_8).contains("error: "));
        assertThat(out.toString(UTF_8)).containsPattern("(?m)^maximum [1-9][0-9]* .*so far");
    }
}
