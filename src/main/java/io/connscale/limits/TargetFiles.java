package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.ForeignServer;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Optional;

/** A process of somebody else's server has as many descriptors open as it may: it can accept no more, whatever it then does with them. */
@AutoService(Limit.class)
public final class TargetFiles implements Limit {
    /** Some keep a few for themselves. */
    private static final long SPARE = 3;

    private static final long PART = 200;

    @Override
    public Optional<Cause> cause(Observation seen) {
        if (!TargetEvidence.isTarget(seen) || (!seen.troubled() && seen.server().waiting() <= 0)) {
            return Optional.empty();
        }
        return TargetEvidence.found(seen.server())
                .flatMap(read -> read.now().fullest())
                .flatMap(process -> full(seen, process));
    }

    private static Optional<Cause> full(Observation seen, ForeignServer.Member process) {
        Long files = process.files();
        Long max = process.maxFiles();
        if (files == null || max == null || max - files > Math.max(SPARE, max / PART)) {
            return Optional.empty();
        }
        ServerEnd server = seen.server();
        HostEnd host = seen.hosts().get(0);
        List<String> ends = seen.hosts().stream()
                .map(HostEnd::reasons)
                .filter(reasons -> !reasons.isEmpty())
                .toList();
        return Optional.of(new Cause(
                Certainty.SERVER_ERRNO,
                seen.errors(),
                new Verdict(
                        "target-files",
                        server,
                        "the server at " + host.target() + " is out of files: " + process + " has "
                                + Words.number(files)
                                + " of " + Words.number(max) + " open (RLIMIT_NOFILE), "
                                + Words.number(server.established()) + " established, "
                                + AcceptQueueLimit.waiting(server)
                                + (ends.isEmpty() ? "" : " (" + String.join("; ", ends) + ")"),
                        "Raise it " + FileDescriptorLimit.FOREIGN + FileDescriptorLimit.raised(server))));
    }
}
