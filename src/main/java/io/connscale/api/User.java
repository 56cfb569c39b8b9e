package io.connscale.api;

import java.util.Optional;

/** Who is told of what happens meanwhile, and asked where SSH has a question. Called on any thread. */
public interface User {
    /** Hears nothing and answers nothing: an unknown host key is refused, a passphrase not given. */
    User NOBODY = line -> {};

    /** What nobody asked for and the user should know: an agent lost, connections that ended. Must not wait. */
    void notice(String line);

    /** A passphrase; empty where none is given. */
    default Optional<String> secret(String question) {
        return Optional.empty();
    }

    /** Yes or no, as to an unknown host key. */
    default boolean agree(String question) {
        return false;
    }
}
