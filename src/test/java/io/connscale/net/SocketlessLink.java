package io.connscale.net;

import io.connscale.net.Link.TcpInfo;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A link without a socket: the test is the kernel and the peer. */
public abstract class SocketlessLink implements Link {
    private @Nullable Owner owner;
    /** What the next {@link #send} fails with. */
    public @Nullable Throwable failure;

    public boolean open = true;
    /** How many bytes {@link #send(byte[], int)} takes. */
    public int room = Integer.MAX_VALUE;

    /** All that was taken. */
    public final ByteArrayOutputStream said = new ByteArrayOutputStream();

    /** What {@link #send} does where it does not fail. */
    protected abstract void takes(int times);

    @Override
    public void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void open(Owner owner) {
        this.owner = owner;
        owner.connected();
    }

    protected final Owner owner() {
        if (owner == null) {
            throw new IllegalStateException("not open yet");
        }
        return owner;
    }

    public final void fail(String where, Throwable cause) {
        open = false;
        owner().failed(where, cause);
    }

    @Override
    public void send(int times) {
        if (failure != null) {
            fail("send", failure);
        } else {
            takes(times);
        }
    }

    /** As many as {@link #room}, which then is less. */
    @Override
    public int send(byte[] bytes, int from) {
        if (failure != null) {
            fail("send", failure);
            return 0;
        }
        int sent = Math.min(room, bytes.length - from);
        room -= sent;
        said.write(bytes, from, sent);
        return sent;
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
