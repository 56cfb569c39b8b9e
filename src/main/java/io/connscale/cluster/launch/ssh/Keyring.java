package io.connscale.cluster.launch.ssh;

import com.hierynomus.sshj.key.KeyAlgorithm;
import io.connscale.cluster.launch.ssh.Identities.Identity;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.signature.Signature;
import net.schmizz.sshj.userauth.keyprovider.FileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.KeyProviderUtil;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.Resource;

/**
 * The private keys of a session and the questions that they take: each key is opened once, however many hosts want it, and
 * each question is put once, one at a time, to all that were starting then: whoever starts later is asked again. All launchers
 * of a cluster share one; any thread, which may wait here while another one's question is answered.
 */
public final class Keyring {
    private static final int MAX_PASSPHRASES = 3;

    private final Asker asker;
    private final LocalUser user;
    private final ReentrantLock asking;
    private final Map<Path, KeyPair> opened;
    private final Map<Path, Refusal> refused;
    private final long began = System.nanoTime();

    /** A passphrase that the user did not give, or not the right one, at that moment. */
    private record Refusal(IOException why, long nanos) {}

    /** A keyring with nothing on it, of the user who runs this process. */
    public Keyring(Asker asker) {
        this(asker, LocalUser.current());
    }

    Keyring(Asker asker, LocalUser user) {
        this.asker = asker;
        this.user = user;
        this.asking = new ReentrantLock(true);
        this.opened = new HashMap<>();
        this.refused = new HashMap<>();
    }

    private Keyring(Keyring shared) {
        this.asker = shared.asker;
        this.user = shared.user;
        this.asking = shared.asking;
        this.opened = shared.opened;
        this.refused = shared.refused;
    }

    /** The same keyring, for a start that begins now: what was refused before is asked for again. */
    public Keyring atStart() {
        return new Keyring(this);
    }

    LocalUser user() {
        return user;
    }

    /** Puts questions, when it is this thread's turn. */
    <T> T oneAtATime(Function<Asker, T> questions) throws InterruptedException {
        asking.lockInterruptibly();
        try {
            T answer = questions.apply(asker);
            if (Thread.interrupted()) {
                throw new InterruptedException("the user gave up");
            }
            return answer;
        } finally {
            asking.unlock();
        }
    }

    /**
     * The key pair in a file, with the passphrase that the user gives where it takes one.
     *
     * @throws IOException where it can't be opened, in words for the user; the same again for this start without asking
     */
    KeyPair opened(Path file) throws IOException, InterruptedException {
        asking.lockInterruptibly();
        try {
            Refusal before = refused.get(file);
            if (before != null && before.nanos - began > 0) {
                throw before.why;
            }
            KeyPair pair = opened.get(file);
            if (pair == null) {
                pair = open(file);
                opened.put(file, pair);
            }
            return pair;
        } finally {
            asking.unlock();
        }
    }

    private KeyPair open(Path file) throws IOException, InterruptedException {
        Passphrase none = new Passphrase("");
        try {
            return read(file, none);
        } catch (IOException e) {
            if (!none.asked) {
                throw new IOException("not a private key that can be read");
            }
        }
        IOException why = new IOException("its passphrase was not given");
        String question = "Passphrase of " + user.shown(file);
        for (int i = 0; i < MAX_PASSPHRASES; i++) {
            String again = i == 0 ? "" : " (the last one was wrong)";
            Optional<String> secret = oneAtATime(asker -> asker.secret(question + again));
            if (secret.isEmpty() || secret.get().isEmpty()) {
                break;
            }
            try {
                return read(file, new Passphrase(secret.get()));
            } catch (IOException e) {
                why = new IOException("its passphrase was wrong");
            }
        }
        refused.put(file, new Refusal(why, System.nanoTime()));
        throw why;
    }

    private static KeyPair read(Path file, Passphrase passphrase) throws IOException {
        try {
            String text =
                    KeyFile.text(file); // not the file: SSHJ would take a certificate beside it for the public key
            String format = KeyProviderUtil.detectKeyFileFormat(text, false).name();
            FileKeyProvider provider =
                    Factory.Named.Util.create(Algorithms.config().getFileKeyProviderFactories(), format);
            if (provider == null) {
                throw new IOException("of no known format");
            }
            provider.init(text, null, passphrase);
            return new KeyPair(provider.getPublic(), provider.getPrivate());
        } catch (RuntimeException e) {
            throw new IOException(e); // SSHJ's and BouncyCastle's parsers throw what they like
        }
    }

    /** Answers SSHJ once, and remembers whether it asked. */
    private static final class Passphrase implements PasswordFinder {
        private final String secret;
        private boolean asked;

        Passphrase(String secret) {
            this.secret = secret;
        }

        @Override
        public char[] reqPassword(Resource<?> resource) {
            asked = true;
            return secret.toCharArray();
        }

        @Override
        public boolean shouldRetry(Resource<?> resource) {
            return false;
        }
    }

    /**
     * Puts questions to the user. Called on the thread that starts a host, one question at a time. In batch there is nobody:
     * empty and false.
     */
    public interface Asker {
        /** Nobody to ask. */
        Asker NOBODY = new Asker() {
            @Override
            public Optional<String> secret(String question) {
                return Optional.empty();
            }

            @Override
            public boolean agree(String question) {
                return false;
            }
        };

        /** A passphrase, typed without showing it; empty where the user gives none. */
        Optional<String> secret(String question);

        /** Yes or no; only a clear yes is one. */
        boolean agree(String question);
    }

    /** A private key in a file: OpenSSH's format, PEM or PuTTY's. */
    record KeyFile(Path path, Keyring keyring) implements Identity {
        /** Why a key whose private half is in a security key signs nothing here. */
        static final String FIDO = "a FIDO key, which connscale itself can't use";

        private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
        private static final String END = "-----END OPENSSH PRIVATE KEY-----";
        /** Of a private key's file; OpenSSH takes no more either (authfile.c). */
        static final long MAX_BYTES = 1 << 20;

        @Override
        public String name() {
            return keyring.user().shown(path);
        }

        /** Without a passphrase where the file tells it, as most do. */
        @Override
        public PublicKeyBlob key() throws IOException, InterruptedException {
            Optional<PublicKeyBlob> told = written();
            return told.isPresent()
                    ? told.get()
                    : PublicKeyBlob.of(keyring.opened(path).getPublic());
        }

        /** The public half where it can be read without opening the private one. */
        Optional<PublicKeyBlob> written() throws IOException {
            Optional<PublicKeyBlob> inside = Files.isRegularFile(path) ? fromHeader(text(path)) : Optional.empty();
            return inside.isPresent() ? inside : pub(Path.of(path + ".pub"));
        }

        /** The public key, or the certificate, in a file that has nothing else. */
        static Optional<PublicKeyBlob> pub(Path file) throws IOException {
            return Files.isRegularFile(file) ? fromPub(text(file)) : Optional.empty();
        }

        static String text(Path file) throws IOException {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("too large for a key");
            }
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        }

        /** OpenSSH's format has the public key unencrypted in front (PROTOCOL.key); a {@code .pub} file is one, too. */
        private static Optional<PublicKeyBlob> fromHeader(String text) throws IOException {
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                return fromPub(text);
            }
            Buffer.PlainBuffer buffer =
                    new Buffer.PlainBuffer(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
            buffer.readRawBytes(new byte["openssh-key-v1\0".length()]);
            for (int i = 0; i < 3; i++) {
                buffer.readBytes(); // the cipher, how its key is derived, and with which options
            }
            buffer.readUInt32();
            return Optional.of(PublicKeyBlob.of(buffer.readBytes()));
        }

        private static Optional<PublicKeyBlob> fromPub(String text) {
            String[] words = text.strip().split("\\s+", 3);
            boolean one = words.length >= 2 && !words[0].startsWith("-") && PublicKeyBlob.isOne(words[1]);
            return one ? Optional.of(new PublicKeyBlob(words[1])) : Optional.empty();
        }

        @Override
        public byte[] sign(byte[] data) throws IOException, InterruptedException {
            if (written().filter(PublicKeyBlob::onToken).isPresent()) {
                throw new IOException(FIDO);
            }
            KeyPair pair = keyring.opened(path);
            String name = Identity.algorithm(PublicKeyBlob.of(pair.getPublic()));
            KeyAlgorithm algorithm =
                    Factory.Named.Util.create(Algorithms.config().getKeyAlgorithms(), name);
            if (algorithm == null) {
                throw new IOException(name + " is not offered: too weak");
            }
            Signature signature = algorithm.newSignature();
            signature.initSign(pair.getPrivate());
            signature.update(data);
            return new Buffer.PlainBuffer()
                    .putString(name)
                    .putBytes(signature.encode(signature.sign()))
                    .getCompactData();
        }
    }
}
