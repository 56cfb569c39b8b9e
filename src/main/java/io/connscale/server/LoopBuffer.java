package io.connscale.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.nio.ByteBuffer;

/**
 * The one small receive buffer of an event loop: each read of each of its connections is into it, and is done with
 * before the next. One read an event: what is left over brings another event (level-triggered), and so no read is spent
 * on learning that nothing is left. Only for handlers that keep nothing of what they read.
 */
final class LoopBuffer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    /** Bytes: many Pings at once for a client that sends many, and still little. */
    static final int SIZE = 256;

    private final ByteBuf buffer = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(SIZE)));
    private int attempted;
    private int read;

    @Override
    @SuppressWarnings("deprecation") // the interface's method; ExtendedHandle is what transports take
    public Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator ignored) {
        return buffer.clear();
    }

    @Override
    public int guess() {
        return SIZE;
    }

    @Override
    public boolean continueReading() {
        return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return false;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public void lastBytesRead(int bytes) {
        read = bytes;
    }

    @Override
    public int lastBytesRead() {
        return read;
    }

    @Override
    @SuppressWarnings("deprecation")
    public void reset(io.netty.channel.ChannelConfig config) {}

    @Override
    public void incMessagesRead(int numMessages) {}

    @Override
    public void readComplete() {}
}
