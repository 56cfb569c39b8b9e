package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.Needs;
import io.connscale.RunningConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Agents in control groups that allow little memory, few threads or little CPU. */
@Tag("namespaces")
class ControlGroupsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    private final List<ControlGroup> groups = new ArrayList<>();

    @AfterEach
    void close() {
        groups.forEach(ControlGroup::close);
    }

    private ControlGroup group() {
        ControlGroup made = ControlGroup.make();
        groups.add(made);
        return made;
    }

    private RunningConsole console(String client, String... hosts) {
        Folders.write(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0, workers: 1}\nclient: {" + client + "}\nhosts:\n  " + String.join("\n  ", hosts)
                        + "\n");
        return ConsoleScript.in(folder)
                .with("XDG_CACHE_HOME", folder.resolve("cache").toString())
                .start("-o", "json", "--keep-going");
    }

    private static String host(String name, ControlGroup group) {
        return host(name, group, "");
    }

    private static String host(String name, ControlGroup group, String more) {
        return name + ": {command: [" + group.words() + "], workers: 1" + more + "}";
    }

    @Test
    void anAgentThatTheKernelKilledForWantOfMemoryIsToldFromOneThatSomebodyKilled() throws IOException {
        ControlGroup small = group();
        ControlGroup other = group();
        try (RunningConsole console = console("interval: 60s", host("small", small), host("other", other))) {
            console.must("start all");
            console.must("connections start 20 all");
            small.runOutOfMemory(small.agents());

            await().atMost(SOON).until(() -> console.err().contains("small lost"));
            assertThat(console.err())
                    .containsPattern(
                            "small lost, with 20 connections: its agent ended with exit code 137 \\(SIGKILL\\),"
                                    + " killed by the kernel: out of memory \\(control group " + small.path()
                                    + ", memory.oom_kill \\+[12] within the last \\d+ s\\)");
            other.processes().forEach(ProcessHandle::destroyForcibly);
            await().atMost(SOON).until(() -> console.err().contains("other lost"));
            assertThat(console.err()).containsPattern("other lost, .* exit code 137 \\(SIGKILL\\) · start other");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sshj", "openssh"})
    void anAgentOnAnotherMachineThatTheKernelKilledForWantOfMemoryIsToldToo(String client) throws IOException {
        ControlGroup small = group();
        HostPlan plan = HostPlan.host("small");
        for (String command : small.enterAnew()) {
            plan = plan.withBefore(command);
        }
        try (NetworkOfHosts network = NetworkOfHosts.of(plan);
                NetworkConsole console =
                        NetworkConsole.with(network, "small: {ssh: small, workers: 1, launch: " + client + "}")) {
            console.must("start small");
            console.must("connections start 20 small");
            SshHost host = network.host("small");
            small.runOutOfMemory(host.agents());

            await().atMost(SOON).until(() -> console.notices().contains("small lost"));
            assertThat(console.notices())
                    .containsPattern(
                            "small lost, with 20 connections: its agent ended with exit code 137 \\(SIGKILL\\),"
                                    + " killed by the kernel: out of memory \\(control group " + small.path()
                                    + ", memory.oom_kill \\+[12] since it began\\)");

            small.memory(1024 * MIB);
            console.must("start small");
            console.must("connections start 20 small");
            host.agents().forEach(ProcessHandle::destroyForcibly);
            await().atMost(SOON)
                    .until(() -> console.notices()
                                    .lines()
                                    .filter(line -> line.contains("small lost"))
                                    .count()
                            == 2);
            assertThat(console.notices()).containsPattern("small lost, .* exit code 137 \\(SIGKILL\\) · start small");
        }
    }

    @Test
    void twoHostsOfOneMachineInTwoControlGroupsHaveEachItsOwnRows() {
        ControlGroup tight = group().memory(120 * MIB).threads(60);
        ControlGroup wide = group().memory(900 * MIB).threads(500);
        try (RunningConsole console = console("interval: 60s", host("a", wide), host("b", tight))) {
            console.must("start all");
            JsonNode plan = console.must("plan 40k all");
            assertThat(row(plan, "memory", "b").path("group").asString()).isEqualTo("control group " + tight.path());
            assertThat(row(plan, "memory", "b").path("availableBytes").asLong()).isLessThan(120 * MIB);
            assertThat(row(plan, "memory", "a").path("availableBytes").asLong()).isBetween(500 * MIB, 900 * MIB);
            assertThat(row(plan, "threads", "b").path("of").asString()).startsWith("pids.max 60 of control group ");
            assertThat(row(plan, "threads", "a").path("of").asString()).startsWith("pids.max 500 of control group ");
            assertThat(plan.path("fits").asBoolean()).isFalse();
        }
    }

    /** Of a plan, that of a limit of one host alone. */
    static JsonNode row(JsonNode plan, String limit, String host) {
        for (JsonNode row : plan.path("limits")) {
            if (row.path("limit").asString().equals(limit)
                    && row.path("hosts").size() == 1
                    && row.path("hosts").get(0).asString().equals(host)) {
                return row;
            }
        }
        throw new AssertionError("no row " + limit + " of " + host + " in " + plan);
    }

    @Test
    void anAgentWithoutCpuSinceItsQuotaIsUsedUpIsNamed() {
        ControlGroup slow = group();
        try (RunningConsole console = console("interval: 100ms, timeout: 60s, rate: 20k", host("slow", slow))) {
            console.must("start slow");
            slow.cpu(50);
            JsonNode opened = console.must("connections start 1500 slow");
            String verdict = opened.path("verdict").path("cause").asString();
            if (!verdict.equals("cpu-quota")) { // all came up before the Pings were late
                await().atMost(SOON)
                        .until(() -> console.must("connections start 1 slow")
                                .path("verdict")
                                .path("cause")
                                .asString()
                                .equals("cpu-quota"));
            }
            JsonNode doctor = console.must("doctor slow");
            assertThat(doctor.toString()).contains("\"limit\":\"cpu.max\",\"values\":{\"cpus\":0.05,");
        }
    }

    /** What more would need is not tried: the kernel kills nobody. */
    @Test
    void findEndsBeforeTheKernelKillsForWantOfMemory() {
        ControlGroup small = group().memory(200 * MIB);
        // A heap that is all there from the beginning: what a JVM keeps of one run, the next one would lack.
        String whole = host("small", small, ", jvm: [-Xms48m, -Xmx48m, -XX:+AlwaysPreTouch]");
        try (RunningConsole console = console("interval: 1s, timeout: 20s, rate: unlimited", whole)) {
            console.must("start small");
            long left = row(console.must("plan 40k small"), "memory", "small")
                    .path("availableBytes")
                    .asLong();
            small.memory(200 * MIB - left
                    + 64 * MIB); // for some 10,000: what the JVM's own memory grows by is little beside that
            console.type("find max small --repeat 3 --hold 1s --width 20%");
            await().atMost(SOON.multipliedBy(5))
                    .until(() -> console.out().lines().count() == 3);
            JsonNode found = JSON.readTree(
                            console.out().lines().skip(2).findFirst().orElseThrow())
                    .path("result");
            assertThat(found.path("end").asString()).as("%s", found).isEqualTo("memory-guard");
            assertThat(found.at("/limit/what").asString()).isEqualTo("the memory of small");
            assertThat(found.at("/limit/evidence").asString()).contains("control group " + small.path());
            assertThat(found.path("runs").size()).isEqualTo(3);
            long first = found.at("/runs/0/maximum").asLong();
            found.path("runs").forEach(run -> {
                assertThat(run.path("held").asBoolean()).as("%s", found).isTrue();
                assertThat(run.path("maximum").asLong()).as("%s", found).isBetween(first * 8 / 10, first * 12 / 10);
            });
            assertThat(first).isGreaterThan(found.path("predicted").asLong() / 2);
            assertThat(console.must("count").path("established").asLong())
                    .isEqualTo(found.path("maximum").asLong());
        }
    }

    @Test
    void aUserWhoMayHaveFewThreadsIsCounted() throws IOException {
        Needs.command("setpriv");
        Needs.command("prlimit");
        Path home = Folders.make(folder.resolve("home"));
        Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        int uid = 60_000 + (int) (ProcessHandle.current().pid() % 5_000); // nobody else's: their threads would count
        Files.setAttribute(home, "unix:uid", uid); // nothing is run from a folder that everybody can write to
        String user =
                "u: {jvm: ['-Dconnscale.workers=processes'], command: [prlimit, '--nproc=60:60', '--nofile=200:200', setpriv, --reuid="
                        + uid + ", --clear-groups, --inh-caps=-all, env, XDG_CACHE_HOME=" + home + ", HOME=" + home
                        + "]}";
        try (RunningConsole console = console("interval: 60s", user)) {
            console.must("start u");
            JsonNode threads = row(console.must("plan 1000 u"), "threads", "u");
            assertThat(threads.path("of").asString()).isEqualTo("ulimit -u 60");
            assertThat(threads.path("left").asLong()).isBetween(20L, 50L);
            assertThat(threads.path("allows").asLong()).isBetween(100L, 500L);
            assertThat(threads.path("lift").asString()).contains("ulimit -u ");
        }
    }
}
