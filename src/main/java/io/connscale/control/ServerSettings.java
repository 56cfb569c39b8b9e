package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.net.TlsSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server is to be, as {@code hosts.yaml} says it.
 *
 * @param bind the address to listen on, or a name of it; {@code 0.0.0.0} for all of this machine's
 * @param ports one or more different ones, 1 to 65535; 0 is any free port and may stand more than once
 * @param backlog connections that may wait to be accepted, for each port; the kernel may give less
 * @param acceptors event loops that accept and answer, in each process
 * @param workers the maximum of processes that share the ports, the first one among them; 0: as many as the connections need files
 *     for; null: one
 * @param shared null: the ports must be free; true: others that say the same may listen on them too
 * @param patienceMillis how long a Ping may be unfinished before it is a protocol error, milliseconds; null: {@link #PATIENCE}
 * @param keepaliveMillis how long a peer may be silent before its kernel is asked whether it is still there, milliseconds: one
 *     that answers nothing for as long again is gone; 0: never asked; null: {@link #KEEPALIVE}
 * @param tls with its certificate and key; null: none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServerSettings(
        String bind,
        List<Integer> ports,
        int backlog,
        int acceptors,
        @Nullable Integer workers,
        @Nullable Boolean shared,
        @Nullable Long patienceMillis,
        @Nullable Long keepaliveMillis,
        @Nullable TlsSettings tls) {
    /** More loops than any machine has processors. */
    public static final int MAX_ACCEPTORS = 1024;

    public static final Duration PATIENCE = Duration.ofSeconds(30);
    public static final Duration KEEPALIVE = Duration.ofSeconds(30);
    /** Below 32,767 s, the maximum that Linux takes for {@code TCP_KEEPIDLE}. */
    public static final Duration MAX_KEEPALIVE = Duration.ofHours(1);

    /** @throws IllegalArgumentException in one line: what is wrong and what would be right */
    public ServerSettings {
        ports = List.copyOf(ports);
        require(!bind.isBlank(), "bind is empty: write 127.0.0.1, or 0.0.0.0 for all addresses");
        require(!ports.isEmpty(), "ports is empty: write one port or more, as 8989");
        require(ports.stream().allMatch(p -> p >= 0 && p <= 65535), "a port is 1 to 65535");
        List<Integer> chosen = ports.stream().filter(p -> p != 0).toList();
        require(new HashSet<>(chosen).size() == chosen.size(), "a port is listed twice in ports");
        require(backlog >= 1, "backlog is 1 or more");
        require(workers == null || workers >= 0, "workers is 1 or more, or auto");
        require(patienceMillis == null || patienceMillis >= 1, "patience is 1ms or more");
        require(
                keepaliveMillis == null || (keepaliveMillis >= 0 && keepaliveMillis <= MAX_KEEPALIVE.toMillis()),
                "keepalive is 1s to 1h, or off");
        require(tls == null || !tls.certificate().isEmpty(), "tls needs a certificate and its key");
        require(acceptors >= 1 && acceptors <= MAX_ACCEPTORS, "acceptors is 1 to " + MAX_ACCEPTORS);
    }

    /** For a server that is one process. */
    public ServerSettings(String bind, List<Integer> ports, int backlog, int acceptors) {
        this(bind, ports, backlog, acceptors, null, null, null, null, null);
    }

    public ServerSettings withWorkers(int max) {
        return new ServerSettings(bind, ports, backlog, acceptors, max, shared, patienceMillis, keepaliveMillis, tls);
    }

    public ServerSettings withPorts(List<Integer> others) {
        return new ServerSettings(
                bind, others, backlog, acceptors, workers, shared, patienceMillis, keepaliveMillis, tls);
    }

    /** One process of several: on these ports, which it shares. */
    public ServerSettings shared(List<Integer> chosen) {
        return new ServerSettings(bind, chosen, backlog, acceptors, null, true, patienceMillis, keepaliveMillis, tls);
    }

    /**
     * The same with other times.
     *
     * @param keepalive zero: off
     */
    public ServerSettings with(Duration patience, Duration keepalive) {
        return new ServerSettings(
                bind, ports, backlog, acceptors, workers, shared, patience.toMillis(), keepalive.toMillis(), tls);
    }

    public ServerSettings withTls(@Nullable TlsSettings with) {
        return new ServerSettings(
                bind, ports, backlog, acceptors, workers, shared, patienceMillis, keepaliveMillis, with);
    }

    public Duration patience() {
        return patienceMillis == null ? PATIENCE : Duration.ofMillis(patienceMillis);
    }

    /** Zero: off. */
    public Duration keepalive() {
        return keepaliveMillis == null ? KEEPALIVE : Duration.ofMillis(keepaliveMillis);
    }

    public boolean sharesPorts() {
        return shared != null && shared;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
