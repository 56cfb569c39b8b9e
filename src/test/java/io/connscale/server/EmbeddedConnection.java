package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.net.NoLinks;
import io.connscale.net.TcpInfo;
import io.connscale.net.Wire;
import io.connscale.stats.Reasons;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection of the server without a socket: what comes in, and what goes out. */
final class EmbeddedConnection implements Link, AutoCloseable {
    private static final EventLoop LOOP = new DefaultEventLoop(); // no task is ever given to it: it has no thread

    final Reasons reasons = new Reasons();
    final ServerLoop loop = new ServerLoop(new NoLinks(LOOP), reasons);
    final PingPongHandler handler = new PingPongHandler(loop, this);
    /** What sending fails with. */
    @Nullable
    Throwable failure;

    int sends;
    boolean open = true;
    private final StringBuilder sent = new StringBuilder();

    EmbeddedConnection() {
        open(handler);
    }

    String answerTo(String text) {
        receive(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        return sent();
    }

    /** As it comes from a link: piece by piece of a receive buffer. */
    void receive(ByteBuffer bytes) {
        while (bytes.hasRemaining() && open) {
            int most = Math.min(bytes.remaining(), Links.RECEIVE);
            handler.received(bytes.slice(bytes.position(), most));
            bytes.position(bytes.position() + most);
        }
    }

    String sent() {
        String text = sent.toString();
        sent.setLength(0);
        return text;
    }

    @Override
    public void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void open(Owner owner) {
        owner.connected();
    }

    @Override
    public void send(int times) {
        if (failure != null) {
            open = false;
            handler.failed("send", failure);
            return;
        }
        sends++;
        sent.append(Wire.PONG.repeat(times));
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
            handler.closed();
        }
    }
}
