package io.connscale.cluster.config;

import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.time.Duration;

/**
 * What a host's connections do.
 *
 * @param interval a Ping a connection every so often; 1 ms to a day
 * @param timeout no Pong within it ends the connection; 1 ms to a day
 * @param rate new connections while they are being opened
 */
public record ClientConfig(Duration interval, Duration timeout, Rate rate) {
    public static final ClientConfig DEFAULT =
            new ClientConfig(Duration.ofSeconds(5), Duration.ofSeconds(5), new Rate(5000));

    public ClientConfig {
        Checks.inRange("interval in ms", interval.toMillis(), 1, Quantity.MAX_DURATION.toMillis());
        Checks.inRange("timeout in ms", timeout.toMillis(), 1, Quantity.MAX_DURATION.toMillis());
    }
}
