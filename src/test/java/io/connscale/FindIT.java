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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code find max} by the real script, at limits that are staged, so that the true maximum is known: three times of three, and the limit is named. */
@Timeout(600)
class FindIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String THRICE = " --repeat 3 --hold 1s";
    private static final int FILES = 250;

    @TempDir
    Path folder;

    private RealServers servers;

    @BeforeEach
    void choosePort() throws IOException {
        servers = new RealServers(folder);
    }

    @AfterEach
    void endServers() throws InterruptedException {
        servers.end();
    }

    private void hosts(String text) throws IOException {
        servers.file("hosts.yaml", text);
    }

    private Path program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** A Java that may open {@value #FILES} files, and so may what it starts. */
    private Path javaWithFewFiles() throws IOException {
        return WrappedJava.after(folder, "ulimit -n " + FILES);
    }

    /** What a line answers, where it works. */
    private static JsonNode must(ConsoleScript script, String... lines) {
        try (RunningConsole console = script.start("-o", "json")) {
            for (String line : lines) {
                console.type(line);
            }
            console.endOfInput();
            Ran ran = console.await(500, TimeUnit.SECONDS);
            assertThat(ran.exit()).as(ran.err() + ran.out()).isZero();
            return JSON.readTree(ran.out().lines().reduce("", (a, b) -> b)).path("result");
        }
    }

    /** Each of three searches came to a number between these, and held it. */
    private static void assertFound(JsonNode found, long least, long most) {
        assertThat(found.path("runs").size()).as("%s", found).isEqualTo(3);
        found.path("runs").forEach(run -> {
            assertThat(run.path("maximum").asLong()).as("%s", found).isBetween(least, most);
            assertThat(run.path("held").asBoolean()).as("%s", found).isTrue();
        });
        assertThat(found.path("heldSeconds").asDouble()).isEqualTo(1);
    }

    @Test
    @Tag("namespaces")
    void aHundredPortsAreAHundredConnections() throws IOException {
        hosts("""
                server: {bind: 127.0.0.1, ports: 1001}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: local}
                """);
        JsonNode found = must(inANetwork("40000 40099"), "find max client1" + THRICE);
        assertFound(found, 100, 100);
        assertThat(found.path("predicted").asLong()).isEqualTo(100);
        assertThat(found.path("predictedBy").asString()).isEqualTo("4-tuples on client1");
        assertThat(found.path("end").asString()).isEqualTo("hard-limit");
        assertThat(found.path("limit").path("what").asString()).isEqualTo("ports on client1");
        assertThat(found.path("limit").path("evidence").asString()).contains("ip_local_port_range 40000–40099");
        assertThat(found.path("limit").path("remedy").asString()).contains("source");
    }

    @Test
    void theFilesOfAnAgent() throws IOException {
        hosts("""
                server: {ports: 0}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: {java: JAVA, workers: 1}}
                """.replace("JAVA", javaWithFewFiles().toString()));
        ConsoleScript script = ConsoleScript.in(folder);
        long most = must(script, "start client1", "connections start 400 client1")
                .at("/hosts/client1/established")
                .asLong();
        assertThat(most).isBetween(150L, 249L);
        JsonNode found = must(script, "find max client1" + THRICE);
        assertFound(found, most - 4, most + 2);
        assertThat(found.path("end").asString()).isEqualTo("hard-limit");
        assertThat(found.at("/limit/verdict/cause").asString()).isEqualTo("files");
        assertThat(found.at("/limit/evidence").asString()).contains("RLIMIT_NOFILE 250");
    }

    @Test
    void theFilesOfTheServer() throws IOException {
        hosts("""
                server: {on: s, ports: 0, workers: 1}
                client: {interval: 500ms, timeout: 3s, rate: unlimited}
                hosts: {client1: local, s: {java: JAVA, workers: 1}}
                """.replace("JAVA", javaWithFewFiles().toString()));
        ConsoleScript script = ConsoleScript.in(folder);
        JsonNode found = must(script, "start s", "find max client1" + THRICE);
        assertFound(found, 150, 249);
        long first = found.at("/runs/0/maximum").asLong();
        found.path("runs")
                .forEach(run -> assertThat(run.path("maximum").asLong()).isBetween(first - 4, first + 4));
        assertThat(found.at("/limit/verdict/cause").asString()).as("%s", found).isEqualTo("server-files");
    }

    /** In a network of its own. */
    private ConsoleScript inANetwork(String ports) throws IOException {
        return inANetwork(ports, "true");
    }

    /** @param more further commands of a shell, with which it is made */
    private ConsoleScript inANetwork(String ports, String more) throws IOException {
        Needs.root();
        Needs.command("unshare");
        ConsoleScript script = ConsoleScript.in(folder);
        return script.calledAs(program(
                "network",
                "exec unshare --net sh -c 'ip link set lo up && echo " + ports
                        + " > /proc/sys/net/ipv4/ip_local_port_range && " + more + " && exec \"$@\"' sh '"
                        + script.script() + "' \"$@\"\n"));
    }

    @Test
    @Tag("namespaces")
    void limitsThatNeedNoRootAreLiftedInTurnUntilOneStays() throws IOException {
        hosts("""
                server: {bind: 127.0.0.1, ports: 1001}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: local}
                """);
        JsonNode found = must(
                inANetwork("40000 40099"), "find max client1 --lift --goal 'established <= 300' --repeat 1 --hold 1s");
        JsonNode first = found.at("/lifted/0");
        assertThat(first.path("at").asLong()).as("%s", found).isEqualTo(100);
        assertThat(first.at("/limit/verdict/cause").asString()).isEqualTo("ports");
        assertThat(first.path("by").asString())
                .isEqualTo("4 source addresses on client1 (source: 127.0.0.2-127.0.0.5)");
        assertThat(found.path("lifted").size()).isEqualTo(1);
        assertThat(found.path("end").asString()).isEqualTo("goal-broken");
        assertThat(found.path("maximum").asLong()).isBetween(297L, 300L);
    }

    /** Where no source address can be added without root. */
    @Test
    @Tag("namespaces")
    void aLimitOfPortsIsLiftedByMoreOfTheServers() throws IOException {
        hosts("""
                server: {bind: 10.9.9.1, ports: 1001}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: local}
                """);
        JsonNode found = must(
                inANetwork(
                        "40000 40099", "ip address add 10.9.9.1/32 dev lo && echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse"),
                "find max client1 --lift --goal 'established <= 300' --repeat 1 --hold 1s");
        assertThat(found.at("/lifted/0/at").asLong()).as("%s", found).isEqualTo(100);
        assertThat(found.at("/lifted/0/by").asString())
                .isEqualTo("4 ports of the server (server: ports: 1001, 1002, 1003, 1004)");
        assertThat(found.path("lifted").size()).isEqualTo(1);
        assertThat(found.path("end").asString()).isEqualTo("goal-broken");
        assertThat(found.path("maximum").asLong()).isBetween(297L, 300L);
    }

    @Test
    void aLimitOfFilesIsLiftedByMoreProcesses() throws IOException {
        hosts("""
                server: {ports: 0}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: {java: JAVA, workers: 1}}
                """.replace("JAVA", javaWithFewFiles().toString()));
        JsonNode found = must(
                ConsoleScript.in(folder),
                "find max client1 --lift --goal 'established <= 400' --repeat 1 --hold 1s --width 5%");
        assertThat(found.at("/lifted/0/at").asLong()).as("%s", found).isBetween(150L, 249L);
        assertThat(found.at("/lifted/0/limit/verdict/cause").asString()).isEqualTo("files");
        assertThat(found.at("/lifted/0/by").asString())
                .isEqualTo("as many processes on client1 as it needs (workers: auto)");
        assertThat(found.path("maximum").asLong()).isBetween(380L, 400L);
    }

    /** A firewall that drops the SYNs of more connections than so many says nothing, and nobody who could be asked knows. */
    @Test
    @Tag("namespaces")
    void whatNothingExplainsEndsWithTheWidthThatIsReached() throws IOException {
        Needs.command("nft");
        hosts("""
                server: {bind: 127.0.0.1, ports: 1001}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: local}
                """);
        JsonNode found = must(
                inANetwork(
                        "40000 40999",
                        "nft add table ip few && nft add chain ip few in \"{ type filter hook input priority 0; }\""
                                + " && nft add rule ip few in tcp dport 1001 ct state new ct count over 300 drop"),
                "find max client1 --repeat 1 --hold 1s");
        assertThat(found.path("end").asString())
                .as("%s", found)
                .isEqualTo(
                        found.at("/limit/evidence").asString().contains("CPUs are busy")
                                ? "generator" // on a machine with other work
                                : "width-reached");
        assertThat(found.path("maximum").asLong()).isBetween(297L, 300L);
        assertThat(found.at("/runs/0/failedAt").asLong()).isBetween(301L, 304L);
        assertThat(found.at("/limit/evidence").asString()).contains("did not come up");
    }

    /** An agent that is stopped for a second again and again, once it has more than so many files. */
    @Test
    void aTimeThatTheAgentItselfSpoilsIsTheGenerators() throws IOException {
        Path slow = program("java", """
                exec 3<&0
                '%s/bin/java' "$@" <&3 3<&- &
                agent=$!
                exec 3<&- < /dev/null
                trap 'kill -CONT $agent; kill $agent' TERM
                while kill -0 $agent 2> /dev/null; do
                  sleep 0.3
                  [ "$(ls /proc/$agent/fd 2> /dev/null | wc -l)" -lt 400 ] || { kill -STOP $agent; sleep 1; kill -CONT $agent; }
                done
                wait $agent
                """.formatted(System.getProperty("java.home")));
        hosts("""
                server: {ports: 0}
                client: {interval: 500ms, timeout: 10s, rate: 1000}
                hosts: {client1: {java: JAVA, workers: 1}}
                """.replace("JAVA", slow.toString()));
        JsonNode found = must(
                ConsoleScript.in(folder),
                "start client1",
                "connections start 100 client1",
                "find max client1 --goal 'roundTrip.p99 < 500ms' --repeat 1 --hold 1s --width 20%");
        assertThat(found.path("end").asString()).as("%s", found).isEqualTo("generator");
        assertThat(found.path("maximum").asLong()).isBetween(100L, 400L);
        assertThat(found.at("/limit/what").asString()).isEqualTo("the generator");
        assertThat(found.at("/limit/evidence").asString()).contains("client1: ");
        assertThat(found.at("/limit/remedy").asString())
                .isEqualTo("Give it more CPU, a further host, or a longer interval");
    }

    private void neverAccepts() throws IOException {
        servers.serve(Needs.PYTHON, servers.file("listen.py", """
                import socket, time
                server = socket.socket()
                server.bind(('127.0.0.1', PORT))
                server.listen(50)
                time.sleep(10000)
                """));
        target("idle", "interval: 500ms, timeout: 3s", ", runs: {on: client1}");
    }

    /** None fails for two minutes: the kernel repeats a SYN that finds no room. */
    @Test
    void whoseConnectsWaitForRoomInAFullQueueHearsItSoon() throws IOException {
        neverAccepts();
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.type("start client1\nconnections start 60 client1 --no-wait");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(console.err())
                            .contains("client1: no progress for 10 s at 50 of 60 established, 0 failed") // and the one
                            // that looked
                            // whether it
                            // listens
                            .contains("the accept queue of the server ", "51 wait, backlog 50")
                            .contains("still connecting 10"));
        }
        JsonNode opened =
                must(ConsoleScript.in(folder), "start client1", "connections start 60 client1 --stop-on-limit");
        assertThat(opened.at("/hosts/client1/failed").asLong()).isZero();
        assertThat(opened.at("/verdict/cause").asString()).as("%s", opened).isEqualTo("overflow");
    }

    /** As many come up as wait in its queue; each search leaves it full, so that there is one. */
    @Test
    void theBacklogOfWhoNeverAccepts() throws Exception {
        for (int i = 0; i < 3; i++) {
            neverAccepts();
            JsonNode found = must(ConsoleScript.in(folder), "find max client1 --repeat 1 --hold 1s");
            assertThat(found.path("maximum").asLong()).as("%s", found).isBetween(49L, 51L);
            assertThat(found.at("/runs/0/held").asBoolean()).isTrue();
            assertThat(found.at("/limit/evidence").asString()).as("%s", found).contains("accept queue");
            servers.end();
            servers = new RealServers(folder);
        }
    }

    private void target(String talk, String client, String more) throws IOException {
        hosts("""
                target: {address: 127.0.0.1, ports: PORT, talk: TALK}
                client: {CLIENT, rate: 2000}
                hosts: {client1: local}
                """.replace("TALK", talk + more).replace("CLIENT", client));
    }

    @Test
    void maxconnOfHaproxy() throws Exception {
        Needs.command("haproxy");
        Needs.debiansPython("asyncio");
        RealServers behind = new RealServers(folder);
        try {
            behind.serve(Needs.PYTHON, behind.file("echo.py", echo(100_000, 0)));
            servers.serve("haproxy", "-db", "-f", servers.file("haproxy.cfg", """
                    global
                      maxconn 200
                    defaults
                      mode tcp
                      retries 0
                      timeout connect 20s
                      timeout client 300s
                      timeout server 300s
                    listen front
                      bind 127.0.0.1:PORT
                      server echo 127.0.0.1:BEHIND
                    """.replace(
                            "BEHIND", Integer.toString(behind.port()))));
            target("echo", "interval: 500ms, timeout: 3s", ", runs: {on: client1}");
            JsonNode found = must(ConsoleScript.in(folder), "find max client1" + THRICE);
            assertFound(found, 198, 200);
            assertThat(found.at("/limit/evidence").asString()
                            + found.at("/limit/remedy").asString())
                    .as("%s", found)
                    .contains("maxconn");
        } finally {
            behind.end();
        }
    }

    /** An echo server that answers late while it has more than so many connections. */
    private static String echo(int most, double seconds) {
        return """
                import asyncio
                held = 0
                async def talk(reader, writer):
                    global held
                    held += 1
                    try:
                        while data := await reader.read(4096):
                            if held > MOST:
                                await asyncio.sleep(SECONDS)
                            writer.write(data)
                    except ConnectionError:
                        pass
                    held -= 1
                    writer.close()
                async def main():
                    server = await asyncio.start_server(talk, '127.0.0.1', PORT, backlog=4096)
                    await server.serve_forever()
                asyncio.run(main())
                """.replace("MOST", Integer.toString(most)).replace("SECONDS", Double.toString(seconds));
    }

    /** As nginx does it with idle connections, when its worker_connections are used up: no number above stays. */
    @Test
    void whoClosesOldOnesForNewOnesIsNotFilledAgainAndAgain() throws IOException {
        Needs.debiansPython("asyncio");
        servers.serve(Needs.PYTHON, servers.file("full.py", """
                import asyncio, collections
                held = collections.deque()
                async def talk(reader, writer):
                    held.append(writer)
                    if len(held) > 300:
                        for _ in range(32):
                            held.popleft().close()
                    try:
                        while data := await reader.read(4096):
                            writer.write(data)
                    except ConnectionError:
                        pass
                    if writer in held:
                        held.remove(writer)
                    writer.close()
                async def main():
                    server = await asyncio.start_server(talk, '127.0.0.1', PORT, backlog=4096)
                    await server.serve_forever()
                asyncio.run(main())
                """));
        target("echo", "interval: 500ms, timeout: 10s", ", runs: {on: client1}");
        JsonNode found = must(ConsoleScript.in(folder), "find max client1" + THRICE);
        assertFound(found, 297, 300);
        assertThat(found.path("end").asString()).as("%s", found).isEqualTo("hard-limit");
        assertThat(found.at("/limit/evidence").asString()).as("%s", found).contains("receive closed");
    }

    @Test
    void aGoalForRoundTrips() throws IOException {
        Needs.debiansPython("asyncio");
        servers.serve(Needs.PYTHON, servers.file("echo.py", echo(300, 1.5)));
        target("echo", "interval: 1s, timeout: 20s", "");
        JsonNode found = must(ConsoleScript.in(folder), "find max client1 --goal 'roundTripSent.p99 < 1s'" + THRICE);
        assertFound(found, 297, 300);
        assertThat(found.path("end").asString()).isIn("goal-broken", "generator"); // on a machine with other work
        assertThat(found.at("/limit/evidence").asString()).contains("roundTripSent.p99 is ", "and not < 1s");
    }

    /** Where a goal says how many: connections come up at that rate and little more. */
    @Test
    void theMostNewConnectionsPerSecond() throws IOException {
        hosts("""
                server: {ports: 0}
                client: {interval: 500ms, timeout: 10s, rate: unlimited}
                hosts: {client1: local}
                """);
        JsonNode found = must(
                ConsoleScript.in(folder),
                "find rate client1 --goal 'perSecond.attempted < 900' --repeat 1 --hold 1s --width 10%");
        assertThat(found.path("maximum").asLong()).as("%s", found).isBetween(700L, 1_400L);
        assertThat(found.path("end").asString()).isEqualTo("goal-broken");
        assertThat(found.path("unit").asString()).isEqualTo("connections per second");
    }

    @Test
    void whoEndsItHearsTheBestSoFarWithinSeconds() throws IOException {
        hosts("""
                server: {ports: 0}
                client: {interval: 500ms, timeout: 10s, rate: 100}
                hosts: {client1: local}
                """);
        try (RunningConsole console = ConsoleScript.in(folder)
                .startHeedingSignals(
                        "-o",
                        "json",
                        "-e",
                        "start client1",
                        "-e",
                        "connections start 40 client1",
                        "-e",
                        "find max client1",
                        "-e",
                        "count")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.errWithProgress().contains(" more established"));
            long asked = System.nanoTime();
            new ProcessBuilder("kill", "-INT", Long.toString(console.process().pid())).start();
            Ran ran = console.await(30, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(15));
            assertThat(ran.exit()).isEqualTo(130);
            List<String> answers = ran.out().lines().toList();
            JsonNode last = JSON.readTree(answers.get(2));
            assertThat(last.path("interrupted").asBoolean()).as(ran.out()).isTrue();
            assertThat(last.at("/result/end").asString()).isEqualTo("interrupted");
            assertThat(last.at("/result/maximum").asLong()).isBetween(40L, 20_000L);
        }
    }
}
