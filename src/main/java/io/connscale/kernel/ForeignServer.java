package io.connscale.kernel;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's server at one moment, as the kernel of its machine shows it; null is unknown.
 *
 * @param processes those that listen, and all that they began, in the order in which they were started; none where none was found
 * @param ports it was asked about, or listens on
 * @param established connections at these ports by the kernel's count, those included that wait to be accepted
 * @param accepted of them, by the server
 * @param waiting in its accept queue, those included that have ended meanwhile
 * @param backlog how many may wait, at the listening socket that has the shortest queue
 * @param ended processes of it that were seen earlier and are known to have ended, those last that ended last; not where they merely can't be
 *     seen now
 * @param facts of its machine and of {@link #fullest()}: its limits, its control group
 * @param unread what could not be read, why, and what would help, a sentence each
 */
public record ForeignServer(
        List<Member> processes,
        List<Integer> ports,
        @Nullable Long established,
        @Nullable Long accepted,
        @Nullable Long waiting,
        @Nullable Long backlog,
        List<Member> ended,
        Facts facts,
        List<String> unread) {
    /**
     * A process of it.
     *
     * @param name as the kernel calls it: 15 characters at most
     * @param began when it was started, in hundredths of a second since the machine was: tells it from a later one with its number
     * @param listens whether it has one of the listening sockets, and began no other process that has
     * @param files descriptors that it has open
     * @param maxFiles that it may have (the soft {@code RLIMIT_NOFILE})
     * @param residentBytes of physical memory; what it shares with others counts for each
     * @param cpuNanos CPU time; that of its ended children and threads to a hundredth of a second
     * @param waitedNanos that the threads which it has now could have run and had to wait for a CPU, all together
     */
    public record Member(
            long pid,
            long parent,
            String name,
            long began,
            boolean listens,
            @Nullable Long files,
            @Nullable Long maxFiles,
            @Nullable Long residentBytes,
            long cpuNanos,
            @Nullable Long waitedNanos) {
        /** How many more it can open; as many as there are where that is unknown. */
        private long left() {
            return files == null || maxFiles == null ? Long.MAX_VALUE : maxFiles - files;
        }

        /** Whether it is the same process, and not a later one with its number. */
        public boolean isSame(Member other) {
            return pid == other.pid && began == other.began;
        }

        @Override
        public String toString() {
            return name + ", pid " + pid;
        }
    }

    public ForeignServer {
        processes = List.copyOf(processes);
        ports = List.copyOf(ports);
        ended = List.copyOf(ended);
        Objects.requireNonNull(facts);
        unread = List.copyOf(unread);
    }

    /** Whether its processes are known. */
    public boolean found() {
        return !processes.isEmpty();
    }

    /** {@code nginx, pid 12, and 2 more processes}. */
    public String text() {
        int more = processes.size() - 1;
        return more < 0
                ? "nobody"
                : processes.get(0)
                        + (more == 0 ? "" : ", and " + more + (more == 1 ? " more process" : " more processes"));
    }

    /** Whether it is the same run of the same program: its first process is the same. */
    public boolean isRunOf(ForeignServer other) {
        return found() && other.found() && processes.get(0).isSame(other.processes.get(0));
    }

    /** Those among which connections are spread; one where that is not known. */
    public int sharing() {
        return (int) Math.max(1, processes.stream().filter(Member::listens).count());
    }

    /** The process that has the fewest descriptors left: it reaches its limit first. */
    public Optional<Member> fullest() {
        return fullest(processes);
    }

    static Optional<Member> fullest(List<Member> processes) {
        return processes.stream().reduce((a, b) -> b.left() < a.left() ? b : a);
    }

    /** Of all processes together. */
    public @Nullable Long files() {
        return sum(Member::files);
    }

    /** Of all processes together. */
    public @Nullable Long residentBytes() {
        return sum(Member::residentBytes);
    }

    /** Of all processes together. */
    public @Nullable Long cpuNanos() {
        return sum(Member::cpuNanos);
    }

    /** Unknown where it is of one of them. */
    private @Nullable Long sum(Function<Member, @Nullable Long> of) {
        long sum = 0;
        for (Member process : processes) {
            Long one = of.apply(process);
            if (one == null) {
                return null;
            }
            sum += one;
        }
        return found() ? (Long) sum : null;
    }
}
