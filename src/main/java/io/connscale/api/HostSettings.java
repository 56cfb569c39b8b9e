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
 */
public record HostSettings(Duration interval, Duration timeout, long perSecond) {
    static HostSettings of(ClientConfig config) {
        return new HostSettings(
                config.interval(), config.timeout(), config.rate().perSecond());
    }

    ClientConfig config() {
        return new ClientConfig(interval, timeout, new Rate(perSecond));
    }

    /** The same with another interval; and so below. */
    public HostSettings withInterval(Duration other) {
        return new HostSettings(other, timeout, perSecond);
    }

    public HostSettings withTimeout(Duration other) {
        return new HostSettings(interval, other, perSecond);
    }

    public HostSettings withPerSecond(long other) {
        return new HostSettings(interval, timeout, other);
    }
}
