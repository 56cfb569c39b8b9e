package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real Slurm of three nodes: the console in jobs of sbatch and of salloc, agents by srun, and all the ways in which a job ends. */
@Tag("namespaces")
class SlurmIT {
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
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !slurm.must("scontrol", "show", "job", id).contains("JobState=RUNNING")
                        && !slurm.must("scontrol", "show", "job", id).contains("JobState=PENDING"));
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
}
