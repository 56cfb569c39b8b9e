package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that run out of memory, or of threads, for real: the command ends, with what came up, and says what ran out. */
class NothingLeftIT {
    /** Enough for the console with its server and one agent, and for no further process. */
    private static final int THREADS = 52;
    /** What an agent needs for itself, and a few. */
    private static final int OF_AN_AGENT = 28;

    /** Control groups, version 1 and 2. */
    private static final List<Path> GROUPS = List.of(Path.of("/sys/fs/cgroup/pids"), Path.of("/sys/fs/cgroup"));

    @TempDir
    Path folder;

    private ConsoleScript console(String hosts) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                client: {rate: unlimited}
                hosts: {%s}
                """.formatted(hosts));
        return ConsoleScript.in(folder);
    }

    @Test
    void anAgentWithoutHeapSaysSo() throws IOException {
        Ran ran = console("client1: {jvm: [-Xms6m, -Xmx6m], workers: 1}")
                .run("-o", "json", "-e", "start client1", "-e", "connections start 9500 client1 --force");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out()).contains("client1 ended with exit code 3: out of memory (heap)", "jvm: [-Xmx");
        assertThat(ran.err()).contains("its agent ended with exit code 3: out of memory (heap)");
    }

    @Test
    void anAgentWithoutDirectMemorySaysSo() throws IOException {
        Ran ran = console("client1: {jvm: ['-XX:MaxDirectMemorySize=1k'], workers: 1}")
                .run("-o", "json", "-e", "start client1");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out()).contains("out of memory (direct buffers)", "-XX:MaxDirectMemorySize=");
    }

    @Test
    void withoutAThreadForWorkersAnOrderEndsWithWhatCameUp() throws Exception {
        Needs.root();
        Path group = group();
        try {
            ConsoleScript script = console("client1: local");
            Path inside = Files.writeString(
                    folder.resolve("inside"),
                    "#!/bin/sh\necho $$ > '%s/cgroup.procs'\nulimit -n 200\nexec '%s' \"$@\"\n"
                            .formatted(group, script.script()));
            Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxr-xr-x"));
            Ran ran = script.calledAs(inside)
                    .run("-o", "json", "-e", "start client1", "-e", "connections start 500 client1 --force");

            assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
            String answer = ran.out().lines().skip(1).findFirst().orElseThrow();
            assertThat(answer)
                    .containsPattern("\"requested\":500,\"established\":1\\d\\d,\"failed\":3\\d\\d,")
                    .containsPattern(
                            "\"errors\":\\{\"start EAGAIN\":3\\d\\d}"); // in a group whose console has no thread to ask
            // why
            assertThat(ran.err()).contains("no thread left (start EAGAIN)");
        } finally {
            await().atMost(Duration.ofSeconds(20)).until(() -> removed(group));
        }
    }

    @Test
    void anAgentWithoutAThreadForWorkersIsToldByItsGroup() throws Exception {
        Needs.root();
        Path group = group();
        Files.writeString(group.resolve("pids.max"), Integer.toString(OF_AN_AGENT));
        try {
            Path java = WrappedJava.after(folder, "echo $$ > '" + group + "/cgroup.procs'\nulimit -n 200");
            Ran ran = console("client1: {java: %s}".formatted(java))
                    .run("-o", "json", "-e", "start client1", "-e", "connections start 500 client1 --force");

            String answer = ran.out().lines().skip(1).findFirst().orElseThrow();
            assertThat(answer)
                    .containsPattern("\"requested\":500,\"established\":1\\d\\d,\"failed\":3\\d\\d,")
                    .containsPattern("\"errors\":\\{\"start EAGAIN\":3\\d\\d}")
                    .contains("\"cause\":\"threads\"", "pids.max " + OF_AN_AGENT);
        } finally {
            await().atMost(Duration.ofSeconds(20)).until(() -> removed(group));
        }
    }

    @Test
    void whereTheLimitIsReachedItIsSaidWhileTheOrderGoesOn() throws Exception {
        try (RunningConsole console =
                console("few: {java: %s, workers: 1}".formatted(fewFiles())).start("-o", "json")) {
            console.answer("start few");
            console.answer("connections start 100k few --rate 100 --no-wait");
            await().atMost(Duration.ofSeconds(60)).until(() -> console.err().contains("stopped at "));
            assertThat(console.err()).contains("on few: no file left for its agent", "RLIMIT_NOFILE 128");
        }
    }

    @Test
    void withStopOnLimitItEndsThereAndTheRestIsNotTried() throws Exception {
        Ran ran = console("few: {java: %s, workers: 1}".formatted(fewFiles()))
                .run("-o", "json", "-e", "start few", "-e", "connections start 100k few --rate 100 --stop-on-limit");
        assertThat(ran.exit()).isZero();
        String answer = ran.out().lines().skip(1).findFirst().orElseThrow();
        assertThat(answer)
                .contains("\"requested\":100000,", "\"cause\":\"files\"")
                .containsPattern("\"established\":1\\d\\d,\"failed\":\\d{1,4},");
    }

    private Path fewFiles() throws IOException {
        return WrappedJava.after(folder, "ulimit -n 128");
    }

    private static Path group() throws IOException {
        for (Path root : GROUPS) {
            Path group = root.resolve("connscale-" + ProcessHandle.current().pid());
            if (Files.isWritable(root.resolve("cgroup.procs"))) {
                Files.createDirectory(group);
                if (Files.exists(group.resolve("pids.max"))) {
                    Files.writeString(group.resolve("pids.max"), Integer.toString(THREADS));
                    return group;
                }
                Files.delete(group);
            }
        }
        Assumptions.abort("no control group for processes can be made here");
        throw new AssertionError();
    }

    /** It can't be as long as a process is in it. */
    private static boolean removed(Path group) {
        try {
            Files.delete(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
