package io.connscale.limits;

import io.connscale.stats.Statistics.Unanswered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Both ends at one moment, with how they were when the open request began, and how many more connections are planned: what every
 * limit judges by.
 *
 * @param hosts those that are asked about
 * @param unaccepted established for clients and not for the server, now; 0 where the two were not compared
 * @param elsewhere connections that have had a Pong, beyond all that this server ever accepted: another one has them
 */
public record Observation(List<HostEnd> hosts, ServerEnd server, long unaccepted, long elsewhere) {
    public Observation {
        hosts = List.copyOf(hosts);
    }

    /** Of which none is known to be elsewhere. */
    public Observation(List<HostEnd> hosts, ServerEnd server, long unaccepted) {
        this(hosts, server, unaccepted, 0);
    }

    /** The hosts, and the server where anything is known of its machine. */
    List<End> ends() {
        List<End> ends = new ArrayList<>(hosts);
        if (server.known()) {
            ends.add(server);
        }
        return ends;
    }

    /** How many more connections the hosts want in all. */
    long wanted() {
        return hosts.stream().mapToLong(HostEnd::wanted).sum();
    }

    /** What a host's agent was answered that is no Pong. */
    List<String> unexpected() {
        return hosts.stream()
                .flatMap(host -> host.seen().unexpected().stream())
                .distinct()
                .toList();
    }

    /** Pongs that the hosts have had since the request began. */
    long pongs() {
        return hosts.stream().mapToLong(host -> host.seen().counts().pongs()).sum();
    }

    /** Connections that have sent a Ping and never had a Pong. */
    Unanswered unanswered() {
        return hosts.stream().map(host -> host.seen().unanswered()).reduce(Unanswered.NONE, Unanswered::plus);
    }

    /** Connections on their way up: a full queue drops their SYNs, which clients repeat for two minutes (tcp_syn_retries) before one fails. */
    long connecting() {
        return hosts.stream()
                .mapToLong(host -> host.seen().counts().connecting())
                .sum();
    }

    /** Without what never came up: why connections ended that had. */
    public Observation ofEnded() {
        return new Observation(hosts.stream().map(HostEnd::ofEnded).toList(), server, unaccepted, elsewhere);
    }

    /** How often one of {@code reasons} was the end, on all hosts. */
    long count(String... reasons) {
        return hosts.stream().mapToLong(host -> host.count(reasons)).sum();
    }

    /** The host with the most ends of these kinds, if any has one. */
    Optional<HostEnd> worst(String... reasons) {
        return hosts.stream()
                .filter(host -> host.count(reasons) > 0)
                .max(Comparator.comparingLong(host -> host.count(reasons)));
    }

    long errors() {
        return hosts.stream()
                .flatMap(host -> host.errors().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Whether anything came late, or not in time: Pings, Pongs, handshakes, accepts. */
    boolean late() {
        return count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT", "tls handshake: timeout") > 0
                || unaccepted > 0
                || hosts.stream().anyMatch(HostEnd::lateMuch);
    }

    /** Whether anything failed or ended, or is established at one end alone. */
    boolean troubled() {
        return errors() > 0 || unaccepted > 0 || elsewhere > 0;
    }
}
