package io.connscale.control;

import java.time.Duration;
import java.util.List;

/**
 * What an agent needs to know to open and hold connections. Plain numbers, since this goes over the wire as it is.
 *
 * @param targets the server's addresses, {@code host:port} or {@code [v6]:port}, used in turn
 * @param sources local addresses to connect from, used in turn; empty: the kernel chooses
 * @param intervalMillis a Ping a connection this often, milliseconds
 * @param timeoutMillis no Pong within it ends the connection, milliseconds
 * @param ratePerSecond new connections a second; 0 is unlimited
 */
public record Settings(
        List<String> targets, List<String> sources, long intervalMillis, long timeoutMillis, long ratePerSecond) {
    public Settings {
        targets = List.copyOf(targets);
        sources = List.copyOf(sources);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no server address to connect to");
        }
        requireRange("intervalMillis", intervalMillis);
        requireRange("timeoutMillis", timeoutMillis);
        new Rate(ratePerSecond); // refuses what is none
    }

    private static void requireRange(String name, long millis) {
        if (millis < 1 || millis > Quantity.LONGEST.toMillis()) {
            throw new IllegalArgumentException(
                    name + " is " + millis + ", must be 1 to " + Quantity.LONGEST.toMillis());
        }
    }

    public Duration interval() {
        return Duration.ofMillis(intervalMillis);
    }

    public Duration timeout() {
        return Duration.ofMillis(timeoutMillis);
    }

    public Rate rate() {
        return new Rate(ratePerSecond);
    }

    public Settings withInterval(Duration interval) {
        return new Settings(targets, sources, interval.toMillis(), timeoutMillis, ratePerSecond);
    }

    public Settings withTimeout(Duration timeout) {
        return new Settings(targets, sources, intervalMillis, timeout.toMillis(), ratePerSecond);
    }

    public Settings withRate(Rate rate) {
        return new Settings(targets, sources, intervalMillis, timeoutMillis, rate.perSecond());
    }
}
