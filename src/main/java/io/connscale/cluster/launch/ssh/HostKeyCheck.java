package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.control.AgentException;
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
    private volatile @Nullable Verdict verdict;

    HostKeyCheck(Hop hop) {
        this.hop = hop;
        this.known = new KnownHosts(hop);
    }

    /** What came out; empty where the connection broke before the key was shown. */
    Optional<Verdict> verdict() {
        return Optional.ofNullable(verdict);
    }

    @Override
    public boolean verify(String host, int port, PublicKey key) {
        Thread.currentThread().setName("ssh-reader " + hop.place()); // SSHJ's own thread, which has no better hook
        PublicKeyBlob shown = PublicKeyBlob.of(key);
        if (verdict instanceof Verdict.Good good) {
            return good.key().equals(shown); // keys are exchanged again now and then
        }
        Verdict now = judge(shown);
        verdict = now;
        log.info("host key of {}: {}", hop.place(), now);
        return now instanceof Verdict.Good;
    }

    private Verdict judge(PublicKeyBlob shown) {
        try {
            Verdict found = judge(shown, known.lines());
            if (found instanceof Verdict.Unknown && hop.rule() == Rule.ACCEPT) {
                known.remember(shown);
                return new Verdict.Good(shown);
            }
            return found;
        } catch (IOException e) {
            return new Verdict.Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /** What {@code lines}, all about this host, say of the key that it shows. */
    static Verdict judge(PublicKeyBlob shown, List<KnownHosts.Entry> lines) {
        Optional<KnownHosts.Entry> revoked = lines.stream()
                .filter(line -> line.revoked() && line.key().equals(shown))
                .findFirst();
        if (revoked.isPresent()) {
            return new Verdict.Revoked(shown, revoked.get());
        }
        List<KnownHosts.Entry> plain =
                lines.stream().filter(line -> line.marker().isEmpty()).toList();
        if (plain.stream().anyMatch(line -> line.key().equals(shown))) {
            return new Verdict.Good(shown);
        }
        Comparator<KnownHosts.Entry> sameTypeFirst =
                Comparator.comparing(line -> !line.key().type().equals(shown.type()));
        Optional<KnownHosts.Entry> other = plain.stream().min(sameTypeFirst);
        if (other.isPresent()) {
            return new Verdict.Changed(shown, other.get());
        }
        return new Verdict.Unknown(
                shown, lines.stream().filter(KnownHosts.Entry::authority).findFirst());
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

    /** What to do with an unknown host key. There is no rule that takes a changed one. */
    enum Rule {
        /** Ask the user; where there is nobody, refuse. */
        ASK,
        REFUSE,
        /** Take and remember it. */
        ACCEPT;

        /** What {@code hosts.yaml} says goes first; where it says nothing, OpenSSH's own setting counts. */
        static Rule of(Launch.Ssh launch, OpenSshConfig config) {
            return launch.hostKey()
                    .map(said -> said == HostKey.STRICT ? REFUSE : ACCEPT)
                    .orElseGet(() -> switch (config.one("stricthostkeychecking").orElse("ask")) {
                        case "accept-new", "no", "off", "false" -> ACCEPT;
                        case "yes", "true" -> REFUSE;
                        default -> ASK;
                    });
        }
    }

    /** What the known hosts say of the key that a host shows. */
    sealed interface Verdict {
        /**
         * Why the host is refused; empty where it is not.
         *
         * @param direct whether it is connected to without a jump host, so that ssh-keyscan reaches it
         */
        Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct);

        /** It is known, or was taken just now. */
        record Good(PublicKeyBlob key) implements Verdict {
            @Override
            public Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct) {
                return Optional.empty();
            }
        }

        /**
         * No line is about the host.
         *
         * @param authority a line that trusts certificates for it, which are not supported
         */
        record Unknown(PublicKeyBlob key, Optional<KnownHosts.Entry> authority) implements Verdict {
            @Override
            public Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct) {
                String trusted = authority
                        .map(line -> " (" + line.place()
                                + " trusts a certificate authority for it, which connscale does not read)")
                        .orElse("");
                String what = "host key unknown: " + hop.knownAs() + " shows " + key + trusted;
                if (hop.knownHosts().isEmpty()) {
                    return Optional.of(new AgentException(
                            what + "; UserKnownHostsFile none keeps no key",
                            "knownHosts: FILE in hosts.yaml names a file"));
                }
                String file = user.shown(hop.knownHosts().get(0));
                String scan = "ssh-keyscan" + (hop.port() == Hop.SSH_PORT ? "" : " -p " + hop.port()) + " "
                        + hop.address() + " >> " + file + " once you have checked it, or ";
                return Optional.of(new AgentException(
                        what, (direct ? scan : "") + "connect once with ssh; hostKey: accept-new takes it unseen"));
            }
        }

        /** The host is known, under another key. */
        record Changed(PublicKeyBlob key, KnownHosts.Entry before) implements Verdict {
            @Override
            public Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct) {
                return Optional.of(new AgentException(
                        "HOST KEY CHANGED: " + hop.knownAs() + " was " + before.key() + " (" + before.place()
                                + ") and is now " + key
                                + "; somebody may be listening in, or the host was installed anew",
                        "only if you know why it changed: ssh-keygen -f '" + before.file() + "' -R '" + hop.knownAs()
                                + "'"));
            }
        }

        record Revoked(PublicKeyBlob key, KnownHosts.Entry line) implements Verdict {
            @Override
            public Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct) {
                return Optional.of(new AgentException(
                        "HOST KEY REVOKED: " + hop.knownAs() + " shows " + key + ", which " + line.place() + " revokes",
                        "give the host a new key"));
            }
        }

        /** The known hosts can't be read or written. */
        record Unreadable(String why) implements Verdict {
            @Override
            public Optional<AgentException> refusal(Hop hop, LocalUser user, boolean direct) {
                return Optional.of(new AgentException(
                        "cannot store host keys: " + why, "knownHosts: FILE in hosts.yaml names another file"));
            }
        }
    }
}
