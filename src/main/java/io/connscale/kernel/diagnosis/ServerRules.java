package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import java.util.Optional;

/** Limits of the server's process and machine, and its end. */
final class ServerRules {
    private static final long ENOUGH_FILES = 1 << 20;
    private static final int LARGER_BACKLOG = 4096;

    private ServerRules() {}

    static Optional<Verdict> threads(Evidence evidence) {
        ServerSide server = evidence.server();
        return server.errors().getOrDefault("start EAGAIN", 0L) == 0
                        || (evidence.errors() == 0 && evidence.halfOpen() <= 0)
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
                : "its machine (fs.file-max " + Words.number(server.now().get(Fact.MOST_FILES)) + "; accept ENFILE "
                        + Words.number(machine);
        return Optional.of(new Verdict(
                process > 0 ? "server-files" : "server-machine-files",
                Verdict.SERVER,
                "the server stopped accepting at " + Words.number(server.established()) + ": no file left for " + limit
                        + ", " + Words.number(server.waiting()) + " wait to be accepted)",
                process > 0
                        ? "Raise it where the server starts (ulimit -n " + ENOUGH_FILES
                                + "; for good: /etc/security/limits.d, systemd LimitNOFILE), or give it workers"
                        : "Raise it: sysctl -w fs.file-max="
                                + 4 * Math.max(ENOUGH_FILES, server.now().get(Fact.MOST_FILES))));
    }

    /** Nobody listens: refused from the first SYN on, or what was up has ended with the server. */
    static Optional<Verdict> gone(Evidence evidence) {
        ServerSide server = evidence.server();
        long refused = evidence.count("connect ECONNREFUSED");
        long ended = evidence.count(
                "receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE", "receive EPIPE");
        if (refused == 0 && (ended == 0 || server.running() || server.listensSomewhere())) {
            return Optional.empty();
        }
        ClientSide client = ClientRules.worst(
                        evidence,
                        "connect ECONNREFUSED",
                        "receive closed",
                        "receive ECONNRESET",
                        "send ECONNRESET",
                        "send EPIPE",
                        "receive EPIPE")
                .orElse(evidence.clients().get(0));
        String state = server.running()
                ? "though the server says that it runs: server.address is another machine's, or something between refuses"
                : server.listensSomewhere()
                        ? "the server is not running, something else listens there"
                        : "nobody listens";
        String remedy = server.running() ? "Look at server.address in hosts.yaml" : "Start it: server start";
        return Optional.of(
                refused > 0
                        ? new Verdict(
                                "refused",
                                Verdict.SERVER,
                                "no server at " + client.target() + ": " + Words.many(refused, "connect") + " from "
                                        + client.host() + " refused (ECONNREFUSED), " + state,
                                remedy)
                        : new Verdict(
                                "server-gone",
                                Verdict.SERVER,
                                "the server at " + client.target() + " is gone: it ended "
                                        + Words.many(ended, "connection") + " of " + client.host() + " ("
                                        + client.seen() + "), " + state,
                                remedy));
    }

    /** A full accept queue: shown by a reset where the kernel is told to, else by handshakes that one end takes for done. */
    static Optional<Verdict> overflow(Evidence evidence) {
        ServerSide server = evidence.server();
        long overflows = server.grown(Fact.LISTEN_OVERFLOWS);
        boolean full = server.waiting() > server.backlog() && server.backlog() > 0;
        long resets = evidence.count("connect ECONNRESET", "receive ECONNRESET", "send ECONNRESET", "receive closed");
        long unanswered = evidence.count("connect ETIMEDOUT", "receive timeout", "receive ETIMEDOUT");
        if ((overflows == 0 && !full) || resets + unanswered + evidence.halfOpen() == 0) {
            return Optional.empty();
        }
        boolean aborts = server.now().get(Fact.ABORT_ON_OVERFLOW) == 1 && resets > 0;
        String queue = "the accept queue of the server overflowed (ListenOverflows +" + Words.number(overflows) + ", "
                + Words.number(server.waiting()) + " wait"
                + (server.backlog() > 0 ? ", backlog " + Words.number(server.backlog()) : "") + ")";
        String effect = aborts
                ? "; tcp_abort_on_overflow=1 made that " + Words.many(resets, "reset")
                : "; " + halfOpen(evidence) + "reset " + Words.number(resets) + ", without an answer "
                        + Words.number(unanswered);
        return Optional.of(new Verdict(
                aborts ? "overflow-reset" : "overflow",
                Verdict.SERVER,
                queue + effect,
                "Raise server: backlog (and sysctl -w net.core.somaxconn=" + LARGER_BACKLOG
                        + "), accept faster, or open more slowly (--rate)"));
    }

    /** Nobody has counted them where something else than our server listens. */
    private static String halfOpen(Evidence evidence) {
        return evidence.server().running() ? "half-open " + Words.number(Math.max(0, evidence.halfOpen())) + ", " : "";
    }

    static Optional<Verdict> tcpMemory(Evidence evidence) {
        ServerSide server = evidence.server();
        long aborted = server.grown(Fact.ABORT_ON_MEMORY);
        return aborted == 0 || evidence.errors() == 0
                ? Optional.empty()
                : Optional.of(new Verdict(
                        "tcp-memory",
                        Verdict.SERVER,
                        "the server's kernel ended connections for want of TCP memory (TCPAbortOnMemory +"
                                + Words.number(aborted) + ", tcp_mem "
                                + Words.number(server.now().get(Fact.TCP_MEMORY_MOST))
                                + " pages, " + Words.number(server.now().get(Fact.TCP_MEMORY)) + " in use)",
                        "Raise it: sysctl -w net.ipv4.tcp_mem, tcp_max_orphans"));
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
                        + client.seen()
                        + ") though a server runs: it was started anew, or something between cut them",
                "server shows its counts; look at firewalls and proxies between"));
    }
}
