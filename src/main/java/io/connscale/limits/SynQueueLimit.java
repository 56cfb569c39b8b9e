package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes that may be under way at the server. It bounds how fast connections come up, not how many. There only without SYN
 * cookies; beyond it SYNs are dropped, counted in ListenDrops and not in ListenOverflows, and a client repeats each after a second.
 */
@AutoService(Limit.class)
public final class SynQueueLimit implements Limit {
    private static final long ENOUGH = 4096;
    /** A queue that is enough for less than this is too narrow for any path but a machine's own. */
    private static final double SHORT_PATH_MILLIS = 10;

    /**
     * As tcp_input.c, tcp_conn_request has it: without cookies the last quarter of {@code tcp_max_syn_backlog} is kept for
     * clients that have been connected before. The backlog bounds handshakes, too.
     */
    private static long handshakes(Facts server, long backlog) {
        long max = server.get(Fact.SYN_BACKLOG);
        long free = max - (max / 4) + 1;
        return backlog > 0 ? Math.min(backlog, free) : free;
    }

    private static boolean binds(Facts server) {
        return server.get(Fact.SYNCOOKIES) == 0 && server.knows(Fact.SYN_BACKLOG);
    }

    @Override
    public Optional<Plan.Pace> pace(Observation planned) {
        ServerEnd server = planned.server();
        if (!binds(server.now())) {
            return Optional.empty();
        }
        long sockets = (long) Math.max(1, server.listening().ports().size())
                * Math.max(1, server.processes().running());
        long backlog = server.backlog() > 0 ? server.backlog() : server.now().get(Fact.SOMAXCONN);
        return Optional.of(new Queue(
                        sockets * handshakes(server.now(), backlog),
                        backlog,
                        server.now().get(Fact.SYN_BACKLOG),
                        perSecond(planned),
                        roundTripMillis(planned),
                        fix(server))
                .pace());
    }

    /** The rate of all hosts together. */
    private static long perSecond(Observation planned) {
        long sum = 0;
        for (HostEnd host : planned.hosts()) {
            if (host.settings().perSecond() == Facts.UNLIMITED) {
                return Facts.UNLIMITED;
            }
            sum += host.settings().perSecond();
        }
        return sum;
    }

    /** Of the slowest path; unknown where one of them is. */
    private static double roundTripMillis(Observation planned) {
        double slowest = 0;
        for (HostEnd host : planned.hosts()) {
            if (host.roundTripMillis() == Facts.UNKNOWN) {
                return Facts.UNKNOWN;
            }
            slowest = Math.max(slowest, host.roundTripMillis());
        }
        return slowest;
    }

    /**
     * The queues of all listening sockets that share the connections.
     *
     * @param handshakes that may be under way at one moment
     * @param backlog how long the accept queue of one may be; {@link Facts#UNKNOWN}
     * @param maxSynBacklog {@code tcp_max_syn_backlog}
     * @param perSecond {@link Facts#UNLIMITED}: as fast as may be
     * @param roundTripMillis {@link Facts#UNKNOWN}
     * @param larger what makes it larger, {@link SynQueueLimit#fix}
     */
    private record Queue(
            long handshakes, long backlog, long maxSynBacklog, long perSecond, double roundTripMillis, String larger) {
        Plan.Pace pace() {
            Boolean fits = fits();
            Map<String, @Nullable Object> numbers = new LinkedHashMap<>();
            numbers.put("handshakes", handshakes);
            numbers.put("perSecond", perSecond == Facts.UNLIMITED ? null : perSecond);
            numbers.put("roundTripMillis", roundTripMillis == Facts.UNKNOWN ? null : roundTripMillis);
            numbers.put("fits", fits);
            boolean narrow = Boolean.FALSE.equals(fits) || (fits == null && enoughForMillis() < SHORT_PATH_MILLIS);
            return new Plan.Pace("synQueue", numbers, fits, narrow, text(fits), fix());
        }

        /** Handshakes under way: each is for one round trip. */
        private double underWay() {
            return perSecond * roundTripMillis / 1000;
        }

        private double enoughForMillis() {
            return perSecond == Facts.UNLIMITED ? 0 : handshakes * 1000.0 / perSecond;
        }

        /** Null: not known. */
        private @Nullable Boolean fits() {
            if (roundTripMillis == Facts.UNKNOWN || perSecond == Facts.UNLIMITED) {
                return null;
            }
            return underWay() <= handshakes;
        }

        private String text(@Nullable Boolean fits) {
            if (Boolean.TRUE.equals(fits)) {
                return "";
            }
            String queue = "the server's SYN queue holds " + Words.many(handshakes, "handshake")
                    + " (tcp_max_syn_backlog " + Words.number(maxSynBacklog) + ", backlog " + Words.number(backlog)
                    + ", tcp_syncookies 0): ";
            if (fits != null) {
                return queue + Words.number((long) Math.ceil(underWay())) + " are under way at "
                        + Words.number(perSecond) + "/s with a round trip of " + Words.millis(roundTripMillis)
                        + ", SYNs will be dropped";
            }
            return queue
                    + (perSecond == Facts.UNLIMITED
                            ? "the rate is unlimited, SYNs may be dropped"
                            : "at " + Words.number(perSecond) + "/s enough for a round trip of up to "
                                    + Words.millis(enoughForMillis())
                                    + "; the round trip is unknown until a connection is up");
        }

        private String fix() {
            return larger
                    + (roundTripMillis > 0
                            ? "at most " + Words.number((long) (handshakes * 1000 / roundTripMillis)) + "/s (--rate)"
                            : "more slowly (--rate)");
        }
    }

    private static String fix(ServerEnd server) {
        return Remedy.sysctl(Fact.SYNCOOKIES, 1).now() + "; or "
                + Remedy.sysctl(Fact.SYN_BACKLOG, ENOUGH).now() + " with "
                + (server.isTarget() ? "that server's backlog" : "server: backlog") + " as large; or open ";
    }

    @Override
    public List<Finding> findings(End end) {
        if (!(end instanceof ServerEnd server) || !binds(end.now())) {
            return List.of();
        }
        long asked = server.listening().backlogAsked();
        long max = end.now().get(Fact.SYN_BACKLOG);
        long at = handshakes(end.now(), Facts.UNKNOWN);
        return at >= asked
                ? List.of()
                : List.of(new Finding(
                                Fact.SYN_BACKLOG.setting(),
                                Words.number(max) + " without tcp_syncookies",
                                "handshakes at once of one listening socket; further SYNs are dropped",
                                at,
                                Remedy.sysctl(Fact.SYN_BACKLOG, Math.max(ENOUGH, asked * 2)))
                        .with("handshakes", max));
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd server = seen.server();
        long overflows = Math.max(0, server.grown(Fact.LISTEN_OVERFLOWS));
        long queueFull = server.grown(Fact.SYN_QUEUE_DROPS);
        // ListenDrops are those of the whole network namespace, another program's too; unknown of its own: below 0
        long drops = Math.max(server.drops() - overflows, Math.min(server.drops(), queueFull));
        boolean cookies = server.now().get(Fact.SYNCOOKIES) > 0;
        long unanswered = seen.count("connect ETIMEDOUT");
        if (drops <= 0 || (cookies && queueFull <= 0) || unanswered == 0) {
            return Optional.empty();
        }
        String cookiesOff = server.now().get(Fact.SYNCOOKIES) == 0 ? ", tcp_syncookies 0" : "";
        return Optional.of(new Cause(
                Certainty.SERVER_COUNTER,
                drops,
                new Verdict(
                        "syn-queue",
                        server,
                        "the SYN queue of the server was full: its sockets dropped " + Words.many(drops, "SYN")
                                + " (ListenDrops +" + Words.number(server.grown(Fact.LISTEN_DROPS))
                                + ", ListenOverflows " + Words.more(server.grown(Fact.LISTEN_OVERFLOWS))
                                + "; tcp_max_syn_backlog "
                                + Words.number(server.now().get(Fact.SYN_BACKLOG))
                                + cookiesOff + server.backlogText() + "); connect ETIMEDOUT "
                                + Words.number(unanswered),
                        "Turn on cookies: " + fix(server) + "more slowly (--rate)")));
    }
}
