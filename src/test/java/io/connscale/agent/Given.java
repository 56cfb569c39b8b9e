package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.stats.Snapshot;
import java.util.List;

/** What the tests of agents begin with. */
public final class Given {
    private Given() {}

    /** To that port of the loopback, a Ping each {@code intervalMillis}, an hour for its Pong, as fast as may be. */
    public static Settings settings(int port, long intervalMillis) {
        return new Settings(List.of("127.0.0.1:" + port), List.of(), intervalMillis, 3_600_000, 0);
    }

    /** As above, with a millisecond for an answer and none due meanwhile. */
    static Settings hasty(int port) {
        return new Settings(List.of("127.0.0.1:" + port), List.of(), 3_600_000, 1, 0);
    }

    public static OpenRequest order(long count) {
        return new OpenRequest(count, null);
    }

    public static OpenRequest order(long count, long perSecond) {
        return new OpenRequest(count, new Rate(perSecond));
    }

    public static Snapshot now(Agent agent) {
        return agent.snapshot().join();
    }
}
