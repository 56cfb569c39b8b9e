package io.connscale.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.nio.ByteBuffer;

/**
 * The one small receive buffer of an event loop's channels: each read of each of them is into it, and is done with before
 * the next. One read an event: what is left over brings another event (level-triggered), and so no read is spent on
 * learning that nothing is left. Only for handlers that keep nothing of what they read.
 */
final class LoopBuffer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private final ByteBuf buffer;
    private int attempted;
    private int read;

    LoopBuffer(int bytes) {
        buffer = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes)));
    }

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
        return buffer.capacity();
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
