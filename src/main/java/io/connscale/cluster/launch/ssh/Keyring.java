package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import net.schmizz.sshj.common.Factory;
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
}
