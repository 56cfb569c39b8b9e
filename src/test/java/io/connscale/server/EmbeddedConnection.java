package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.Links;
import io.connscale.net.NoLinks;
import io.connscale.net.SocketlessLink;
import io.connscale.net.Wire;
import io.connscale.stats.Reasons;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;

/** A connection of the server without a socket: what comes in, and what goes out. */
final class EmbeddedConnection extends SocketlessLink implements AutoCloseable {
    private static final EventLoop LOOP = new DefaultEventLoop(); // no task is ever given to it: it has no thread

    final Reasons reasons = new Reasons();
    /** How long a Ping may be unfinished, ns. */
    static final long PATIENCE = 1_000_000_000;

    final ServerLoop loop = new ServerLoop(new NoLinks(LOOP), reasons, PATIENCE);
    final PingPongHandler handler = new PingPongHandler(loop, this);

    int sends;
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
            int max = Math.min(bytes.remaining(), Links.RECEIVE);
            handler.received(bytes.slice(bytes.position(), max));
            bytes.position(bytes.position() + max);
        }
    }

    String sent() {
        String text = sent.toString();
        sent.setLength(0);
        return text;
    }

    @Override
    protected void takes(int times) {
        sends++;
        sent.append(Wire.PONG.repeat(times));
    }
}
