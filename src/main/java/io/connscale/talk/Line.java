package io.connscale.talk;

/** The connection that a {@link Dialogue} is held over. On its event loop. */
public interface Line {
    /** Sends {@code bytes}, which nobody changes afterwards. */
    void say(byte[] bytes);

    /** What is said once is said and answered: the connection is of use now. Once. */
    void opened();

    /** What was said last by {@link Dialogue#ping()} is answered. */
    void answered();

    /**
     * An answer that is not the one expected: ends the connection.
     *
     * @param words what it was, for the user: printable ASCII, short
     */
    void unexpected(String words);
}
