package io.connscale.cluster.launch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Slurm says on standard error about a step of a job that {@code srun} started, and what that means for who started it. Such an agent
 * ends with the job, and its exit code does not tell why. The words are those of Slurm 22.05 ({@code slurmstepd}, {@code srun}).
 */
public final class Slurm {
    private static final String OF_JOB = "its step of Slurm job ";
    private static final Pattern CANCELLED =
            Pattern.compile("slurmstepd\\S*: error: \\*\\*\\* (?:JOB|STEP) (\\d+)\\S* ON \\S+ "
                    + "(CANCELLED) AT \\S+( DUE TO [A-Z ]*[A-Z])?.*");
    private static final Pattern FAILED = Pattern.compile("srun: error: (Node failure on \\S+)");
    /** Where it looks itself at what steps use (OverMemoryKill), or where the kernel ended something in their control group. */
    private static final Pattern MEMORY = Pattern.compile(
            "slurmstepd\\S*: error: (?:"
                    + "StepId=(?<looked>\\d+)\\S* exceeded memory limit \\(.*|Detected \\d+ oom-kill event\\(s\\) in StepId=(?<killed>\\d+)\\b.*)");
    /** What it says as well, each time. */
    private static final Pattern NOISE =
            Pattern.compile("srun: (Job step aborted: .*|forcing job termination|got SIGCONT"
                    + "|error: \\S+: tasks? \\S+: (Exited with exit code .*|Killed|Terminated|Out Of Memory|running))");

    /** What may be done where it did not start a step, by what it said. */
    private static final Map<Pattern, String> HINTS = new LinkedHashMap<>();

    static {
        hint(
                "queued and waiting for resources",
                "srun waits for the node outside of any job: squeue shows for what; salloc or sbatch first");
        hint("step creation temporarily disabled", "another step of the job has the node: srun --overlap shares it");
        hint(
                "Requested node configuration is not available",
                "the node is not in the job, or no more: sinfo and scontrol show job tell");
        hint("Required node not available", "sinfo -R tells why the node is down");
        hint(
                "has expired|Invalid job id|already completing or completed",
                "the job is over: salloc or sbatch makes another");
        hint("host list is empty", "this is no job of Slurm: salloc or sbatch makes one");
    }

    private Slurm() {}

    private static void hint(String said, String hint) {
        HINTS.put(Pattern.compile(said), hint);
    }

    /** {@code its step of Slurm job 5: CANCELLED DUE TO TIME LIMIT}: what a command ended with; empty where nothing in {@code errors} says that Slurm ended it. */
    public static Optional<String> ended(List<String> errors) {
        Optional<String> failed = first(FAILED, errors).map(line -> "its step of a Slurm job: " + line.group(1));
        return first(MEMORY, errors)
                .map(line -> Optional.ofNullable(line.group("looked")).orElseGet(() -> line.group("killed")))
                .map(job -> OF_JOB + job + ": out of memory, by the job's --mem")
                .or(() -> failed)
                .or(() -> first(CANCELLED, errors)
                        .map(line -> OF_JOB + line.group(1) + ": " + line.group(2)
                                + Optional.ofNullable(line.group(3)).orElse("")));
    }

    /** Whether {@link #ended} has said it already, or it says nothing. */
    public static boolean isKnown(String line) {
        return CANCELLED.matcher(line).matches()
                || MEMORY.matcher(line).matches()
                || FAILED.matcher(line).matches()
                || NOISE.matcher(line).matches();
    }

    /** What to do about it, where {@code lines} are Slurm's. */
    static Optional<String> hint(List<String> lines) {
        return HINTS.entrySet().stream()
                .filter(one -> lines.stream()
                        .anyMatch(line ->
                                isIts(line) && one.getKey().matcher(line).find()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean isIts(String line) {
        return line.startsWith("srun: ") || line.startsWith("scontrol: ");
    }

    private static Optional<Matcher> first(Pattern pattern, List<String> lines) {
        return lines.stream().map(pattern::matcher).filter(Matcher::matches).findFirst();
    }
}
