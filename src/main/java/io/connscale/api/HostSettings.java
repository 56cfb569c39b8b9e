package io.connscale.api;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.control.Rate;
import java.time.Duration;

/**
 * What a host's connections do.
 *
 * @param interval a Ping per connection every so often
 * @param timeout no Pong within it ends the connection
 * @param perSecond new connections per second while they are being opened, or {@link Opening#UNLIMITED}
 * @param active the part of the connections that sends Pings, above 0, at most 1; the rest is idle
 */
public record HostSettings(Duration interval, Duration timeout, long perSecond, double active) {
    /** All of them send Pings. */
    public HostSettings(Duration interval, Duration timeout, long perSecond) {
        this(interval, timeout, perSecond, 1);
    }

    static HostSettings of(ClientConfig config) {
        return new HostSettings(
                config.interval(), config.timeout(), config.rate().perSecond(), config.active());
    }

    ClientConfig config() {
        return new ClientConfig(interval, timeout, new Rate(perSecond), active);
    }

    /** The same with another interval; and so below. */
    public HostSettings withInterval(Duration other) {
        return new HostSettings(other, timeout, perSecond, active);
    }

    public HostSettings withTimeout(Duration other) {
        return new HostSettings(interval, other, perSecond, active);
    }

    public HostSettings withPerSecond(long other) {
        return new HostSettings(interval, timeout, other, active);
    }

    public HostSettings withActive(double other) {
        return new HostSettings(interval, timeout, perSecond, other);
    }
}
