package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * What goes over a connection: four bytes Ping, four bytes Pong, no length and no line end. The bytes lie in direct memory,
 * shared by all connections of an event loop.
 */
public final class Wire {
    public static final String PING = "Ping";
    public static final String PONG = "Pong";

    /** Bytes of a message, either way. */
    public static final int LENGTH = 4;

    private Wire() {}

    /** {@code text} as a buffer that can be shared by threads through duplicates: direct, read-only, never released. */
    static ByteBuf constant(String text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(direct(text));
        return Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
