package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Keyring.KeyFile;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.control.Answers;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer;
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

    /** A key pair of the user's, wherever the private half is. */
    interface Identity {
        /** How the user knows it: a file's name, or what ssh-agent calls it. */
        String name();

        /**
         * The public half.
         *
         * @throws IOException where it can't be read, in words for the user
         */
        PublicKeyBlob key() throws IOException, InterruptedException;

        /**
         * The signature of {@code data} with {@link #algorithm}, as it goes onto the wire. May ask the user for a passphrase.
         *
         * @throws IOException where there is none, in words for the user
         */
        byte[] sign(byte[] data) throws IOException, InterruptedException;

        /** The name of the signature's algorithm: an RSA key signs with SHA-2, never with SHA-1. */
        static String algorithm(PublicKeyBlob key) {
            return key.type().replaceFirst("^ssh-rsa", "rsa-sha2-512");
        }
    }

    /**
     * The user's ssh-agent, asked over its socket (draft-miller-ssh-agent): which keys it holds, and for signatures. One
     * connection a question.
     */
    record SshAgent(Path socket) {
        private static final byte REQUEST_IDENTITIES = 11;
        private static final byte IDENTITIES_ANSWER = 12;
        private static final byte SIGN_REQUEST = 13;
        private static final byte SIGN_RESPONSE = 14;
        private static final int RSA_SHA2_512 = 4;

        private static final int MAX_KEYS = 100;
        private static final int MAX_LENGTH = 256 << 10;
        private static final long LIST_SECONDS = 5;
        /** It may ask its user for leave (ssh-add -c, a token to touch). */
        private static final long SIGN_SECONDS = 60;

        /** A key that it holds. */
        private record Held(SshAgent agent, PublicKeyBlob key, String name) implements Identity {
            @Override
            public byte[] sign(byte[] data) throws IOException, InterruptedException {
                return agent.sign(key, data);
            }
        }

        List<Identity> identities() throws IOException, InterruptedException {
            Buffer.PlainBuffer answer =
                    ask(new Buffer.PlainBuffer().putByte(REQUEST_IDENTITIES), IDENTITIES_ANSWER, LIST_SECONDS);
            List<Identity> found = new ArrayList<>();
            long count = Math.min(answer.readUInt32(), MAX_KEYS);
            for (int i = 0; i < count; i++) {
                PublicKeyBlob key = PublicKeyBlob.of(answer.readBytes());
                found.add(new Held(this, key, "ssh-agent's " + answer.readString()));
            }
            return found;
        }

        private byte[] sign(PublicKeyBlob key, byte[] data) throws IOException, InterruptedException {
            Buffer.PlainBuffer request = new Buffer.PlainBuffer()
                    .putByte(SIGN_REQUEST)
                    .putBytes(key.bytes())
                    .putBytes(data)
                    .putUInt32(key.type().startsWith("ssh-rsa") ? RSA_SHA2_512 : 0);
            return ask(request, SIGN_RESPONSE, SIGN_SECONDS).readBytes();
        }

        private Buffer.PlainBuffer ask(Buffer.PlainBuffer request, byte wanted, long seconds)
                throws IOException, InterruptedException {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                Buffer.PlainBuffer answer =
                        Answers.within(seconds, "ssh-agent", () -> exchange(channel, request), () -> close(channel));
                if (answer.readByte() != wanted) {
                    throw new IOException("ssh-agent refuses");
                }
                return answer;
            }
        }

        private Buffer.PlainBuffer exchange(SocketChannel channel, Buffer.PlainBuffer request) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap(
                    new Buffer.PlainBuffer().putBytes(request.getCompactData()).getCompactData());
            while (out.hasRemaining()) {
                channel.write(out);
            }
            int length = read(channel, Integer.BYTES).getInt();
            if (length < 1 || length > MAX_LENGTH) {
                throw new IOException("ssh-agent answers nonsense");
            }
            return new Buffer.PlainBuffer(read(channel, length).array());
        }

        private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
            ByteBuffer in = ByteBuffer.allocate(length);
            while (in.hasRemaining()) {
                if (channel.read(in) < 0) {
                    throw new EOFException("ssh-agent closed the connection");
                }
            }
            return in.flip();
        }

        private static void close(SocketChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException(e); // closing a socket of this machine does not fail
            }
        }
    }
}
