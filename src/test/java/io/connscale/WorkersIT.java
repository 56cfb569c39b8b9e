package io.connscale;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Agents whose process may open few files, through the real script. */
class WorkersIT {
    private static final int FILES = 250;
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

    @TempDir
    Path folder;

    private Path java;

    /** A Java that may open {@value #FILES} files, and so may what it starts. */
    @BeforeEach
    void javaWithFewFiles() throws IOException {
        java = WrappedJava.after(folder, "ulimit -n " + FILES, "-Dconnscale.workers=processes");
    }

    private RunningConsole console(String workers) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                client: {interval: 1s, timeout: 10s, rate: unlimited}
                hosts: {client1: {java: %s, workers: %s}}
                """.formatted(java, workers));
        RunningConsole console = ConsoleScript.in(folder).start("-o", "json", "--keep-going");
        assertThat(console.answer("start client1")).contains("\"ok\":true");
        return console;
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60));
    }

    /** The processes that the agent started. */
    private static List<ProcessHandle> workers(String hosts) {
        Matcher pid = PID.matcher(hosts);
        assertThat(pid.find()).isTrue();
        return ProcessHandle.of(Long.parseLong(pid.group(1)))
                .orElseThrow()
                .children()
                .toList();
    }

    @Test
    void moreConnectionsThanAProcessMayOpenBringWorkersAndOneThatIsKilledTakesOnlyItsOwn() throws Exception {
        List<ProcessHandle> workers;
        try (RunningConsole console = console("auto")) {
            assertThat(console.answer("connections start 100 client1")).contains("\"established\":100");
            assertThat(console.answer("hosts")).contains("\"workers\":1");
            assertThat(console.answer("connections start 350 client1"))
                    .contains("\"requested\":350,\"established\":350,\"failed\":0", "\"errors\":{}");
            soon().until(() -> console.answer("hosts").contains("\"workers\":3"));
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .contains("\"established\":450,\"connecting\":0,\"failed\":0,\"lost\":0", "\"difference\":0"));
            assertThat(console.answer("connections stop 100 client1")).contains("\"stopped\":100,\"established\":350");

            workers = workers(console.answer("hosts"));
            assertThat(workers).hasSize(2);
            workers.get(0).destroyForcibly();
            soon().until(() -> console.err().contains("with exit code 137 (SIGKILL)"));
            Matcher told = Pattern.compile("client1 {2}worker-\\d lost, with (\\d+) connections")
                    .matcher(console.err());
            assertThat(told.find()).isTrue();
            int lost = Integer.parseInt(told.group(1));
            assertThat(lost).isPositive();
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .contains("\"established\":" + (350 - lost) + ",\"connecting\":0,\"failed\":0,\"lost\":" + lost)
                    .contains("\"difference\":0"));

            assertThat(console.answer("connections start 200 client1")).contains("\"established\":200,\"failed\":0");
            workers = workers(console.answer("hosts"));
            assertThat(workers).hasSize(2);
            console.endOfInput();
            assertThat(console.await(30, SECONDS).exit()).isZero();
        }
        List<ProcessHandle> left = workers;
        soon().until(() -> left.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Each process keeps its part, and ends its part of the churn. */
    @Test
    void severalProcessesKeepWhatOneMayNotHold() throws Exception {
        try (RunningConsole console = console("auto")) {
            JsonNode kept = new JsonMapper()
                    .readTree(console.answer("connections keep 400 client1 --churn 100/s --for 6s --rate unlimited"))
                    .at("/result/hosts/client1");
            assertThat(kept.path("established").asLong()).as("%s", kept).isBetween(390L, 400L);
            assertThat(kept.path("ended").asLong()).isBetween(150L, 600L);
            assertThat(kept.path("failed").asLong()).isZero();
            assertThat(kept.path("lost").asLong()).isZero();
            assertThat(kept.path("came").asLong())
                    .isEqualTo(kept.path("ended").asLong()
                            + kept.path("established").asLong());
            soon().until(() -> console.answer("hosts").matches(".*\"workers\":[23].*"));
            soon().until(() -> console.answer("count").contains("\"difference\":0"));
        }
    }

    /** A silent worker's old counts are no current ones; nor is it lost. */
    @Test
    void whileAWorkerIsSilentTheEndsCanNotBeCompared() throws Exception {
        try (RunningConsole console = console("2")) {
            assertThat(console.answer("connections start 400 client1")).contains("\"established\":400");
            soon().until(() -> console.answer("count").contains("\"difference\":0"));
            long worker = workers(console.answer("hosts")).get(0).pid();
            signal("STOP", worker);
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .containsPattern(
                            "\"difference\":null,\"incomparable\":\"worker-2 of client1 has said nothing for \\d+ s\"")
                    .contains("\"hosts\":{\"client1\":{\"established\":400,"));
            assertThat(console.answer("stats client1")).contains("worker-2 gave no answer for 5 s");
            signal("CONT", worker);
            soon().until(() -> console.answer("count").contains("\"difference\":0"));
        }
    }

    /** A stopped process hears neither the end of its input nor SIGTERM. */
    @Test
    void aStoppedWorkerDoesNotOutliveTheConsole() throws Exception {
        List<ProcessHandle> workers;
        try (RunningConsole console = console("2")) {
            assertThat(console.answer("connections start 400 client1")).contains("\"established\":400");
            workers = workers(console.answer("hosts"));
            assertThat(workers).hasSize(1);
            signal("STOP", workers.get(0).pid());
            console.endOfInput();
            assertThat(console.await(30, SECONDS).exit()).isZero();
        }
        List<ProcessHandle> left = workers;
        soon().until(() -> left.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void pastTheMostWorkersTheKernelsReasonIsCounted() throws Exception {
        try (RunningConsole console = console("2")) {
            String answer = console.answer("connections start 600 client1");
            Matcher numbers = Pattern.compile(
                            "\"established\":(\\d+),\"failed\":(\\d+),.*\"errors\":\\{\"connect EMFILE\":(\\d+)}")
                    .matcher(answer);
            assertThat(numbers.find()).as(answer).isTrue();
            int established = Integer.parseInt(numbers.group(1));
            assertThat(established).isBetween(FILES, 2 * FILES);
            assertThat(Integer.parseInt(numbers.group(2))).isEqualTo(600 - established);
            assertThat(Integer.parseInt(numbers.group(3))).isEqualTo(600 - established);
            soon().until(() -> console.answer("hosts").contains("\"workers\":2"));
        }
    }

    @Test
    void onItsOwnAnAgentStartsNone() throws Exception {
        try (RunningConsole console = console("1")) {
            assertThat(console.answer("connections start 300 client1")).contains("\"connect EMFILE\":");
            assertThat(console.answer("hosts")).contains("\"workers\":1");
        }
    }
}
