package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Something else than our server listens where clients connect to, or answers there; what is to be somebody else's, {@link TargetRefuses} judges. */
@AutoService(Limit.class)
public final class SomebodyElsesServer implements Limit {
    static final String FIX =
            "End that program and start the server (server start), or give the server another port: server:"
                    + " {ports: …} in hosts.yaml";

    private static final String ADDRESS = "Look at server.address in hosts.yaml, and at proxies between";

    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd server = seen.server();
        if (server.isTarget()) {
            return Optional.empty();
        }
        long unexpected = seen.count("receive unexpected");
        long ended = seen.count(ServerAddress.ENDED);
        List<String> began = began(seen);
        long silent = seen.pongs() > 0 && began.isEmpty() ? 0 : seen.count("receive timeout", "receive ETIMEDOUT");
        boolean listens = server.foreign() && unexpected + ended + silent > 0;
        Optional<String> neighbour = server.neighbour();
        if (neighbour.isPresent() && seen.elsewhere() + seen.unaccepted() + unexpected + ended + silent > 0) {
            return Optional.of(beside(seen, neighbour.get(), unexpected, ended, silent));
        }
        if (seen.elsewhere() > 0) {
            return Optional.of(another(seen));
        }
        if (!listens && unexpected == 0 && began.isEmpty()) {
            return Optional.empty();
        }
        HostEnd host = seen.worst("receive unexpected", "receive timeout", "receive ETIMEDOUT")
                .or(() -> seen.worst(ServerAddress.ENDED))
                .orElse(seen.hosts().get(0));
        String did = did(seen, unexpected, ended, silent);
        Verdict verdict = listens
                ? new Verdict(
                        "other-server",
                        server,
                        "the server is not running: " + server.foreigner() + " listens at " + host.target() + " and "
                                + did,
                        FIX)
                : new Verdict(
                        "other-server",
                        server,
                        "what answers at " + host.target() + " is not this server"
                                + (server.running() ? ", which runs elsewhere" : "") + ": it " + did,
                        ADDRESS);
        return Optional.of(new Cause(Certainty.OTHER_ANSWERS, unexpected + ended + silent, verdict));
    }

    /** The parts of Pongs that were all that came. */
    private static List<String> began(Observation seen) {
        return seen.unexpected().stream()
                .filter(text -> text.startsWith(Statistics.BEGAN))
                .toList();
    }

    /** Ours runs, and somebody else answers as it does. */
    private static Cause another(Observation seen) {
        HostEnd host = seen.hosts().get(0);
        return new Cause(
                Certainty.OTHER_ANSWERS,
                seen.elsewhere(),
                new Verdict(
                        "other-server",
                        seen.server(),
                        "another server answers at " + host.target() + ": " + Words.many(seen.elsewhere(), "connection")
                                + " more than the one here ever accepted have had a Pong",
                        ADDRESS));
    }

    /** The kernel gives each of the sockets that share a port a part of the connections. */
    private static Cause beside(Observation seen, String who, long unexpected, long ended, long silent) {
        HostEnd host = seen.hosts().get(0);
        List<String> took = new ArrayList<>();
        if (seen.elsewhere() > 0) {
            took.add("answered " + Words.many(seen.elsewhere(), "connection"));
        }
        if (seen.unaccepted() > 0) {
            took.add(Words.many(seen.unaccepted(), "connection") + " are not accepted by the server");
        }
        String did = did(seen, unexpected, ended, silent);
        if (!did.isEmpty()) {
            took.add(did);
        }
        return new Cause(
                Certainty.OTHER_ANSWERS,
                seen.elsewhere() + seen.unaccepted() + unexpected + ended + silent,
                new Verdict(
                        "other-server",
                        seen.server(),
                        who + " listens beside the server at " + host.target()
                                + " (SO_REUSEPORT) and is given a part of the connections: " + String.join(", ", took),
                        "End that program, or give the server another port: server: {ports: …} in hosts.yaml"));
    }

    private static String did(Observation seen, long unexpected, long ended, long silent) {
        ServerEnd server = seen.server();
        List<String> did = new ArrayList<>();
        List<String> others = new ArrayList<>(seen.unexpected());
        others.removeAll(began(seen));
        boolean morePongs = others.remove(Statistics.MORE_PONGS);
        if (morePongs) {
            did.add("sent " + Statistics.MORE_PONGS
                    + (others.isEmpty() ? " on " + Words.many(unexpected, "connection") : ""));
        }
        if (unexpected > 0 && !(morePongs && others.isEmpty())) {
            String bytes = String.join(", ", others);
            did.add("answered " + Words.many(unexpected, "Ping") + (bytes.isEmpty() ? "" : " with " + bytes)
                    + " instead of \"Pong\"");
        }
        if (ended > 0) {
            did.add("ended " + Words.many(ended, "connection"));
        }
        if (silent > 0) {
            did.add("gave " + Words.many(silent, "connection") + " no answer");
        }
        did.addAll(began(seen));
        if (server.foreign() && server.waiting() > 0) {
            did.add("has " + Words.number(server.waiting()) + " waiting in its accept queue");
        }
        return String.join(", ", did);
    }
}
