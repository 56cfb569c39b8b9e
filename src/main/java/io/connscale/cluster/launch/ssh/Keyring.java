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
 * each question is put once, one at a time. One for all launchers of a cluster; any thread, which may wait here while
 * another one's question is answered.
 */
public final class Keyring {
    private static final int MOST_PASSPHRASES = 3;

    private final Asker asker;
    private final LocalUser user;
    private final ReentrantLock asking = new ReentrantLock(true);
    private final Map<Path, KeyPair> opened = new HashMap<>();
    private final Map<Path, IOException> closed = new HashMap<>();

    /** A keyring with nothing on it, of the user who runs this process. */
    public Keyring(Asker asker) {
        this(asker, LocalUser.current());
    }

    Keyring(Asker asker, LocalUser user) {
        this.asker = asker;
        this.user = user;
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
     * @throws IOException where it can't be opened, in words for the user; the same again without asking
     */
    KeyPair opened(Path file) throws IOException, InterruptedException {
        asking.lockInterruptibly();
        try {
            IOException before = closed.get(file);
            if (before != null) {
                throw before;
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
        IOException refused = new IOException("its passphrase was not given");
        String question = "Passphrase of " + user.shown(file);
        for (int i = 0; i < MOST_PASSPHRASES; i++) {
            String again = i == 0 ? "" : " (the last one was wrong)";
            Optional<String> secret = oneAtATime(asker -> asker.secret(question + again));
            if (secret.isEmpty() || secret.get().isEmpty()) {
                break;
            }
            try {
                return read(file, new Passphrase(secret.get()));
            } catch (IOException e) {
                refused = new IOException("its passphrase was wrong");
            }
        }
        closed.put(file, refused);
        throw refused;
    }

    private static KeyPair read(Path file, Passphrase passphrase) throws IOException {
        try {
            String text = KeyFile.text(file); // not the file: SSHJ would take a certificate beside it for the public key
            String format =
                    KeyProviderUtil.detectKeyFileFormat(text, false).name();
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
