package io.connscale.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of Slurm 22.05, and what to do about them; how a step's end is told has {@code EndingTest}. */
class SlurmTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            srun: job 10 queued and waiting for resources | squeue shows for what
            srun: error: Slurm job 13 has expired | the job is over
            srun: error: Unable to create step for job 13: Job/step already completing or completed | the job is over
            srun: error: Unable to create step for job 13: Requested node configuration is not available | not in the job
            srun: Job 13 step creation temporarily disabled, retrying (Requested nodes are busy) | --overlap
            scontrol: error: host list is empty | salloc or sbatch makes one
            """)
    void whyNoStepBeganHasARemedy(String line, String hint) {
        assertThat(Slurm.hint(List.of(line, "srun: Check SLURM_JOB_ID environment variable.")))
                .hasValueSatisfying(said -> assertThat(said).contains(hint));
    }

    @Test
    void whatAnotherProgramSaysIsNotSlurms() {
        assertThat(Slurm.hint(List.of("kubectl: the token has expired"))).isEmpty();
        assertThat(Slurm.ended(List.of("error: *** STEP 5.3 ON node3 CANCELLED AT noon ***")))
                .isEmpty();
    }
}
