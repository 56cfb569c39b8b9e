package io.connscale.cluster.config;

import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place where an agent can be launched.
 *
 * @param name begins with a letter (letters, digits, {@code -}, {@code _}, {@code .}); not {@code all}, which means every host
 * @param client what its connections do, the defaults for every host already in it
 * @param source the addresses its connections come from, ranges expanded, distinct; empty leaves it to the kernel
 * @param jvm flags for the agent's JVM
 * @param java the program to run it with, {@link #BRING}, or empty to find one there
 */
public record HostConfig(
        String name,
        Launch launch,
        ClientConfig client,
        List<String> source,
        List<String> jvm,
        Optional<String> java,
        Workers workers) {
    static final String EVERY = "all";
    /** As {@code java:}, in place of a program: one is brought where the host has none. */
    public static final String BRING = "bring";

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");

    public HostConfig {
        checkedName(name);
        source = Checks.distinct("source address", List.copyOf(source));
        source.forEach(Address::checkedLiteral);
        Checks.inRange("source addresses", source.size(), 0, Address.MAX);
        jvm = List.copyOf(jvm);
        jvm.forEach(Checks::flag);
        java.ifPresent(Checks::word);
    }

    /** The same host, whose connections do something else. */
    public HostConfig with(ClientConfig other) {
        return new HostConfig(name, launch, other, source, jvm, java, workers);
    }

    /** The same host, whose connections come from there. */
    public HostConfig from(List<String> other) {
        return new HostConfig(name, launch, client, other, jvm, java, workers);
    }

    /** The same host, whose agent may be as many processes as its connections need. */
    public HostConfig growing() {
        return new HostConfig(name, launch, client, source, jvm, java, Workers.AUTO);
    }

    static String checkedName(String name) {
        Checks.check(!name.equals(EVERY), name, "means every host: choose another name");
        return Checks.check(
                NAME.matcher(name).matches(),
                name,
                "is not a host's name: a letter, then at most 62 letters, digits, \"-\", \"_\" or \".\"");
    }

    /**
     * What a host's connections do.
     *
     * @param interval a Ping a connection every so often; 1 ms to a day
     * @param timeout no Pong within it ends the connection; 1 ms to a day
     * @param rate new connections while they are being opened
     * @param active the part of them that sends Pings, above 0, at most 1; the rest is idle
     */
    public record ClientConfig(Duration interval, Duration timeout, Rate rate, double active) {
        /** All of them send Pings. */
        public ClientConfig(Duration interval, Duration timeout, Rate rate) {
            this(interval, timeout, rate, 1);
        }

        public static final ClientConfig DEFAULT =
                new ClientConfig(Duration.ofSeconds(5), Duration.ofSeconds(5), new Rate(5000));

        public ClientConfig {
            Checks.inRange("interval in ms", interval.toMillis(), 1, Quantity.MAX_DURATION.toMillis());
            Checks.inRange("timeout in ms", timeout.toMillis(), 1, Quantity.MAX_DURATION.toMillis());
            Checks.check(active > 0 && active <= 1, Double.toString(active), "is not above 0 and at most 1");
        }
    }
}
