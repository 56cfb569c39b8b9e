package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes that may be under way at the server. It bounds how fast connections come up, not how many: so it is no {@link Limit}.
 * There only without SYN cookies; beyond it SYNs are dropped, and a client repeats each after a second.
 *
 * @param handshakes that may be under way at one moment, on all listening sockets together
 * @param backlog how long the accept queue of a listening socket may be, which bounds handshakes, too
 * @param maxSynBacklog {@code tcp_max_syn_backlog}
 * @param perSecond the rate of all hosts together; {@link Facts#UNLIMITED}: as fast as may be
 * @param roundTripMillis to the slowest of the hosts; {@link Facts#UNKNOWN}
 */
public record SynQueue(long handshakes, long backlog, long maxSynBacklog, long perSecond, double roundTripMillis) {
    private static final int ENOUGH = 4096;

    /**
     * As tcp_input.c, tcp_conn_request has it: without cookies the last quarter of {@code tcp_max_syn_backlog} is kept for
     * clients that have been connected before.
     *
     * @param sockets listening sockets that share the connections
     */
    public static Optional<SynQueue> of(
            Facts server, long backlog, long sockets, long perSecond, double roundTripMillis) {
        long max = server.get(Fact.SYN_BACKLOG);
        return server.get(Fact.SYNCOOKIES) == 0 && max != Facts.UNKNOWN
                ? Optional.of(new SynQueue(
                        sockets * Math.min(backlog, max - max / 4 + 1), backlog, max, perSecond, roundTripMillis))
                : Optional.empty();
    }

    /** Handshakes under way: each is for one round trip. */
    private double underWay() {
        return perSecond * roundTripMillis / 1000;
    }

    /** Null: not known. */
    public @Nullable Boolean fits() {
        if (roundTripMillis == Facts.UNKNOWN || perSecond == Facts.UNLIMITED) {
            return null;
        }
        return underWay() <= handshakes;
    }

    /** In one line; empty where it is wide enough. */
    public Optional<String> text() {
        Boolean fits = fits();
        if (Boolean.TRUE.equals(fits)) {
            return Optional.empty();
        }
        String queue = "the server's SYN queue holds " + Words.many(handshakes, "handshake", "handshakes")
                + " (tcp_max_syn_backlog " + Words.number(maxSynBacklog) + ", backlog " + Words.number(backlog)
                + ", tcp_syncookies 0): ";
        if (fits != null) {
            return Optional.of(queue + Words.number((long) Math.ceil(underWay())) + " are under way at "
                    + Words.number(perSecond) + "/s with a round trip of " + millis(roundTripMillis)
                    + ", SYNs will be dropped");
        }
        if (perSecond == Facts.UNLIMITED) {
            return Optional.of(queue + "the rate is unlimited, SYNs may be dropped");
        }
        return Optional.of(queue + "at " + Words.number(perSecond) + "/s enough for a round trip of up to "
                + millis(handshakes * 1000.0 / perSecond) + "; the round trip is unknown until a connection is up");
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%,.0f ms", millis);
    }

    /** What makes it wide enough. */
    public String lift() {
        String slower = roundTripMillis > 0
                ? "; or open at most " + Words.number((long) (handshakes * 1000 / roundTripMillis)) + "/s (--rate)"
                : "; or open more slowly (--rate)";
        return "sysctl -w net.ipv4.tcp_syncookies=1, or net.ipv4.tcp_max_syn_backlog=" + ENOUGH
                + " with server: backlog as large" + slower;
    }

    /** For a program; what is not known is null. */
    public Map<String, @Nullable Object> numbers() {
        Map<String, @Nullable Object> numbers = new LinkedHashMap<>();
        numbers.put("handshakes", handshakes);
        numbers.put("perSecond", perSecond == Facts.UNLIMITED ? null : perSecond);
        numbers.put("roundTripMillis", roundTripMillis == Facts.UNKNOWN ? null : roundTripMillis);
        numbers.put("fits", fits());
        return numbers;
    }
}
