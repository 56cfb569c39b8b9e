package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real console and 200 hosts over {@code command}. What runs there is real but for Java, in whose place a shell speaks the channel:
 * two hundred JVMs are more than a machine that builds has processors for.
 */
class ManyHostsIT {
    private static final int HOSTS = 200;

    private static final String JAVA = """
            #!/bin/bash
            [ "$1" != -version ] || { echo 'openjdk version "17.0.9"' >&2; exit; }
            printf '{"type":"hello","protocol":1,"version":"x","java":"17.0.9","pid":%s,"os":"Linux","arch":"amd64",' $$
            echo '"limits":{"softFiles":20000,"hardFiles":20000,"firstPort":32768,"lastPort":60999,"reservedPorts":0}}'
            said=0
            none='{"established":0,"connecting":0,"failed":0,"lost":0,"stopped":0,"pings":0,"pongs":0,"skipped":0,"errors":{}}'
            while :; do
              [ ! -e "$CUT/$HOST_NAME" ] || exec sleep 100
              [ $((SECONDS - said)) -lt 3 ] || { echo '{"type":"snapshot","snapshot":'$none'}'; said=$SECONDS; }
              if IFS= read -r -t 1 line; then
                id=${line##*'"id":'} id=${id%%[!0-9]*}
                case $line in
                  *'"configure"'*) echo '{"type":"done","id":'$id'}' ;;
                  *'"take-snapshot"'*) echo '{"type":"snapshot","id":'$id',"snapshot":'$none'}' ;;
                esac
              elif [ $? -le 128 ]; then
                exit 0
              fi
            done
            """;

    private static final String ENTER = """
            #!/bin/sh
            export HOST_NAME=$1 CUT=%1$s/cut XDG_CACHE_HOME=%1$s/cache
            shift
            exec "$@"
            """;

    @TempDir
    private Path folder;

    private Path hosts;

    @BeforeEach
    void hosts() throws IOException {
        Needs.command("bash");
        Files.createDirectories(folder.resolve("cut"));
        Path java = program("java", JAVA);
        Path enter = program("enter", ENTER.formatted(folder));
        hosts = Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                hosts:
                  node[1-%1$d]: {command: [%2$s, "{host}"], java: %3$s}
                  from:
                    more: {list: [cat, %4$s/more], command: [%2$s, "{host}"], java: %3$s}
                groups: {rack2: "node[101-200]"}
                """.formatted(HOSTS, enter, java, folder));
        Files.writeString(folder.resolve("more"), "more1\nmore2\n");
    }

    private Path program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static long threads(RunningConsole console) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + console.process().pid() + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static String answer(RunningConsole console, String line) {
        long before = console.out().lines().count();
        console.type(line);
        await().atMost(Duration.ofMinutes(3))
                .until(() ->
                        console.out().lines().count() > before && console.out().endsWith("\n"));
        return console.out().lines().skip(before).findFirst().orElseThrow();
    }

    /** From now on these say nothing, and hear nothing. */
    private void cut(int from, int to) throws IOException {
        for (int n = from; n <= to; n++) {
            Files.createFile(folder.resolve("cut/node" + n));
        }
    }

    private void mend() throws IOException {
        try (Stream<Path> cut = Files.list(folder.resolve("cut"))) {
            for (Path one : cut.toList()) {
                Files.delete(one);
            }
        }
    }

    private static int in(RunningConsole console, String state) {
        return answer(console, "hosts").split("\"state\":\"" + state + "\"", -1).length - 1;
    }

    /** How many hosts were told to be lost: alone, or some in a line. */
    private static long toldLost(RunningConsole console) {
        return Pattern.compile("(?m)^node\\S+(?: \\((\\d+) hosts\\))? lost, .*no heartbeat for 10 s")
                .matcher(console.err())
                .results()
                .mapToLong(told -> told.group(1) == null ? 1 : Long.parseLong(told.group(1)))
                .sum();
    }

    @Test
    void twoHundredHostsOverCommandAreOneConsolesWork() throws Exception {
        try (RunningConsole console = ConsoleScript.in(folder).start("--hosts", hosts.toString(), "-o", "json")) {
            answer(console, "start node1");
            long few = threads(console);
            assertThat(answer(console, "start node[1-200]")).contains("\"ok\":true");
            assertThat((threads(console) - few) / (double) HOSTS)
                    .as("threads per host")
                    .isLessThan(2.5);
            String count = answer(console, "count");
            assertThat(count).contains("\"difference\":0");
            assertThat(count.split("\"established\"", -1)).hasSize(HOSTS + 3);

            cut(101, HOSTS);
            long cut = System.nanoTime();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(in(console, "lost")).as(console.err()).isEqualTo(HOSTS / 2));
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - cut);
            assertThat(seconds)
                    .as("10 s are the promise, and 5 for a machine that others use")
                    .isLessThan(15);
            assertThat(in(console, "ready")).isEqualTo(HOSTS / 2);
            await().untilAsserted(() -> assertThat(toldLost(console)).isEqualTo(HOSTS / 2));
            assertThat(console.err().lines().count()).isLessThan(20);

            mend();
            assertThat(answer(console, "start all")).contains("\"ok\":true"); // the rack again, and what is listed
            assertThat(in(console, "ready")).isEqualTo(HOSTS + 2);
            Files.writeString(folder.resolve("more"), "more3\n");
            assertThat(answer(console, "start @more"))
                    .contains("\"more3\":{\"state\":\"ready\"")
                    .doesNotContain("more1");
            assertThat(answer(console, "hosts")).as("those with an agent stay").contains("more1", "more2", "more3");
            answer(console, "stop @more,more[1-2]");
            assertThat(answer(console, "count all!@rack2&node[1-10]"))
                    .contains("\"node10\":{")
                    .doesNotContain("\"node11\":{", "\"more");
            console.endOfInput();
            assertThat(console.await(60, TimeUnit.SECONDS).exit()).isZero();
        }
    }
}
