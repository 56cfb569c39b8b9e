package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;

/** Somebody has asked for io_uring, and the kernel or a sandbox refuses it: the end works by epoll. Nothing is stopped by that. */
@AutoService(Limit.class)
public final class RingRefused implements Limit {
    /** How the two compare is in docs/PERFORMANCE.md. */
    @Override
    public List<Finding> findings(End end) {
        Facts now = end.now();
        if (now.get(Fact.RING_REFUSED) != 1) {
            return List.of();
        }
        long disabled = now.get(Fact.RINGS_DISABLED);
        boolean bySetting = disabled > 0;
        Finding finding = new Finding(
                bySetting ? Fact.RINGS_DISABLED.setting() : "io_uring",
                bySetting ? Long.toString(disabled) : "refused",
                "nothing, but epoll is used instead of io_uring, which was asked for",
                Finding.NO_NUMBER,
                bySetting
                        ? Remedy.sysctl(Fact.RINGS_DISABLED, 0)
                        : new Remedy(
                                "a kernel from Linux 6.1 on; a container whose seccomp profile allows io_uring; ulimit -l unlimited, which counts 140 KiB for each event loop of the user's",
                                "the same; or transport: epoll in hosts.yaml"));
        return List.of(bySetting ? finding : finding.withoutRoot());
    }
}
