package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.security.PublicKey;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the host key of one connection. SSHJ calls on its reading thread, which must not wait for a user: an unknown key
 * ends the attempt, and who started it asks and connects again.
 */
final class HostKeyCheck implements HostKeyVerifier {
    private static final Logger log = LoggerFactory.getLogger(HostKeyCheck.class);

    private final Hop hop;
    private final KnownHosts known;
    private volatile @Nullable HostKeyVerdict verdict;

    HostKeyCheck(Hop hop) {
        this.hop = hop;
        this.known = new KnownHosts(hop);
    }

    /** What came out; empty where the connection broke before the key was shown. */
    Optional<HostKeyVerdict> verdict() {
        return Optional.ofNullable(verdict);
    }

    @Override
    public boolean verify(String host, int port, PublicKey key) {
        Thread.currentThread().setName("ssh-reader " + hop.place()); // SSHJ's own thread, which has no better hook
        PublicKeyBlob shown = PublicKeyBlob.of(key);
        if (verdict instanceof HostKeyVerdict.Good good) {
            return good.key().equals(shown); // keys are exchanged again now and then
        }
        HostKeyVerdict now = judge(shown);
        verdict = now;
        log.info("host key of {}: {}", hop.place(), now);
        return now instanceof HostKeyVerdict.Good;
    }

    private HostKeyVerdict judge(PublicKeyBlob shown) {
        try {
            HostKeyVerdict found = judge(shown, known.lines());
            if (found instanceof HostKeyVerdict.Unknown && hop.rule() == HostKeyRule.ACCEPT) {
                known.remember(shown);
                return new HostKeyVerdict.Good(shown);
            }
            return found;
        } catch (IOException e) {
            return new HostKeyVerdict.Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /** What {@code lines}, all about this host, say of the key that it shows. */
    static HostKeyVerdict judge(PublicKeyBlob shown, List<KnownHostLine> lines) {
        Optional<KnownHostLine> revoked = lines.stream()
                .filter(line -> line.revoked() && line.key().equals(shown))
                .findFirst();
        if (revoked.isPresent()) {
            return new HostKeyVerdict.Revoked(shown, revoked.get());
        }
        List<KnownHostLine> plain =
                lines.stream().filter(line -> line.marker().isEmpty()).toList();
        if (plain.stream().anyMatch(line -> line.key().equals(shown))) {
            return new HostKeyVerdict.Good(shown);
        }
        Comparator<KnownHostLine> sameTypeFirst =
                Comparator.comparing(line -> !line.key().type().equals(shown.type()));
        Optional<KnownHostLine> other = plain.stream().min(sameTypeFirst);
        if (other.isPresent()) {
            return new HostKeyVerdict.Changed(shown, other.get());
        }
        return new HostKeyVerdict.Unknown(
                shown, lines.stream().filter(KnownHostLine::authority).findFirst());
    }

    /** The types of the keys that are known, so that the host shows one of those and not another that it has too. */
    @Override
    public List<String> findExistingAlgorithms(String host, int port) {
        try {
            return known.lines().stream()
                    .filter(line -> line.marker().isEmpty())
                    .flatMap(line -> algorithms(line.key().type()))
                    .toList();
        } catch (IOException e) {
            return List.of(); // told by verify
        }
    }

    private static Stream<String> algorithms(String type) {
        return type.equals("ssh-rsa") ? Stream.of("rsa-sha2-512", "rsa-sha2-256") : Stream.of(type);
    }
}
