package io.connscale.api;

import java.time.Duration;
import java.util.OptionalLong;

/** A host whose agent is ready. Its calls fail with a {@link ConnscaleException} once that agent is stopped or lost. */
public final class Client {
    private final Connscale scale;
    private final String name;

    Client(Connscale scale, String name) {
        this.scale = scale;
        this.name = name;
    }

    /** Its name in {@code hosts.yaml}. */
    public String name() {
        return name;
    }

    /** Opens so many more connections at the rate that is set; returns when each is established or has failed. */
    public Opened open(long count) {
        return scale.opened(name, Opening.Request.of(count));
    }

    /** As above, at {@code perSecond} new connections per second. */
    public Opened open(long count, long perSecond) {
        if (perSecond < 1) {
            throw new IllegalArgumentException("perSecond is " + perSecond + ", must be at least 1");
        }
        return scale.opened(name, new Opening.Request(count, false, OptionalLong.of(perSecond), false, false));
    }

    /** Closes the {@code count} oldest connections, or as many as there are; gives how many were closed. */
    public long close(long count) {
        return scale.closed(name, count);
    }

    /** What its agent counts. */
    public Count.Host count() {
        return scale.counts(name);
    }

    /** What its agent has counted and timed since it was started. */
    public Stats stats() {
        return scale.stats(name);
    }

    /** A Ping every {@code interval}, and a Pong within {@code timeout}, from now on, for running connections too. */
    public void pings(Duration interval, Duration timeout) {
        scale.pings(name, interval, timeout);
    }

    /** Ends the agent and with it its connections. */
    public void stop() {
        scale.stopped(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
