package io.connscale;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose process may open few files, through the real script. */
class ServerProcessesIT {
    private static final int FILES = 250;
    private static final Pattern PROCESS = Pattern.compile("\"pid\":(\\d+),\"established\":(\\d+),\"room\":(\\d+)");

    @TempDir
    Path folder;

    private RunningConsole console(String server) throws IOException {
        Path java = WrappedJava.after(folder, "ulimit -n " + FILES, "-Dconnscale.workers=processes");
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {%s}
                client: {interval: 1s, timeout: 10s, rate: unlimited}
                hosts: {client1: local, few: {java: %s}}
                """.formatted(server, java));
        return ConsoleScript.in(folder)
                .with("CONNSCALE_JAVA_OPTS", "-Dconnscale.workers=processes")
                .start("-o", "json", "--keep-going");
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60));
    }

    @Test
    void moreConnectionsThanItsProcessMayOpenAreSharedOutOverShardsAndOneThatIsKilledTakesOnlyItsOwn()
            throws Exception {
        try (RunningConsole console = console("ports: " + freePort() + ", on: few")) {
            console.answer("start client1");
            assertThat(console.answer("connections start 600 client1"))
                    .contains("\"established\":600,\"failed\":0", "\"errors\":{}");
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .contains("\"server\":{\"established\":600}", "\"difference\":0"));
            String server = console.answer("server");
            assertThat(server).contains("\"errors\":{}");
            List<Long> held = PROCESS.matcher(server)
                    .results()
                    .map(process -> Long.valueOf(process.group(2)))
                    .toList();
            assertThat(held).hasSizeGreaterThan(3).allMatch(one -> one > 0 && one < FILES);
            assertThat(held.stream().mapToLong(one -> one).sum()).isEqualTo(600);
            assertThat(server).contains("\"workers\":" + held.size());

            Matcher last = PROCESS.matcher(server);
            long killed = 0;
            while (last.find()) {
                killed = Long.parseLong(last.group(1));
            }
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            soon().until(() -> console.answer("server").contains("\"server process lost\":"));
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .contains("\"lost\":" + held.get(held.size() - 1))
                    .contains("\"difference\":0"));
            assertThat(console.answer("connections start 100 client1")).contains("\"established\":100,\"failed\":0");
            soon().untilAsserted(() -> assertThat(console.answer("count")).contains("\"difference\":0"));
        }
    }

    @Test
    void asManyAsToldShareAPortWhichAnotherConsoleFindsTaken() throws Exception {
        int port = freePort();
        try (RunningConsole console = console("workers: 3, ports: " + port)) {
            assertThat(console.answer("server")).contains("\"workers\":3");
            console.answer("start client1");
            assertThat(console.answer("connections start 300 client1")).contains("\"established\":300");
            List<Long> held = PROCESS.matcher(console.answer("server"))
                    .results()
                    .map(process -> Long.valueOf(process.group(2)))
                    .toList();
            assertThat(held).hasSize(3).allMatch(one -> one > 50); // each gets 100, give or take 8
            aKilledShardLeavesWhatItHasCounted(console);
            Path other = Files.createDirectory(folder.resolve("other"));
            Files.copy(folder.resolve("hosts.yaml"), other.resolve("hosts.yaml"));
            assertThat(ConsoleScript.in(other).run("-e", "server").err())
                    .contains("server not started: address in use (127.0.0.1:");
        }
    }

    private static final String SHARES = """
            import socket, sys, threading
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            s.bind(('127.0.0.1', int(sys.argv[1])))
            s.listen(1000)
            print('listening', flush=True)
            def answer(c):
                while c.recv(4):
                    c.send(b'Pong')
            while True:
                threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
            """;

    /** The kernel gives it half of the connections, and it answers as the server does. */
    @Test
    void aProgramOfTheSameUserThatSharesThePortIsNamed() throws Exception {
        Needs.command("python3");
        int port = freePort();
        try (RunningConsole console = console("ports: " + port)) {
            console.answer("start client1");
            Process other = new ProcessBuilder("python3", "-c", SHARES, Integer.toString(port))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertThat(other.inputReader().readLine()).isEqualTo("listening");
                assertThat(console.answer("connections start 60 client1")).contains("\"established\":60");
                soon().untilAsserted(() -> assertThat(console.answer("connections start 1 client1"))
                        .contains("\"cause\":\"other-server\"")
                        .contains("another program (python3, pid " + other.pid() + ") listens beside the server"));
                assertThat(console.answer("count"))
                        .contains("\"difference\":null", "another server answers Pings of the hosts");
            } finally {
                other.destroyForcibly();
            }
        }
    }

    /** Its kernel goes on completing handshakes for it and acknowledging what comes. */
    @Test
    void aServerProcessThatIsStoppedIsNamed() throws Exception {
        Needs.command("kill");
        try (RunningConsole console = console("workers: 3, ports: " + freePort())) {
            console.answer("start client1");
            List<MatchResult> processes =
                    PROCESS.matcher(console.answer("server")).results().toList();
            String pid = processes.get(2).group(1);
            assertThat(new ProcessBuilder("kill", "-STOP", pid).start().waitFor())
                    .isZero();
            try {
                assertThat(console.answer("connections start 60 client1"))
                        .contains("\"cause\":\"stopped-process\"", "server process " + pid + " is stopped (state T)")
                        .contains("kill -CONT " + pid);
            } finally {
                assertThat(new ProcessBuilder("kill", "-CONT", pid).start().waitFor())
                        .isZero();
            }
        }
    }

    /** What a silent one holds is what it said last: how the ends differ is not known then. */
    @Test
    void whileOneIsSilentTheEndsCanNotBeCompared() throws Exception {
        try (RunningConsole console = console("workers: 2, ports: " + freePort())) {
            console.answer("start client1");
            assertThat(console.answer("connections start 100 client1")).contains("\"established\":100");
            MatchResult process =
                    PROCESS.matcher(console.answer("server")).results().toList().get(1);
            new ProcessBuilder("kill", "-STOP", process.group(1)).start().waitFor();
            soon().untilAsserted(() -> assertThat(console.answer("count"))
                    .containsPattern("\"difference\":null,\"incomparable\":\"process " + process.group(1)
                            + " of the server has said nothing for \\d+ s\""));
            new ProcessBuilder("kill", "-CONT", process.group(1)).start().waitFor();
            soon().until(() -> console.answer("count").contains("\"difference\":0"));
        }
    }

    private static void aKilledShardLeavesWhatItHasCounted(RunningConsole console) {
        String allBegun = "(?s).*\"server\":\\{[^{}]*\"attempted\":300,.*";
        assertThat(console.answer("stats")).matches(allBegun);
        List<MatchResult> processes =
                PROCESS.matcher(console.answer("server")).results().toList();
        ProcessHandle.of(Long.parseLong(processes.get(2).group(1)))
                .orElseThrow()
                .destroyForcibly();
        soon().until(() -> console.answer("server").contains("\"server process lost\":"));
        assertThat(console.answer("stats")).matches(allBegun);
    }
}
