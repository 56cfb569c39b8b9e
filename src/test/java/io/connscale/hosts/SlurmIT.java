package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.ConsoleScript.Ran;
import io.connscale.RunningConsole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real Slurm of three nodes: the console in jobs of sbatch and of salloc, agents by srun, and all the ways in which a job ends. */
@Tag("namespaces")
class SlurmIT {
    /** For a machine that has other work. */
    private static final Duration TIME = Duration.ofMinutes(2);

    private static final Pattern GRANTED = Pattern.compile("Granted job allocation (\\d+)");
    private static final String COMES_BACK = " · start %s brings it back, as long as the job lasts";

    private static SlurmCluster slurm;

    @BeforeAll
    static void make() {
        slurm = SlurmCluster.make();
    }

    @AfterAll
    static void close() {
        if (slurm != null) {
            slurm.close();
        }
    }

    @BeforeEach
    void nobodyHasTheNodes() {
        slurm.must("scancel", "--user", "bench"); // what a test left that failed
        slurm.awaitIdle();
    }

    /** A console in an allocation, with agents on its nodes and connections of each. */
    private static RunningConsole holding(String name, String salloc) {
        RunningConsole console =
                slurm.console(name, salloc).start("--hosts", slurm.hosts(), "-o", "json", "--keep-going");
        boolean holds = false;
        try {
            answer(console, "start @job", "\"ok\":true");
            answer(console, "connections start 20 @job", "\"ok\":true");
            holds = true;
            return console;
        } finally {
            if (!holds) {
                console.close();
            }
        }
    }

    /** The answer to the line, which has this in it. */
    private static String answer(RunningConsole console, String line, String expected) {
        long before = console.out().lines().count();
        console.type(line);
        await(line)
                .atMost(TIME)
                .until(() ->
                        console.out().lines().count() > before && console.out().endsWith("\n"));
        String answer = console.out().lines().skip(before).findFirst().orElseThrow();
        assertThat(answer).as(console.err()).contains(expected);
        return answer;
    }

    private static String job(RunningConsole console) {
        Matcher granted = GRANTED.matcher(console.err());
        assertThat(granted.find()).as(console.err()).isTrue();
        return granted.group(1);
    }

    private static void awaitNotice(RunningConsole console, String notice) {
        await(notice).atMost(TIME).untilAsserted(() -> assertThat(console.err()).contains(notice));
    }

    @Test
    void aBatchJobHasTheConsoleOnItsFirstNodeAndAnAgentOnEach() {
        String id = slurm.must(
                        "env",
                        "CONNSCALE_HOME=" + slurm.app(),
                        "sbatch",
                        "--parsable",
                        "-N3",
                        slurm.app() + "/conf/slurm/connscale.sbatch",
                        "-o",
                        "json",
                        "-e",
                        "start @job",
                        "-e",
                        "connections start 50 @job",
                        "-e",
                        "count",
                        "-e",
                        "expect established >= 1000")
                .strip();
        await().atMost(TIME).until(() -> !slurm.must("squeue", "-h", "-o", "%i").contains(id));
        String out = Folders.read(slurm.home().resolve("connscale-" + id + ".out"));
        assertThat(out)
                .contains(
                        "\"server\":{\"established\":150}",
                        "\"node1\":{\"established\":50",
                        "\"node3\":{\"established\":50",
                        "\"difference\":0");
        assertThat(slurm.must("scontrol", "show", "job", id))
                .as(out)
                .contains("JobState=FAILED", "ExitCode=99:0", "BatchHost=node1");
    }

    @Test
    void agentsEndWithAJobThatIsCancelledAndTheConsoleSaysSo() {
        try (RunningConsole console = holding("cancelled", "sh -c 'ulimit -Sn 512; exec salloc -N3 \"$@\"' sh")) {
            String hosts = answer(console, "hosts", "\"node3\"");
            assertThat(hosts) // each has the hard limit of its node, not what srun took along from here
                    .contains("-w node3\",\"state\":\"ready\"", "\"files\":" + SlurmCluster.FEW_FILES)
                    .doesNotContain("\"files\":512");
            assertThat(answer(console, "doctor node3", "\"node3\""))
                    .contains("\"limit\":\"RLIMIT_NOFILE\",\"values\":{\"files\":" + SlurmCluster.FEW_FILES + "}");

            String id = job(console);
            slurm.must("scancel", id);

            for (String node : new String[] {"node1", "node2", "node3"}) {
                String ended = "its agent ended with its step of Slurm job " + id + ": CANCELLED";
                awaitNotice(console, node + " lost, with 20 connections: " + ended + COMES_BACK.formatted(node));
                assertThat(answer(console, "hosts", node)).contains("\"established\":0,\"why\":\"" + ended + "\"");
            }
            assertThat(console.err()).doesNotContain("node1 | ", "node2 | ", "node3 | ");
            answer(console, "count", "\"established\":0,\"difference\":0");
            assertThat(answer(console, "start node1", "\"ok\":false")).contains("job " + id, "the job is over");
        }
    }

    /** Slurm takes half a minute for either: one job of each at a time. */
    @Test
    void agentsEndAtTheTimeLimitAndWithANodeAndTheConsolesSaySo() {
        Machine node = slurm.node(2);
        try (RunningConsole limited = holding("limited", "salloc -N1 -w node1 -t 10");
                RunningConsole cut = holding("cut", "salloc -N3")) {
            String ofLimited = job(limited);
            String ofCut = job(cut);
            slurm.mustAsRoot("scontrol", "update", "JobId=" + ofLimited, "EndTime=now+1"); // looked at twice a minute
            node.cut();

            awaitNotice(cut, "node2 lost, with 20 connections: no heartbeat for 10 s · start node2 brings it back");
            for (String other : new String[] {"node1", "node3"}) {
                awaitNotice(
                        cut,
                        other + " lost, with 20 connections: its agent ended with its step of Slurm job " + ofCut
                                + ": CANCELLED DUE TO NODE FAILURE" + COMES_BACK.formatted(other));
            }
            assertThat(answer(cut, "hosts", "\"node2\"")).contains("\"why\":\"no heartbeat for 10 s\"");
            awaitNotice(
                    limited,
                    "node1 lost, with 20 connections: its agent ended with its step of Slurm job " + ofLimited
                            + ": CANCELLED DUE TO TIME LIMIT" + COMES_BACK.formatted("node1"));
        } finally {
            node.restore();
        }
    }

    @Test
    void outsideOfAJobThereIsNothingToListAndAStartThatIsGivenUpLeavesTheQueue() throws Exception {
        ConsoleScript console = slurm.console("outside", "");
        Ran none = console.run("--hosts", slurm.hosts(), "-e", "start @job");
        assertThat(none.exit()).isEqualTo(1);
        assertThat(none.err())
                .contains(
                        "hosts of @job: scontrol printed nothing", "host list is empty", "salloc or sbatch makes one");

        String other = slurm.must("sbatch", "--parsable", "-N3", "--exclusive", "--wrap", "exec sleep 600")
                .strip();
        Path hosts = Folders.write(
                slurm.home().resolve("outside.yaml"),
                "server: {ports: 0}\nhosts: {node1: {command: [srun, --overlap, -N1, -n1, -w, node1]}}\n");
        try (RunningConsole waiting = console.start("--hosts", hosts.toString(), "-e", "start node1")) {
            await().atMost(TIME)
                    .until(() ->
                            slurm.must("squeue", "-h", "-t", "PD", "-o", "%j").contains("sh"));
            waiting.process().destroy(); // SIGTERM, as a batch system sends it, or a user
            assertThat(waiting.await(60, TimeUnit.SECONDS).exit()).isEqualTo(143);
            await().atMost(TIME)
                    .until(() ->
                            slurm.must("squeue", "-h", "-t", "PD", "-o", "%j").isBlank());
        } finally {
            slurm.must("scancel", other);
        }
    }
}
