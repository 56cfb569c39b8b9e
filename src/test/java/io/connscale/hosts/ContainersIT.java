package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.RunningConsole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Agents in containers, by {@code podman run} and {@code podman exec}: with nothing that can be written, no rights, and limits. */
@Tag("namespaces")
class ContainersIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A user without rights, and not a folder that can be written: not even /tmp. */
    private static final List<String> BARE =
            List.of("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges");

    @TempDir
    static Path engine;

    private static Podman podman;

    @TempDir
    Path folder;

    @BeforeAll
    static void build() {
        podman = Podman.in(engine);
    }

    @AfterAll
    static void remove() {
        if (podman != null) {
            podman.close();
        }
    }

    /** One that ends by itself meanwhile can't be removed: "open pidfd: No such process". */
    @AfterEach
    void noContainerIsLeft() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> podman.run("rm", "-a", "-f", "-t", "0"), removed -> removed.exit() == 0);
    }

    /** A host that is a container of its own, with these options. */
    private static String run(String name, String more, String... options) {
        List<String> words = new ArrayList<>(List.of("podman", "run", "-i", "--rm", "--name=" + name));
        words.addAll(BARE);
        words.addAll(List.of(options));
        if (!String.join(" ", options).contains("--network")) {
            words.add("--network=host");
        }
        words.add(Podman.IMAGE);
        return name + ": {command: [" + String.join(", ", words) + "]" + more + "}";
    }

    private static String exec(String name, String container, String... options) {
        return name + ": {command: [podman, exec, -i, " + String.join(", ", options) + (options.length > 0 ? ", " : "")
                + container + "]}";
    }

    /** A container that waits for agents. */
    private static void pool(String name) {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name=" + name));
        words.addAll(BARE);
        words.addAll(List.of("--network=host", Podman.IMAGE));
        podman.must(words.toArray(String[]::new));
    }

    private RunningConsole console(String client, String... hosts) {
        Folders.write(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0, workers: 1}\nclient: {" + client + "}\nhosts:\n  " + String.join("\n  ", hosts)
                        + "\n");
        return podman.console(folder).start("-o", "json", "--keep-going");
    }

    private static String failed(RunningConsole console, String line) {
        JsonNode answer = JSON.readTree(console.answer(line));
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isFalse();
        return answer.path("error").toString();
    }

    @Test
    void agentsInContainersHoldConnectionsAndEndWithTheConsoleHoweverItEnds() {
        pool("pool");
        List<ProcessHandle> agents;
        try (RunningConsole console = console("interval: 1s", run("alone", ""), exec("inside", "pool"))) {
            console.must("start all");
            console.must("connections start 300 all");
            JsonNode count = console.must("count");
            assertThat(count.path("established").asLong()).isEqualTo(600);
            assertThat(count.path("difference").asLong(-1)).isZero();
            assertThat(console.err()).doesNotContain("no epoll"); // its code is in the image
            assertThat(podman.must("exec", "pool", "id", "-u")).isEqualTo("10001");
            assertThat(podman.run("exec", "pool", "sh", "-c", "mkdir /tmp").err())
                    .contains("Read-only file system");
            agents = new ArrayList<>(podman.agents("pool"));
            agents.addAll(podman.agents("alone"));
            assertThat(agents).hasSize(2);

            console.must("stop inside");
            await().atMost(SOON).until(() -> podman.agents("pool").isEmpty());
            console.must("start inside");
            agents.addAll(podman.agents("pool"));
            assertThat(agents).hasSize(3);
            console.process().destroyForcibly();
        }
        await().atMost(SOON).until(() -> agents.stream().noneMatch(ProcessHandle::isAlive));
        await().atMost(SOON).until(() -> podman.containers().equals(List.of("pool")));
    }

    @Test
    void howAContainerEndedIsSaid() {
        pool("pool");
        try (RunningConsole console = console(
                "interval: 1s",
                run("killed", ""),
                run("stopped", ""),
                exec("inside", "pool"),
                exec("gone", "no-such-one"))) {
            assertThat(failed(console, "start gone"))
                    .contains(
                            "gone: ended at once with exit code 125",
                            "no container with name or ID \\\"no-such-one\\\"");
            console.must("start killed,stopped,inside");
            console.must("connections start 10 killed,stopped,inside");
            podman.must("kill", "killed");
            podman.must("stop", "stopped");
            podman.must("kill", "pool");
            await().atMost(SOON)
                    .until(() -> console.err().contains("killed lost")
                            && console.err().contains("stopped lost")
                            && console.err().contains("inside lost"));
            assertThat(console.err())
                    .contains("killed lost, with 10 connections: its agent ended with exit code 137 (SIGKILL)")
                    .contains("stopped lost, with 10 connections: its agent ended with exit code 143 (SIGTERM)")
                    // podman exec may find no exit code any more when its container goes: then it is 255
                    .containsPattern("inside lost, with 10 connections: its agent ended with exit code (137|255)");
            assertThat(podman.containers()).containsExactly("pool");
        }
    }

    @Test
    void theMemoryOfAContainerIsPlannedAndAnAgentKilledForItIsNamed() {
        try (RunningConsole console = console(
                "interval: 60s, rate: unlimited", run("small", "", "--memory=96m"), run("wide", "", "--memory=1g"))) {
            console.must("start all");
            JsonNode plan = console.must("plan 15k all");
            assertThat(ControlGroupsIT.row(plan, "memory", "small")
                            .path("group")
                            .asString())
                    .isEqualTo("control group /");
            assertThat(ControlGroupsIT.row(plan, "memory", "small")
                            .path("availableBytes")
                            .asLong())
                    .isBetween(1L << 20, 96L << 20);
            assertThat(ControlGroupsIT.row(plan, "memory", "wide")
                            .path("availableBytes")
                            .asLong())
                    .isBetween(500L << 20, 1L << 30);
            assertThat(console.must("doctor small").toString())
                    .contains("\"limit\":\"memory.max\"", "--memory (Kubernetes: resources.limits.memory)");
            console.type("connections start 18k small --force");
            await().atMost(SOON).until(() -> console.err().contains("small lost"));
            assertThat(console.err())
                    .containsPattern("small lost, .* exit code 137 \\(SIGKILL\\), killed by the kernel: out of memory"
                            + " \\(control group /, memory.oom_kill \\+1 since it began\\)");
        }
    }

    @Test
    void theThreadsAndTheCpuOfAContainerAreNamed() {
        try (RunningConsole console = console(
                "interval: 100ms, timeout: 60s, rate: 20k",
                run(
                        "few",
                        ", workers: 40, interval: 20s",
                        "--pids-limit=40",
                        "--ulimit=nofile=200:200",
                        "--ulimit=nproc=4096:4096"),
                run("slow", ", workers: 1", "--cpus=0.3"))) {
            console.must("start all");
            // More workers than there can be threads: how many a JVM needs to start with is its own affair.
            JsonNode few = console.must("connections start 10k few --stop-on-limit");
            assertThat(few.at("/verdict/text").asString() + few)
                    .contains("pids.max 40 of control group /", "start EAGAIN", "--pids-limit (Kubernetes");
            podman.must("update", "--cpus=0.08", "slow");
            await().atMost(SOON)
                    .until(() -> console.must("connections start 500 slow")
                            .at("/verdict/cause")
                            .asString()
                            .equals("cpu-quota"));
            assertThat(console.must("doctor slow").toString())
                    .contains("\"limit\":\"cpu.max\",\"values\":{\"cpus\":0.08,", "--cpus (Kubernetes");
        }
    }

    @Test
    void whatAContainerLacksIsSaid() {
        pool("pool");
        String memory = "--env=XDG_CACHE_HOME=/dev/shm/cache";
        try (RunningConsole console = console(
                "interval: 1s",
                run("lonely", "", "--network=none"),
                run("other", "", "--env=XDG_CACHE_HOME=/cache"),
                run("forgets", "", memory),
                run("keeps", "", "--env=XDG_CACHE_HOME=/cache", "--volume=jars:/cache:U"),
                exec("inside", "pool", memory))) {
            console.must("start lonely,inside,keeps"); // to the last two, the jar was copied
            assertThat(console.must("connections start 10 lonely").toString())
                    .contains(
                            "which is that host itself", "in another network namespace", "\"connect ECONNREFUSED\":10");
            console.must("connections start 10 inside,keeps");
            assertThat(console.must("count").at("/server/established").asLong()).isEqualTo(20);
            assertThat(console.err()).doesNotContain("no epoll");
            assertThat(failed(console, "start other"))
                    .contains(
                            "cache folder /cache/connscale is not writable", "Read-only file system", "XDG_CACHE_HOME");
            assertThat(failed(console, "start forgets"))
                    .contains("the jar can't be copied to /dev/shm/cache/connscale", "an image that has the jar");
        }
    }

    @Test
    void theConsoleRunsInAContainerToo() {
        String out = podman.must(
                "run",
                "--rm",
                "--network=host",
                "--read-only",
                "--cap-drop=all",
                Podman.IMAGE,
                "connscale-console",
                "-o",
                "json",
                "-e",
                "start client1",
                "-e",
                "connections start 100 client1",
                "-e",
                "count");
        assertThat(out).contains("\"established\":100,\"difference\":0");
    }
}
