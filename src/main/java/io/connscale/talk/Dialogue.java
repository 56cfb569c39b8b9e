package io.connscale.talk;

import java.nio.ByteBuffer;

/** One connection's side of a {@link Talk}: where it is in what is said and answered. On the connection's event loop. */
public interface Dialogue {
    /** The connection is up: says what is said once. Then, or at once where there is nothing, {@link Line#opened()}. */
    void connected();

    /**
     * Says what is said each interval; the answer to the one before has come.
     *
     * @return whether an answer is awaited, which {@link Line#answered()} tells
     */
    boolean ping();

    /** Bytes came, in pieces of any size; good for the length of the call. Takes them all, unless the connection ends. */
    void received(ByteBuffer bytes);
}
