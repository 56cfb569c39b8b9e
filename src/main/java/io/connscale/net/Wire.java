package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * What goes over a connection: four bytes Ping, four bytes Pong, no length and no line end. The bytes lie in direct memory
 * once, shared by all connections of the process.
 */
public final class Wire {
    public static final String PING = "Ping";
    public static final String PONG = "Pong";

    /** Bytes of a message, either way. */
    public static final int LENGTH = 4;

    private static final ByteBuf PING_BYTES = constant(PING);
    private static final ByteBuf PONG_BYTES = constant(PONG);

    private Wire() {}

    /** One Ping to write; a view of the shared bytes, releasing it is free. */
    public static ByteBuf ping() {
        return PING_BYTES.duplicate();
    }

    /** One Pong to write; a view of the shared bytes, releasing it is free. */
    public static ByteBuf pong() {
        return PONG_BYTES.duplicate();
    }

    /** {@code text} as a buffer that can be shared by threads through duplicates: direct, read-only, never released. */
    public static ByteBuf constant(String text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(direct(text.getBytes(US_ASCII)));
        return Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
