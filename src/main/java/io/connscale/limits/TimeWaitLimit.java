package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;

/**
 * Connections that this end closed stay in TIME-WAIT for 60 s, {@code tcp_max_tw_buckets} at most. The kernel forgets further ones at
 * once (inet_timewait_sock.c, inet_twsk_alloc): their ports are free, and late packets of theirs meet a new connection.
 */
@AutoService(Limit.class)
public final class TimeWaitLimit implements Limit {
    /** Silent unless half of them are in use. */
    @Override
    public List<Finding> findings(End end) {
        long max = end.now().get(Fact.MAX_TIME_WAIT);
        long used = end.now().get(Fact.TIME_WAIT);
        return max == Facts.UNKNOWN || used <= max / 2
                ? List.of()
                : List.of(new Finding(
                                Fact.MAX_TIME_WAIT.setting(),
                                Words.number(max) + ", " + Words.number(used) + " in use",
                                "nothing, but beyond it closed connections are forgotten at once, and late packets meet new ones",
                                Finding.NO_NUMBER,
                                Remedy.sysctl(Fact.MAX_TIME_WAIT, Remedy.times(4, max, max)))
                        .with("connections", max)
                        .with("inUse", used));
    }
}
