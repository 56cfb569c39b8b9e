package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.net.Layers;
import io.connscale.talk.TalkSettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent needs to know to open and hold connections. Plain numbers, since this goes over the wire as it is.
 *
 * @param targets the server's addresses, {@code host:port} or {@code [v6]:port}, used in turn
 * @param sources local addresses to connect from, used in turn; empty: the kernel chooses
 * @param intervalMillis a Ping a connection this often, milliseconds
 * @param timeoutMillis no Pong within it ends the connection, milliseconds
 * @param ratePerSecond new connections a second; 0 is unlimited
 * @param workers the maximum of processes that the agent may be, itself among them; 0: as many as the connections need files for;
 *     null: one
 * @param talk what connections say; null: Ping, to our own server, over the bare socket
 * @param layers what lies beneath the talk; null: nothing but the socket
 * @param active the part of the connections that sends Pings, above 0, below 1; the rest is idle; null: all do
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Settings(
        List<String> targets,
        List<String> sources,
        long intervalMillis,
        long timeoutMillis,
        long ratePerSecond,
        @Nullable Integer workers,
        @Nullable TalkSettings talk,
        @Nullable Layers layers,
        @Nullable Double active) {
    public Settings {
        targets = List.copyOf(targets);
        sources = List.copyOf(sources);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("no server address to connect to");
        }
        requireRange("intervalMillis", intervalMillis);
        requireRange("timeoutMillis", timeoutMillis);
        new Rate(ratePerSecond); // refuses what is none
        if (workers != null && workers < 0) {
            throw new IllegalArgumentException("workers is " + workers + ", must not be below 0");
        }
        if (active != null && !(active > 0 && active < 1)) {
            throw new IllegalArgumentException("active is " + active + ", must be above 0 and below 1, or left out");
        }
        if (layers != null && talk == null) {
            throw new IllegalArgumentException("layers without a talk: a Ping by its own is over the bare socket");
        }
    }

    /** All connections send Pings. */
    public Settings(
            List<String> targets,
            List<String> sources,
            long intervalMillis,
            long timeoutMillis,
            long ratePerSecond,
            @Nullable Integer workers,
            @Nullable TalkSettings talk,
            @Nullable Layers layers) {
        this(targets, sources, intervalMillis, timeoutMillis, ratePerSecond, workers, talk, layers, null);
    }

    /** For an agent that is one process. */
    public Settings(
            List<String> targets, List<String> sources, long intervalMillis, long timeoutMillis, long ratePerSecond) {
        this(targets, sources, intervalMillis, timeoutMillis, ratePerSecond, null, null, null);
    }

    private static void requireRange(String name, long millis) {
        if (millis < 1 || millis > Quantity.MAX_DURATION.toMillis()) {
            throw new IllegalArgumentException(
                    name + " is " + millis + ", must be 1 to " + Quantity.MAX_DURATION.toMillis());
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
        return new Settings(
                targets, sources, interval.toMillis(), timeoutMillis, ratePerSecond, workers, talk, layers, active);
    }

    public Settings withTimeout(Duration timeout) {
        return new Settings(
                targets, sources, intervalMillis, timeout.toMillis(), ratePerSecond, workers, talk, layers, active);
    }

    public Settings withRate(Rate rate) {
        return new Settings(
                targets, sources, intervalMillis, timeoutMillis, rate.perSecond(), workers, talk, layers, active);
    }

    public Settings withWorkers(int max) {
        return new Settings(targets, sources, intervalMillis, timeoutMillis, ratePerSecond, max, talk, layers, active);
    }

    public Layers layersOrNone() {
        return layers == null ? Layers.NONE : layers;
    }
}
