package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an agent's end is told. */
class EndingTest {
    @ParameterizedTest
    @CsvSource({
        "0, exit code 0",
        "3, exit code 3",
        "137, exit code 137 (SIGKILL)",
        "143, exit code 143 (SIGTERM)",
        "134, exit code 134 (SIGABRT)",
        "200, exit code 200",
        "-1, no exit code"
    })
    void anExitCodeOfASignalNamesIt(int exit, String text) {
        assertThat(new Ending(exit, List.of())).hasToString("with " + text);
    }

    @Test
    void whatAShellOnAnotherMachineSaysOfItsEndIsNoLineOfItsOwn() {
        String why = "killed by the kernel: out of memory (control group /a, memory.oom_kill +1)";
        Ending killed = Ending.of(137, List.of("its own", why), false, Optional.empty());
        assertThat(killed).hasToString("with exit code 137 (SIGKILL), " + why + "; last output on stderr: its own");
        assertThat(Ending.of(137, List.of("its own"), false, Optional.empty()))
                .hasToString("with exit code 137 (SIGKILL); last output on stderr: its own");
        assertThat(Ending.of(1, List.of(why), false, Optional.empty())).hasToString("with exit code 1");
    }

    @Test
    void theJvmsReasonIsAmongTheLastErrors() {
        List<String> errors = List.of(
                "noise",
                "Unrecognized VM option 'X'",
                "Error: Could not create the Java Virtual Machine.",
                "Error: A fatal exception has occurred. Program will exit.");
        assertThat(new Ending(1, errors))
                .hasToString("with exit code 1; last output on stderr: Unrecognized VM option 'X'"
                        + " | Error: Could not create the Java Virtual Machine."
                        + " | Error: A fatal exception has occurred. Program will exit.");
    }

    @Test
    void lastWordsAreFewAndShort() {
        List<String> errors =
                IntStream.range(0, 20).mapToObj(i -> i + "x".repeat(4000)).toList();
        assertThat(new Ending(1, errors).toString()).hasSizeLessThan(800).contains("…");
        assertThat(new Ending(1, errors).lastErrors(5)).hasSize(5).allMatch(line -> line.length() <= 201);
    }

    @Test
    void whatItRanOutOfIsNamed() {
        Ending ending = new Ending(3, List.of("Terminating due to java.lang.OutOfMemoryError: Java heap space"));
        assertThat(ending).hasToString("with exit code 3: out of memory (heap)");
        assertThat(ending.hint("")).contains("jvm: [-Xmx");
        Ending direct = new Ending(
                3, List.of("agent-loop-1: java.lang.OutOfMemoryError: Cannot reserve 9 bytes of direct buffer memory"));
        assertThat(direct).hasToString("with exit code 3: out of memory (direct buffers)");
    }

    @Test
    void whatWasKilledHasNotRunOutByItself() {
        assertThat(new Ending(137, List.of("java.lang.OutOfMemoryError: unable to create native thread")).toString())
                .contains("exit code 137 (SIGKILL)")
                .doesNotContain("no thread left");
    }

    @Test
    void aKillByTheKernelIsSaidBesideTheCode() {
        String why = "killed by the kernel: out of memory (control group /a, memory.oom_kill +1)";
        assertThat(new Ending(137, List.of(), false, Optional.of(why)))
                .hasToString("with exit code 137 (SIGKILL), " + why);
    }

    /** The lines are those of Slurm 22.05. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            143 | slurmstepd-node3: error: *** STEP 5.3 ON node3 CANCELLED AT 2026-11-28T08:54:47 *** | its step of Slurm job 5: CANCELLED
            143 | slurmstepd-node1: error: *** STEP 9.0 ON node1 CANCELLED AT 2026-11-28T08:54:47 DUE TO TIME LIMIT *** | its step of Slurm job 9: CANCELLED DUE TO TIME LIMIT
            143 | slurmstepd-node1: error: *** STEP 7.3 ON node1 CANCELLED AT 2026-11-28T08:57:24 DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS *** | its step of Slurm job 7: CANCELLED DUE TO NODE FAILURE
            137 | slurmstepd: error: StepId=8.0 exceeded memory limit (314572800 > 209715200), being killed | its step of Slurm job 8: out of memory, by the job's --mem
            137 | slurmstepd-node1: error: Detected 1 oom-kill event(s) in StepId=12.0. Some of your processes may have been killed by the cgroup out-of-memory handler. | its step of Slurm job 12: out of memory, by the job's --mem
            0 | srun: error: Node failure on node2 | its step of a Slurm job: Node failure on node2
            """)
    void whatSlurmEndedIsSaidInItsWords(int exit, String line, String text) {
        List<String> errors = List.of(
                "its own",
                "srun: got SIGCONT",
                "srun: Job step aborted: Waiting up to 32 seconds for job step to finish.",
                line,
                "srun: error: node3: task 0: Exited with exit code 143");
        Ending ending = new Ending(exit, errors);
        assertThat(ending.clause()).isEqualTo("its agent ended with " + text);
        assertThat(ending).hasToString("with " + text + "; last output on stderr: its own");
        assertThat(ending.remedy("node3")).isEqualTo("start node3 brings it back, as long as the job lasts");
        assertThat(ending.lastErrors(5)).containsExactly("its own");
    }

    @Test
    void whatSlurmSaysOfAnEndThatIsNotItsWorkStays() {
        Ending ending = new Ending(3, List.of("srun: error: node3: task 0: Exited with exit code 3"));
        assertThat(ending)
                .hasToString(
                        "with exit code 3; last output on stderr: srun: error: node3: task 0: Exited with exit code 3");
        assertThat(ending.remedy("node3")).isEqualTo("start node3 brings it back");
    }

    private static Process sh(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script).start();
    }

    @Test
    void anExitCodeIsGiven() throws IOException {
        assertThat(Ending.exit(sh("exit 7"), 10)).isEqualTo(7);
    }

    @Test
    void whatDoesNotEndIsKilled() throws IOException {
        Process deaf = sh("trap '' TERM; exec sleep 1000");
        assertThat(Ending.exit(deaf, 0)).isIn(137, Ending.UNKNOWN);
        assertThat(Ending.exit(deaf, 10)).isEqualTo(137);
    }

    @Test
    void whatItHasStartedIsKilledWithIt() throws IOException {
        Process shell = sh("sleep 1000 & echo $!; wait");
        long child = Long.parseLong(shell.inputReader().readLine());
        Ending.kill(shell);
        await().until(() -> !shell.isAlive()
                && !ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void anInterruptKillsAtOnceAndIsKept() throws IOException, InterruptedException {
        Process sleeping = sh("exec sleep 1000");
        Thread.currentThread().interrupt();
        Ending.exit(sleeping, 1000);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sleeping.waitFor()).isEqualTo(137);
    }
}
