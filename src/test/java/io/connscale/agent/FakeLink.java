package io.connscale.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.Link;
import io.connscale.net.TcpInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A link without a socket: the test is the kernel and the peer. */
final class FakeLink implements Link {
    private @Nullable Owner owner;
    /** What the next {@link #send} fails with. */
    @Nullable
    Throwable failure;

    int sent;
    boolean open = true;

    @Override
    public void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void open(Owner owner) {
        this.owner = owner;
        owner.connected();
    }

    void receive(String text) {
        owner().received(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    void fail(String where, Throwable cause) {
        open = false;
        owner().failed(where, cause);
    }

    private Owner owner() {
        if (owner == null) {
            throw new IllegalStateException("not open yet");
        }
        return owner;
    }

    @Override
    public void send(int times) {
        if (failure != null) {
            fail("send", failure);
        } else {
            sent += times;
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Optional<TcpInfo> tcpInfo() {
        return Optional.empty();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            owner().closed();
        }
    }
}
