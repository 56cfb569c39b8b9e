package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A connection is a file descriptor, and a process may have so many ({@code RLIMIT_NOFILE}, getrlimit(2)); beyond, {@code connect}
 * and {@code accept} fail with {@code EMFILE}. HotSpot raises the soft limit to the hard one by itself: the hard one is what stops.
 */
@AutoService(Limit.class)
public final class FileDescriptorLimit implements Limit {
    private static final long ENOUGH = 1 << 20;
    private static final String MORE_PROCESSES = "more processes (workers: in hosts.yaml)";

    @Override
    public List<Allowance> plan(Observation planned) {
        return planned.ends().stream().map(FileDescriptorLimit::allowance).toList();
    }

    private static Allowance allowance(End end) {
        Processes processes = end.processes();
        if (processes.files() == Facts.UNKNOWN) {
            return Allowance.unread("files", Allowance.Scope.PROCESS, List.of(end), end.wanted(), "/proc/self/limits");
        }
        String each = Words.number(processes.files()) + " files − " + processes.ownFiles() + " of its own";
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("filesPerProcess", processes.files());
        numbers.put("ownFiles", processes.ownFiles());
        numbers.put("processes", processes.max());
        numbers.put("held", processes.held());
        return new Allowance(
                "files",
                Allowance.Scope.PROCESS,
                List.of(end),
                end.wanted(),
                Math.max(0, processes.all() - processes.held()),
                (processes.max() == 1 ? each : Words.number(processes.max()) + " processes × (" + each + ")")
                        + (processes.held() == 0 ? "" : " − " + Words.number(processes.held()) + " open already"),
                numbers,
                fix(end));
    }

    /** Silent about what is more than the memory has room for. */
    @Override
    public List<Finding> findings(End end) {
        long hard = end.now().get(Fact.HARD_FILES);
        long each = end.processes().each();
        if (hard == Facts.UNKNOWN || each >= MemoryLimit.room(end)) {
            return List.of();
        }
        Finding ofProcess = new Finding(
                        "RLIMIT_NOFILE",
                        Words.number(hard),
                        "connections of one process (EMFILE); with workers each has as many",
                        each,
                        remedy(end))
                .with("files", hard);
        return Stream.concat(
                        Stream.of(raises(end) ? ofProcess : ofProcess.withoutRoot()), bound(end, hard, each).stream())
                .toList();
    }

    private static Optional<Finding> bound(End end, long hard, long each) {
        long max = end.now().get(Fact.MAX_FILES_A_PROCESS);
        return max == Facts.UNKNOWN || hard < max
                ? Optional.empty()
                : Optional.of(new Finding(
                                Fact.MAX_FILES_A_PROCESS.setting(),
                                Words.number(max),
                                "what RLIMIT_NOFILE may be raised to",
                                each,
                                raiseBound(max))
                        .with("files", max));
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        return noFileLeft(
                seen,
                "EMFILE",
                "files",
                end -> "no file left for its " + (end instanceof HostEnd ? "agent" : "process"),
                FileDescriptorLimit::limit,
                end -> "Raise it: " + fix(end));
    }

    /**
     * What {@code connect} of a host failed with for want of a file, or else {@code accept} of the server.
     *
     * @param cause the word for it at a host; {@code server-} comes before it at the server
     * @param sentence that there is none left, of whom
     * @param limit the limit and how much of it is used
     */
    static Optional<Cause> noFileLeft(
            Observation seen,
            String errno,
            String cause,
            Function<End, String> sentence,
            Function<End, String> limit,
            Function<End, String> fix) {
        Optional<HostEnd> host = seen.worst("connect " + errno);
        ServerEnd server = seen.server();
        long atServer = server.count("accept " + errno);
        if (host.isPresent()) {
            long failed = host.get().count("connect " + errno);
            return host.map(end -> new Cause(
                    Certainty.ERRNO,
                    failed,
                    new Verdict(
                            cause,
                            end,
                            end.stopped() + sentence.apply(end) + " (" + limit.apply(end) + "; connect " + errno + " "
                                    + Words.number(failed) + ")",
                            fix.apply(end))));
        }
        return atServer == 0
                ? Optional.empty()
                : Optional.of(new Cause(
                        Certainty.SERVER_ERRNO,
                        atServer,
                        new Verdict(
                                "server-" + cause,
                                server,
                                server.stoppedAccepting() + sentence.apply(server) + " (" + limit.apply(server)
                                        + "; accept " + errno + " " + Words.number(atServer) + ", "
                                        + AcceptQueueLimit.waiting(server) + ")",
                                fix.apply(server))));
    }

    private static String limit(End end) {
        return "RLIMIT_NOFILE " + Words.number(end.now().get(Fact.HARD_FILES));
    }

    /** {@code fs.nr_open} bounds it; where that is unknown it is taken for the kernel's default. */
    private static long better(End end) {
        long bound = end.now().knows(Fact.MAX_FILES_A_PROCESS) ? end.now().get(Fact.MAX_FILES_A_PROCESS) : ENOUGH;
        return Math.max(end.now().get(Fact.HARD_FILES), Math.min(ENOUGH, bound));
    }

    private static boolean raises(End end) {
        return better(end) > end.now().get(Fact.HARD_FILES);
    }

    private static Remedy remedy(End end) {
        return raises(end)
                ? Remedy.ulimit("-n", "nofile", "LimitNOFILE", better(end))
                : new Remedy("workers: auto", "sysctl fs.nr_open bounds it");
    }

    private static Remedy raiseBound(long max) {
        return Remedy.sysctl(Fact.MAX_FILES_A_PROCESS, Remedy.times(4, Math.max(max, ENOUGH), ENOUGH));
    }

    /** In one line. */
    private static String fix(End end) {
        return raises(end)
                ? remedy(end).text() + ", or " + MORE_PROCESSES
                : MORE_PROCESSES + ", or first raise what bounds it: "
                        + raiseBound(end.now().get(Fact.MAX_FILES_A_PROCESS)).now();
    }
}
