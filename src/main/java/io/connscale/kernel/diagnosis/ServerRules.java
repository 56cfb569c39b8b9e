package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Limits of the server's process and machine, and its end. */
final class ServerRules {
    private static final long ENOUGH_FILES = 1 << 20;
    private static final int LARGER_BACKLOG = 4096;
    private static final String[] ENDED = {
        "receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE", "receive EPIPE"
    };
    private static final List<String> WILDCARDS = List.of("0.0.0.0", "::", "*");

    private ServerRules() {}

    static Optional<Verdict> threads(Evidence evidence) {
        ServerSide server = evidence.server();
        return server.errors().getOrDefault("start EAGAIN", 0L) == 0
                        || (evidence.errors() == 0 && evidence.unaccepted() <= 0)
                ? Optional.empty()
                : Optional.of(new Verdict(
                        "server-threads",
                        Verdict.SERVER,
                        "the server stopped accepting at " + Words.number(server.established())
                                + ": no thread or process left for more of it (" + Words.threads(server.now())
                                + "; start EAGAIN)",
                        Words.MORE_THREADS));
    }

    static Optional<Verdict> files(Evidence evidence) {
        ServerSide server = evidence.server();
        long process = server.errors().getOrDefault("accept EMFILE", 0L);
        long machine = server.errors().getOrDefault("accept ENFILE", 0L);
        if (process + machine == 0) {
            return Optional.empty();
        }
        String limit = process > 0
                ? "its process (RLIMIT_NOFILE " + Words.number(server.now().get(Fact.HARD_FILES)) + "; accept EMFILE "
                        + Words.number(process)
                : "its machine (fs.file-max " + Words.number(server.now().get(Fact.MAX_FILES)) + "; accept ENFILE "
                        + Words.number(machine);
        return Optional.of(new Verdict(
                process > 0 ? "server-files" : "server-machine-files",
                Verdict.SERVER,
                "the server stopped accepting at " + Words.number(server.established()) + ": no file left for " + limit
                        + ", " + waiting(server) + ")",
                process > 0
                        ? "Raise it: " + Remedy.files(ENOUGH_FILES).text() + ", or give it workers"
                        : "Raise it: sysctl -w fs.file-max="
                                + 4 * Math.max(ENOUGH_FILES, server.now().get(Fact.MAX_FILES))));
    }

    private static String waiting(ServerSide server) {
        return server.waiting() < 0
                ? "how many wait to be accepted is unknown"
                : Words.number(server.waiting()) + " wait to be accepted";
    }

    /** The server is where it says, and this client asks somewhere else. */
    static Optional<Verdict> bind(Evidence evidence) {
        ServerSide server = evidence.server();
        return ClientRules.worst(evidence, "connect ECONNREFUSED", "receive unexpected")
                .flatMap(client -> {
                    String refused = " (" + client.reasons() + ")";
                    if (Addresses.loopback(client.targetHost()) && client.isElsewhere(server)) {
                        return Optional.of(new Verdict(
                                "bind",
                                Verdict.SERVER,
                                client.host() + " connects to " + client.target()
                                        + ", which is that host itself: the server is on another machine or in another"
                                        + " network namespace" + refused,
                                "Set server.bind (or server.address) in hosts.yaml to an address that " + client.host()
                                        + " can reach"));
                    }
                    boolean loopbackOnly =
                            !server.bound().isEmpty() && server.bound().stream().allMatch(Addresses::loopback);
                    return server.running() && loopbackOnly && !Addresses.loopback(client.targetHost())
                            ? Optional.of(new Verdict(
                                    "bind",
                                    Verdict.SERVER,
                                    "the server listens on " + server.bound().get(0) + " alone (server.bind), and "
                                            + client.host() + " connects to " + client.target() + refused,
                                    "Set server: {bind: 0.0.0.0} in hosts.yaml, or an address that " + client.host()
                                            + " can reach"))
                            : Optional.empty();
                });
    }

    /** Nobody listens: refused from the first SYN on, or what was up has ended with the server. */
    static Optional<Verdict> gone(Evidence evidence) {
        ServerSide server = evidence.server();
        long refused = evidence.count("connect ECONNREFUSED");
        if (refused > 0) {
            return ClientRules.worst(evidence, "connect ECONNREFUSED").map(client -> refused(client, server, refused));
        }
        long ended = evidence.count(ENDED);
        boolean listens = server.listensSomewhere().orElse(false);
        if (ended == 0 || server.running() || listens) {
            return Optional.empty();
        }
        return ClientRules.worst(evidence, ENDED)
                .map(client -> new Verdict(
                        "server-gone",
                        Verdict.SERVER,
                        "the server at " + client.target() + " is gone: it ended " + Words.many(ended, "connection")
                                + " of " + client.host() + " (" + client.reasons() + "), " + whoListens(server),
                        server.state() == ServerSide.State.SILENT
                                ? "hosts shows the state of its host"
                                : "Start it: server start"));
    }

    private static Verdict refused(ClientSide client, ServerSide server, long refused) {
        String sentence = Words.many(refused, "connect") + " from " + client.host() + " refused (ECONNREFUSED), ";
        if (!server.running()) {
            return new Verdict(
                    "refused",
                    Verdict.SERVER,
                    "no server at " + client.target() + ": " + sentence + whoListens(server),
                    server.state() == ServerSide.State.SILENT
                            ? "hosts shows the state of its host"
                            : "Start it: server start");
        }
        boolean others = server.bound().stream()
                .noneMatch(address -> WILDCARDS.contains(address) || address.equals(client.targetHost()));
        return new Verdict(
                "refused",
                Verdict.SERVER,
                "no server at " + client.target() + " for " + client.host() + ": " + sentence
                        + "though the server runs"
                        + (others ? " and listens on " + String.join(", ", server.bound()) : "")
                        + ": a firewall refuses them (reject with a reset or port-unreachable), or server.address is another"
                        + " machine's",
                "Look for reject: nft list ruleset at both ends and on routers between; and at server.address in hosts.yaml");
    }

    private static String whoListens(ServerSide server) {
        if (server.state() == ServerSide.State.SILENT) {
            return "and the server's host does not answer";
        }
        return server.listensSomewhere()
                .map(listens -> listens
                        ? "the server is not running, " + foreigner(server) + " listens there"
                        : "nobody listens")
                .orElse("the server is not running; whether anybody else listens there is not known");
    }

    private static String foreigner(ServerSide server) {
        return server.owner().map(owner -> "another program (" + owner + ")").orElse("another program");
    }

    /** A full accept queue: shown by a reset where the kernel is told to, else by handshakes that one end takes for done. */
    static Optional<Verdict> overflow(Evidence evidence) {
        ServerSide server = evidence.server();
        long overflows = server.grown(Fact.LISTEN_OVERFLOWS);
        boolean full = server.waiting() > server.backlog() && server.backlog() > 0;
        long resets = evidence.count("connect ECONNRESET", "receive ECONNRESET", "send ECONNRESET", "receive closed");
        long unanswered = evidence.count("connect ETIMEDOUT", "receive timeout", "receive ETIMEDOUT");
        if ((overflows <= 0 && !full) || resets + unanswered + evidence.unaccepted() <= 0) {
            return Optional.empty();
        }
        boolean aborts = server.now().get(Fact.ABORT_ON_OVERFLOW) == 1 && resets > 0;
        String whose =
                server.foreign() ? foreigner(server) + ", which listens where this server should," : "the server";
        String queue = "the accept queue of " + whose + " overflowed (ListenOverflows " + Words.more(overflows) + ", "
                + (server.waiting() < 0 ? "how many wait is unknown" : Words.number(server.waiting()) + " wait")
                + (server.backlog() > 0 ? ", backlog " + Words.number(server.backlog()) : "") + ")";
        String effect = aborts
                ? "; tcp_abort_on_overflow=1 made that " + Words.many(resets, "reset")
                : "; " + unaccepted(evidence) + "reset " + Words.number(resets) + ", without an answer "
                        + Words.number(unanswered);
        return Optional.of(new Verdict(
                aborts ? "overflow-reset" : "overflow",
                Verdict.SERVER,
                queue + effect,
                server.foreign()
                        ? foreignRemedy()
                        : "Raise server: backlog (and sysctl -w net.core.somaxconn=" + LARGER_BACKLOG
                                + "), accept faster, or open more slowly (--rate)"));
    }

    /** Nobody has counted them where something else than our server listens. */
    private static String unaccepted(Evidence evidence) {
        return evidence.server().running()
                ? "unaccepted " + Words.number(Math.max(0, evidence.unaccepted())) + ", "
                : "";
    }

    /**
     * Without cookies the kernel drops SYNs once three quarters of {@code tcp_max_syn_backlog} handshakes are under way, or the
     * backlog is (tcp_input.c, tcp_conn_request): counted in ListenDrops, and not in ListenOverflows.
     */
    static Optional<Verdict> synQueue(Evidence evidence) {
        ServerSide server = evidence.server();
        long overflows = Math.max(0, server.grown(Fact.LISTEN_OVERFLOWS));
        long drops = server.grown(Fact.LISTEN_DROPS) - overflows;
        boolean cookies = server.now().get(Fact.SYNCOOKIES) > 0;
        boolean full = server.grown(Fact.SYN_QUEUE_DROPS) > 0 || (drops > 0 && !cookies);
        long unanswered = evidence.count("connect ETIMEDOUT");
        if (!full || unanswered == 0) {
            return Optional.empty();
        }
        String cookiesOff = server.now().get(Fact.SYNCOOKIES) == 0 ? ", tcp_syncookies 0" : "";
        return Optional.of(new Verdict(
                "syn-queue",
                Verdict.SERVER,
                "the SYN queue of the server was full: its kernel dropped " + Words.many(Math.max(drops, 0), "SYN")
                        + " (ListenDrops +" + Words.number(server.grown(Fact.LISTEN_DROPS)) + ", ListenOverflows "
                        + Words.more(server.grown(Fact.LISTEN_OVERFLOWS)) + "; tcp_max_syn_backlog "
                        + Words.number(server.now().get(Fact.SYN_BACKLOG)) + cookiesOff
                        + (server.backlog() > 0 ? ", backlog " + Words.number(server.backlog()) : "")
                        + "); connect ETIMEDOUT " + Words.number(unanswered),
                "Turn on cookies: sysctl -w net.ipv4.tcp_syncookies=1; or sysctl -w net.ipv4.tcp_max_syn_backlog="
                        + LARGER_BACKLOG + " with server: backlog as large; or open more slowly (--rate)"));
    }

    static Optional<Verdict> tcpMemory(Evidence evidence) {
        ServerSide server = evidence.server();
        long aborted = server.grown(Fact.ABORT_ON_MEMORY);
        return aborted <= 0 || evidence.errors() == 0
                ? Optional.empty()
                : Optional.of(new Verdict(
                        "tcp-memory",
                        Verdict.SERVER,
                        "the server's kernel ended connections for want of TCP memory (TCPAbortOnMemory +"
                                + Words.number(aborted) + ", tcp_mem "
                                + Words.number(server.now().get(Fact.TCP_MEMORY_MAX))
                                + " pages, " + Words.number(server.now().get(Fact.TCP_MEMORY)) + " in use)",
                        "Raise it: sysctl -w net.ipv4.tcp_mem, tcp_max_orphans"));
    }

    /** A socket that got the server's own port connected to itself (RFC 9293, simultaneous open): possible where nobody listens. */
    static Optional<Verdict> itself(Evidence evidence) {
        return ClientRules.worst(evidence, "receive self-connect")
                .map(client -> new Verdict(
                        "self-connect",
                        client.host(),
                        Words.many(client.count("receive self-connect"), "connection") + " of " + client.host()
                                + " connected to itself: nobody listens at " + client.target()
                                + ", and the kernel gave out that very port (it is in ip_local_port_range, "
                                + Words.portRange(client.now()) + ")",
                        "Start the server first (server start), or give it a port outside of that range"));
    }

    /** Something else than our server listens where clients connect to, or answers there. */
    static Optional<Verdict> foreign(Evidence evidence) {
        ServerSide server = evidence.server();
        long unexpected = evidence.count("receive unexpected");
        long ended = evidence.count(ENDED);
        long silent = evidence.pongs() > 0 ? 0 : evidence.count("receive timeout", "receive ETIMEDOUT");
        boolean listens = server.foreign() && unexpected + ended + silent > 0;
        if (!listens && unexpected == 0) {
            return Optional.empty();
        }
        ClientSide client = ClientRules.worst(evidence, "receive unexpected", "receive timeout", "receive ETIMEDOUT")
                .or(() -> ClientRules.worst(evidence, ENDED))
                .orElse(evidence.clients().get(0));
        List<String> did = new ArrayList<>();
        if (unexpected > 0) {
            String bytes = String.join(", ", evidence.unexpected());
            did.add("answered " + Words.many(unexpected, "Ping") + (bytes.isEmpty() ? "" : " with " + bytes)
                    + " instead of \"Pong\"");
        }
        if (ended > 0) {
            did.add("ended " + Words.many(ended, "connection"));
        }
        if (silent > 0) {
            did.add("gave " + Words.many(silent, "connection") + " no answer");
        }
        if (server.foreign() && server.waiting() > 0) {
            did.add("has " + Words.number(server.waiting()) + " waiting in its accept queue");
        }
        String what = String.join(", ", did);
        return Optional.of(
                listens
                        ? new Verdict(
                                "other-server",
                                Verdict.SERVER,
                                "the server is not running: " + foreigner(server) + " listens at " + client.target()
                                        + " and " + what,
                                foreignRemedy())
                        : new Verdict(
                                "other-server",
                                Verdict.SERVER,
                                "what answers at " + client.target() + " is not this server"
                                        + (server.running() ? ", which runs elsewhere" : "") + ": it " + what,
                                "Look at server.address in hosts.yaml, and at proxies between"));
    }

    private static String foreignRemedy() {
        return "End that program and start the server (server start), or give the server another port: server:"
                + " {ports: …} in hosts.yaml";
    }

    /** It runs, and connections ended all the same. */
    static Optional<Verdict> closed(Evidence evidence) {
        long protocol = evidence.server().errors().getOrDefault("protocol error", 0L);
        long ended = evidence.count("receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE");
        if (ended == 0 || protocol > 0) {
            return Optional.empty();
        }
        ClientSide client = ClientRules.worst(
                        evidence, "receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE")
                .orElse(evidence.clients().get(0));
        return Optional.of(new Verdict(
                "closed",
                Verdict.SERVER,
                Words.many(ended, "connection") + " of " + client.host() + " ended from the other side ("
                        + client.reasons()
                        + ") though a server runs: it was started anew, or something between cut them",
                "server shows its counts; look at firewalls and proxies between"));
    }
}
