package io.connscale.cluster.launch.ssh;

import java.util.Optional;

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
