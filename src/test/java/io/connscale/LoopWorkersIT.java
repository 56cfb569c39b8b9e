package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.net.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agent and server each hold more connections in one process than a process may have files: by loops with files of their own. */
class LoopWorkersIT {
    private static final int FILES = 250;
    private static final Pattern PROCESS = Pattern.compile("\"pid\":(\\d+),\"established\":(\\d+)");
    private static final Pattern AGENT = Pattern.compile("\"pid\":(\\d+)");

    @TempDir
    Path folder;

    private void bothEndsWithFewFiles(String transport) throws IOException {
        Path java = WrappedJava.after(folder, "ulimit -n " + FILES);
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0, on: s}
                client: {interval: 1s, timeout: 10s, rate: unlimited}
                transport: %2$s
                hosts: {client1: {java: %1$s}, s: {java: %1$s}}
                """.formatted(java, transport));
    }

    private static void established(RunningConsole console, long n) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(console.answer("count"))
                        .contains("\"server\":{\"established\":" + n + "}", "\"difference\":0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void aThousandOfTwoHundredFiftyFilesAndTheirEndsAreCounted(String transport) throws Exception {
        assumeTrue(Transport.available().stream().anyMatch(each -> each.name().equals(transport)), transport);
        bothEndsWithFewFiles(transport);
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json", "--keep-going")) {
            assertThat(console.answer("start client1")).contains("\"ok\":true");
            for (int round = 0; round < 2; round++) {
                assertThat(console.answer("connections start 1000 client1"))
                        .contains("\"established\":1000,\"failed\":0", "\"errors\":{}");
                established(console, 1000);

                String server = console.answer("server");
                List<MatchResult> workers = PROCESS.matcher(server).results().toList();
                assertThat(workers).hasSizeGreaterThan(4);
                assertThat(workers.stream().map(one -> one.group(1)).distinct()).hasSize(1);
                assertThat(workers).allMatch(one -> Long.parseLong(one.group(2)) < FILES);
                assertThat(workers.stream()
                                .mapToLong(one -> Long.parseLong(one.group(2)))
                                .sum())
                        .isEqualTo(1000);
                String hosts = console.answer("hosts");
                MatchResult agent = AGENT.matcher(hosts).results().findFirst().orElseThrow();
                long pid = Long.parseLong(agent.group(1));
                assertThat(ProcessHandle.of(pid).orElseThrow().children()).isEmpty();
                assertThat(filesOf(pid, "socket:")).as("by all its threads").hasSizeGreaterThanOrEqualTo(1000);
                assertThat(filesOf(pid, "anon_inode:[io_uring]").isEmpty()).isEqualTo(transport.equals("epoll"));

                assertThat(console.answer("connections stop 400 client1")).contains("\"stopped\":400");
                established(console, 600);
                assertThat(console.answer("connections stop all client1")).contains("\"established\":0");
                established(console, 0);
            }
            assertThat(console.answer("server stop")).contains("\"ok\":true");
            assertThat(console.answer("server start")).contains("\"ok\":true");
            assertThat(console.answer("connections start 700 client1")).contains("\"established\":700,\"failed\":0");
            established(console, 700);
            assertThat(console.answer("connections start 300 client1"))
                    .as("what is asked for later has loops, too")
                    .contains("\"established\":300,\"failed\":0", "\"errors\":{}");
            established(console, 1000);
            assertThat(console.answer("connections start 500 client1")).contains("\"established\":500,\"failed\":0");
            established(console, 1500);
            assertThat(console.answer("server stop")).contains("\"ok\":true");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(console.answer("count"))
                            .contains("\"client1\":{\"established\":0,\"connecting\":0,\"failed\":0,\"lost\":1500}"));
        }
    }

    /** Those of that kind in the tables of all its threads. */
    private static Set<String> filesOf(long pid, String kind) throws IOException {
        Set<String> found = new HashSet<>();
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                for (String what : filesOf(thread)) {
                    if (what.startsWith(kind)) {
                        found.add(what);
                    }
                }
            }
        }
        return found;
    }

    private static List<String> filesOf(Path thread) {
        try (var files = Files.list(thread.resolve("fd"))) {
            return files.map(LoopWorkersIT::link).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // it has ended
        }
    }

    private static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // it was closed
        }
    }
}
