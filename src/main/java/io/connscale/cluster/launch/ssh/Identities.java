package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which keys are tried at a hop, in OpenSSH's order: certificates, then those of its files that ssh-agent holds, its others, the other
 * files.
 */
final class Identities {
    private static final Logger log = LoggerFactory.getLogger(Identities.class);
    /** A server hangs up after six (sshd_config, MaxAuthTries). */
    private static final int MAX = 20;

    private final Hop hop;
    private final Keyring keyring;
    private final Map<PublicKeyBlob, Identity> held = new LinkedHashMap<>();
    /** By the public half: who signs. */
    private final Map<PublicKeyBlob, Identity> signers = new HashMap<>();

    private final List<Identity> certified = new ArrayList<>();
    private final List<Identity> inAgentToo = new ArrayList<>();
    private final List<Identity> files = new ArrayList<>();
    private String agentFailure = "";

    private Identities(Hop hop, Keyring keyring) {
        this.hop = hop;
        this.keyring = keyring;
    }

    static Identities of(Hop hop, Keyring keyring) throws InterruptedException {
        Identities identities = new Identities(hop, keyring);
        identities.askAgent();
        hop.keys().forEach(identities::sort);
        identities.certify();
        return identities;
    }

    List<Identity> all() {
        List<Identity> all = new ArrayList<>(certified);
        all.addAll(inAgentToo);
        if (!hop.keysOnly()) {
            all.addAll(held.values());
        }
        all.addAll(files);
        return all.subList(0, Math.min(all.size(), MAX));
    }

    /** Why ssh-agent did not say what it holds; empty where it did, or where there is none. */
    String agentFailure() {
        return agentFailure;
    }

    private void askAgent() throws InterruptedException {
        if (hop.agentSocket().isEmpty()) {
            return;
        }
        Path socket = hop.agentSocket().get();
        try {
            for (Identity identity : new SshAgent(socket).identities()) {
                held.putIfAbsent(identity.key(), identity);
            }
            signers.putAll(held);
        } catch (IOException e) {
            log.warn("no keys from ssh-agent: {}", e.getMessage()); // OpenSSH goes on too
            agentFailure = "ssh-agent does not answer at " + socket + " (" + e.getMessage() + ")";
        }
    }

    /** ssh-agent signs without a passphrase: where it holds the file's key the file stays closed, and need not be there. */
    private void sort(Path path) {
        KeyFile file = new KeyFile(path, keyring);
        try {
            Optional<PublicKeyBlob> key = file.written();
            Identity same = key.map(held::remove).orElse(null);
            if (same != null) {
                inAgentToo.add(same);
                return;
            }
            key.ifPresent(blob -> signers.putIfAbsent(blob, file));
        } catch (IOException e) {
            log.debug("the public half of {}", path, e); // told when it is tried
        }
        if (Files.isRegularFile(path)) {
            files.add(file);
        }
    }

    /** Certificates from the files that are named, from beside the key files, and of ssh-agent, each for a key that can sign. */
    private void certify() {
        List<Path> paths = new ArrayList<>(hop.certificates());
        hop.keys().forEach(key -> paths.add(Path.of(key + "-cert.pub")));
        for (Path path : paths) {
            try {
                KeyFile.pub(path).ifPresent(certificate -> certify(certificate, path));
            } catch (IOException e) {
                log.warn("the certificate {}", path, e);
            }
        }
        for (Map.Entry<PublicKeyBlob, Identity> inAgent : held.entrySet()) {
            inAgent.getKey()
                    .certified()
                    .filter(key ->
                            !hop.keysOnly() || !held.containsKey(key)) // IdentitiesOnly: for one of the files' keys
                    .filter(signers::containsKey)
                    .ifPresent(key -> certified.add(inAgent.getValue()));
        }
        certified.forEach(identity -> held.values().remove(identity));
    }

    private void certify(PublicKeyBlob certificate, Path path) {
        Identity signer = certificate.certified().map(signers::get).orElse(null);
        if (signer != null) {
            certified.add(new Certified(certificate, keyring.user().shown(path), signer));
            held.remove(certificate);
        }
    }

    /** A key with a certificate: shown is the certificate, the key signs. */
    private record Certified(PublicKeyBlob key, String name, Identity signer) implements Identity {
        @Override
        public byte[] sign(byte[] data) throws IOException, InterruptedException {
            return signer.sign(data);
        }
    }
}
