package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.ForeignServer;
import io.connscale.kernel.OomKills;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Somebody else's server ended with the connections that it held, or one of its processes did: by the kernel, out of memory, or by whomever. */
@AutoService(Limit.class)
public final class TargetEnded implements Limit {
    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd.Read read = seen.server().read();
        long ended = seen.count(ServerAddress.ENDED) + seen.count("connect ECONNREFUSED");
        if (!TargetEvidence.isTarget(seen) || read == null || ended == 0) {
            return Optional.empty();
        }
        List<ForeignServer.Member> gone = gone(read);
        if (gone.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> killed =
                OomKills.said(seen.server().now(), seen.server().before());
        HostEnd host = seen.hosts().get(0);
        String lost = Words.many(ended, "connection") + " of " + host.name() + " went with it (" + host.reasons() + ")";
        Verdict verdict = killed.isPresent()
                ? new Verdict(
                        "target-out-of-memory",
                        seen.server(),
                        "the kernel killed " + names(gone) + " of the server at " + host.target() + ", out of memory ("
                                + killed.get() + "); " + lost,
                        "Give it more memory, or fewer connections; stats says how many bytes each takes there")
                : new Verdict(
                        "target-restarted",
                        seen.server(),
                        "the server at " + host.target() + " ended: " + names(gone)
                                + (gone.size() == 1 ? " is gone, " : " are gone, ")
                                + (read.now().found()
                                        ? read.now().text() + " is there now"
                                        : String.join("; ", read.now().unread()))
                                + "; " + lost,
                        "Look at its log; dmesg tells of kills for want of memory; connections start opens what is missing");
        return Optional.of(new Cause(Certainty.SERVER_NO_PROCESS, ended, verdict));
    }

    /** Of the processes that held connections, or of all where it is another run, those that are known to have ended. */
    private static List<ForeignServer.Member> gone(ServerEnd.Read read) {
        return read.before().processes().stream()
                .filter(then -> then.listens() || !read.now().isRunOf(read.before()))
                .filter(then -> read.now().ended().stream().anyMatch(then::isSame))
                .toList();
    }

    private static String names(List<ForeignServer.Member> processes) {
        return Words.some(processes.stream().map(ForeignServer.Member::toString).collect(Collectors.toList()));
    }
}
