package io.connscale;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real script, real agent processes, real signals: what dies, what is said of it, and that nothing stays behind. */
@Timeout(120)
class RealAgentsIT {
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");
    private static final Pattern PORT = Pattern.compile("\"port\":(\\d+)");

    @TempDir
    private Path folder;

    private List<Long> agents = List.of();

    @BeforeEach
    void hosts() throws IOException {
        hosts("server: {ports: 0}\nhosts: {client1: local, client2: local}\n");
    }

    private void hosts(String text) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), text);
    }

    /** However a test went. */
    @AfterEach
    void nothingStays() {
        soon().until(() -> agents.stream().noneMatch(RealAgentsIT::runs));
    }

    /** The time that a console's end may take: seconds, but more where the machine does much else. */
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    /** Not so where it only waits for its parent to ask how it ended, which may be for ever in a container. */
    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return false;
        }
    }

    /** A console that answers in JSON, with both agents started. */
    private RunningConsole withAgents() {
        RunningConsole console = ConsoleScript.in(folder).startHeedingSignals("-o", "json");
        agents = PID.matcher(console.answer("start all"))
                .results()
                .map(pid -> Long.valueOf(pid.group(1)))
                .toList();
        assertThat(agents).hasSize(2).allMatch(RealAgentsIT::runs);
        return console;
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start();
        assertThat(kill.waitFor()).isZero();
    }

    @Test
    void anAgentThatIsKilledIsLostAndToldAndComesBack() throws Exception {
        try (RunningConsole console = withAgents()) {
            assertThat(console.answer("connections start 200 all")).contains("\"ok\":true");
            long killed = agents.get(0);
            signal("KILL", killed);
            await().until(() -> console.err()
                    .contains("client1 lost, with 200 connections: its agent ended with exit code 137 (SIGKILL)"
                            + " · start client1 brings it back"));
            assertThat(console.answer("hosts"))
                    .contains("\"client1\":{\"launched\":\"local\",\"state\":\"lost\"")
                    .contains("\"client2\":{\"launched\":\"local\",\"state\":\"ready\"");
            assertThat(console.answer("count"))
                    .contains("\"server\":{\"established\":200}")
                    .contains("\"client1\":{\"established\":0,\"connecting\":0,\"failed\":0,\"lost\":200}")
                    .contains("\"client2\":{\"established\":200,\"connecting\":0,\"failed\":0,\"lost\":0}")
                    .contains("\"difference\":0");
            String back = console.answer("start client1");
            agents = List.of(
                    agents.get(1),
                    Long.valueOf(PID.matcher(back)
                            .results()
                            .findFirst()
                            .orElseThrow()
                            .group(1)));
            assertThat(agents).doesNotContain(killed);
            assertThat(console.answer("connections start 50 client1")).contains("\"established\":50");
            assertThat(console.answer("count"))
                    .contains("\"client1\":{\"established\":50,\"connecting\":0,\"failed\":0,\"lost\":200}")
                    .contains("\"established\":250,\"difference\":0");
            console.endOfInput();
            assertThat(console.await(60, SECONDS).exit()).isZero();
            assertThat(console.err().lines()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "HUP"})
    void noAgentOutlivesAConsoleThatASignalEnds(String signal) throws Exception {
        try (RunningConsole console = withAgents()) {
            console.answer("connections start 100 all");
            signal(signal, console.process().pid());
            soon().until(() -> agents.stream().noneMatch(RealAgentsIT::runs));
            assertThat(console.await(60, SECONDS).exit()).isGreaterThan(128);
            assertThat(console.err()).isEmpty();
        }
    }

    @Test
    void noAgentOutlivesAConsoleThatIsKilledWhileItStartsThem() throws Exception {
        try (RunningConsole console = ConsoleScript.in(folder).startHeedingSignals("-o", "json")) {
            console.answer("hosts");
            console.type("start all");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.process().descendants().count() == 2);
            agents = console.process().descendants().map(ProcessHandle::pid).toList();
            signal("KILL", console.process().pid());
            soon().until(() -> agents.stream().noneMatch(RealAgentsIT::runs));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", ""})
    void noAgentOutlivesAConsoleThatEnds(String last) {
        try (RunningConsole console = withAgents()) {
            console.answer("connections start 100 all");
            console.type(last);
            console.endOfInput();
            assertThat(console.await(60, SECONDS).exit()).isZero();
            assertThat(agents).noneMatch(RealAgentsIT::runs);
            assertThat(console.err()).isEmpty();
        }
    }

    @Test
    void noAgentOutlivesTheConsoleWhereItWasStopped() throws Exception {
        try (RunningConsole console = withAgents()) {
            signal("STOP", agents.get(0));
            console.type("exit");
            assertThat(console.await(60, SECONDS).exit()).isZero();
            assertThat(agents).noneMatch(RealAgentsIT::runs);
        }
    }

    @Test
    void whatATerminalSendsToAllOfThemEndsTheConsoleAndNotTheAgentsFirst() throws Exception {
        Needs.command("setsid");
        try (RunningConsole console = withAgents()) {
            console.answer("connections start 10 all");
            for (long agent : agents) {
                signal("INT", agent);
                signal("HUP", agent);
            }
            assertThat(console.answer("count")).contains("\"established\":20,\"difference\":0");
            assertThat(agents).allMatch(RealAgentsIT::runs);
        }
        ConsoleScript script = ConsoleScript.in(folder);
        try (RunningConsole console = script.calledAs(Path.of("setsid"))
                .startHeedingSignals(
                        script.script().toString(),
                        "-o",
                        "json",
                        "-e",
                        "start all",
                        "-e",
                        "connections start 10 all",
                        "-e",
                        "sleep 1h")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.out().lines().count() == 2);
            agents = console.process().descendants().map(ProcessHandle::pid).toList();
            assertThat(agents).hasSize(2);
            signal("INT", -console.process().pid());
            assertThat(console.await(60, SECONDS).exit()).isEqualTo(130);
            assertThat(console.err()).isEmpty();
        }
    }

    /** SIGINT goes to the console alone, as from {@code timeout --foreground -s INT}. */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void whatASignalEndsInBatchStillSaysHowFarItCame(String name, int exit) throws Exception {
        try (RunningConsole console = ConsoleScript.in(folder)
                .startHeedingSignals(
                        "-o", "json", "-e", "start client1", "-e", "connections start 5k client1 --rate 100 --force")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.errWithProgress().contains("/5,000 established"));
            signal(name, console.process().pid());
            assertThat(console.await(60, SECONDS).exit()).isEqualTo(exit);
            assertThat(console.out().lines().toList().get(1))
                    .contains("\"ok\":false,\"interrupted\":true")
                    .containsPattern("\"requested\":5000,\"established\":[1-9]");
        }
    }

    /** One is ready, one has failed, one says nothing: what is known is said of each. */
    @Test
    void aStartThatIsInterruptedSaysWhatStartedAndWhatFailed() throws Exception {
        Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0}\nhosts: {client1: local, broken: {command: ['false']}, "
                        + "slow: {command: [sh, -c, 'sleep 600']}}\n");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json", "-e", "start all", "-e", "hosts")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.errWithProgress().contains("1 of 3 started · 1 failed"));
            signal("TERM", console.process().pid());
            assertThat(console.await(60, SECONDS).exit()).isEqualTo(143);
            assertThat(console.out().lines())
                    .singleElement()
                    .asString()
                    .startsWith("{\"command\":\"start all\",\"ok\":false,\"interrupted\":true,")
                    .contains("\"interrupted; 1 of 3 hosts started\"", "\"others\":[{\"message\":\"broken: ")
                    .contains("\"result\":{\"hosts\":{\"client1\":{\"state\":\"ready\"");
        }
    }

    @Test
    void theKernelCountsWhatTheConsoleCounts() throws Exception {
        Needs.command("ss");
        try (RunningConsole console = withAgents()) {
            String port = PORT.matcher(console.answer("server"))
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            assertThat(console.answer("connections start 300 all")).contains("\"ok\":true");
            assertThat(console.answer("count")).contains("\"server\":{\"established\":600}", "\"difference\":0");
            assertThat(established(port)).isEqualTo(600);
            console.answer("connections stop 5 all");
            assertThat(console.answer("count")).contains("\"server\":{\"established\":590}", "\"difference\":0");
            assertThat(established(port)).isEqualTo(590);
            console.answer("stop client1");
            assertThat(console.answer("count")).contains("\"server\":{\"established\":295}", "\"difference\":0");
            assertThat(established(port)).isEqualTo(295);
            console.type("exit");
            assertThat(console.await(60, SECONDS).exit()).isZero();
            assertThat(established(port)).isZero();
        }
    }

    private static long established(String port) throws IOException {
        Process ss = new ProcessBuilder(
                        "ss", "-Htn", "state", "established", "src 127.0.0.1 and ( sport = :" + port + " )")
                .start(); // others may have that port at another address
        return new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .count();
    }

    @Test
    void aScriptThatEndsWhileConnectionsAreOpenedSaysHowFarItCame() {
        Ran ran = ConsoleScript.in(folder)
                .run("-e", "start client1", "-e", "connections start 10k client1 --rate 10 --no-wait");
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).endsWith("client1  opening 10,000; count shows how far it is\n");
        assertThat(ran.err()).matches("client1 was stopped · \\d+ of 10,000 were established\n");
    }

    @Test
    void withoutAFolderForItsLogItWorksAllTheSame() {
        Ran ran = ConsoleScript.in(folder)
                .with("CONNSCALE_STATE", "/proc/nowhere")
                .run("-e", "start client1", "-e", "connections start 5 client1", "-e", "count");
        assertThat(ran.exit()).isZero();
        assertThat(ran.err().lines()).hasSize(2);
        assertThat(ran.err())
                .containsPattern(
                        "no log is kept in /proc/nowhere/connscale.log: .+ · CONNSCALE_STATE names another folder\n")
                .containsPattern(
                        "this run is not recorded: /proc/nowhere: no such file or directory · tried again every 10s · --run");
    }

    @Test
    void aPortThatIsTakenIsNamedAndTheConsoleStarts() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            hosts("server: {ports: " + port + "}\nhosts: {client1: local}\n");
            Ran ran = ConsoleScript.in(folder).run("-e", "start client1", "-e", "connections start 1 client1");
            assertThat(ran.out()).contains("client1");
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.err().lines())
                    .first()
                    .asString()
                    .startsWith("server not started: address in use (127.0.0.1:" + port + ", held by java, pid "
                            + ProcessHandle.current().pid() + ") · ");
            assertThat(ran.err())
                    .contains("\nerror: server not started: address in use (127.0.0.1:" + port + ", held by ");
        }
    }

    @Test
    void aFreePortIsKnownOnceTheServerIsStarted() throws IOException {
        hosts("server: {ports: 0, autostart: false}\nhosts: {client1: local}\n");
        Ran ran = ConsoleScript.in(folder)
                .run(
                        "--keep-going",
                        "-e",
                        "start client1",
                        "-e",
                        "connections start 5 client1",
                        "-e",
                        "server start",
                        "-e",
                        "connections start 7 client1",
                        "-e",
                        "count");
        assertThat(ran.err())
                .isEqualTo("error: server not running: its port is chosen when it starts\n  run server start first\n");
        assertThat(ran.out()).contains("client1  7 established in ").containsPattern("server +7\n");
    }

    /** Its agent is there before the server, and so before any port is chosen. */
    @Test
    void theHostThatRunsTheServerConnectsToItTooWhateverItIsCalled() throws IOException {
        hosts("server: {on: server, ports: 0}\nhosts: {server: local, client1: local}\n");
        Ran ran = ConsoleScript.in(folder)
                .run(
                        "-e",
                        "start all",
                        "-e",
                        "connections start 3 server",
                        "-e",
                        "connections start 4 client1",
                        "-e",
                        "count");
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("server  3 established in ", "client1  4 established in ")
                .containsPattern("(?m)^server +7$")
                .containsPattern("(?m)^server \\(host\\) +3 ")
                .containsPattern("(?m)^difference +0$");
    }

    @Test
    void aHostThatCanNotBeReachedIsNamedAndTheRestIsDone() throws IOException {
        hosts("server: {ports: 0}\nhosts: {far: name3.invalid, near: local}\n");
        Ran ran = ConsoleScript.in(folder).run("-e", "start all");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out()).startsWith("near  ready in ");
        assertThat(ran.err()).startsWith("error: far: name not resolved: name3.invalid\n  ");
    }
}
