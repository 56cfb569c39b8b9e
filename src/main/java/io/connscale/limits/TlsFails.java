package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The server is there, and no TLS comes about with it: one end refuses the other. */
@AutoService(Limit.class)
public final class TlsFails implements Limit {
    static final String HANDSHAKE = "tls handshake: ";
    private static final String ALERT = "alert ";
    /** A server that is full, or too slow, ends it so, too. */
    private static final Set<String> END_OF_ANY_CAUSE = Set.of("closed", "timeout", "ECONNRESET");

    /** What each engine takes is in docs/PERFORMANCE.md. */
    @Override
    public List<Finding> findings(End end) {
        return end.now().get(Fact.TLS_NATIVE) != 0
                ? List.of()
                : List.of(new Finding(
                                "TLS engine",
                                "the JDK's",
                                "nothing, but a connection's handshake takes about five times the CPU of BoringSSL's",
                                Finding.NO_NUMBER,
                                new Remedy(
                                        "without -Dconnscale.tls=jdk (jvm: in hosts.yaml), on Linux on x86-64 or aarch64",
                                        "the same"))
                        .withoutRoot());
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.hosts().stream()
                .flatMap(host -> host.errors().entrySet().stream()
                        .filter(error -> error.getKey().startsWith(HANDSHAKE))
                        .map(error -> cause(seen, host, error)))
                .max(Comparator.comparingLong(Cause::explains));
    }

    private static Cause cause(Observation seen, HostEnd host, Map.Entry<String, Long> error) {
        String words = error.getKey().substring(HANDSHAKE.length());
        String what = words.startsWith(ALERT)
                ? "the server at " + host.target() + " refused TLS with the alert \"" + words.substring(ALERT.length())
                        + "\""
                : "no TLS with the server at " + host.target() + ": " + words;
        return new Cause(
                END_OF_ANY_CAUSE.contains(words) ? Certainty.WHAT_IS_LEFT : Certainty.OTHER_ANSWERS,
                error.getValue(),
                new Verdict(
                        "tls",
                        seen.server(),
                        what + ", for " + Words.many(error.getValue(), "connection") + " of " + host.name() + " while "
                                + Words.number(host.established()) + " were established there",
                        fix(words, seen.server())));
    }

    private static String fix(String words, ServerEnd server) {
        return switch (words) {
            case "certificate unknown" ->
                server.isTarget()
                        ? "Name who vouches for its certificate in hosts.yaml (trust: FILE), or take any (verify: false)"
                        : "Another server answers there, or one between: look at server.address and server.ports in hosts.yaml";
            case "certificate of another name" ->
                "Write the name that stands in its certificate into hosts.yaml (serverName:)";
            case "certificate expired", "certificate not yet valid" ->
                "Renew its certificate; look at both machines' clocks; or take any (verify: false in hosts.yaml)";
            case "not TLS" ->
                "Look at " + server.setting("ports") + " in hosts.yaml: another port has TLS, or remove tls there";
            case "alert certificate required", "alert bad certificate", "alert unknown ca" ->
                "Give hosts a certificate that the server trusts (certificate: and key: in hosts.yaml)";
            case "alert protocol version", "no shared protocol" ->
                "Allow what the server speaks (protocols: in hosts.yaml)";
            default ->
                "Look at that server's log: its certificate, its protocols and ciphers, its limit of handshakes, its CPU";
        };
    }
}
