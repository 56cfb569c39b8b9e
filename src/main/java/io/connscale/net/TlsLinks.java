package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Links with TLS over those of the same event loop: the engines, and the memory that they share. */
final class TlsLinks implements Links {
    /** Bytes of a record at most, with what an older protocol may add (RFC 5246, 6.2.3; RFC 8446, 5.2), and as an engine asks for. */
    private static final int RECORD = 18 << 10;
    /** An engine of the JDK's wants room for records of peers that keep to no rule. */
    private static final int ROOM = 34 << 10;

    private final Links under;
    final TlsEngines engines;
    private final byte[] message;
    private final ByteBuffer joined = ByteBuffer.allocateDirect(ROOM + RECEIVE_MUCH);
    /** What is decrypted, and what is encrypted: each good until the next. */
    final ByteBuffer plain = ByteBuffer.allocateDirect(ROOM);

    final ByteBuffer sealed = ByteBuffer.allocateDirect(ROOM);

    /** @param message that {@link Link#send(int)} sends */
    TlsLinks(Links under, TlsEngines engines, String message) {
        this.under = under;
        this.engines = engines;
        this.message = message.getBytes(US_ASCII);
        under.eventLoop().terminationFuture().addListener(done -> engines.close());
    }

    @Override
    public EventLoop eventLoop() {
        return under.eventLoop();
    }

    @Override
    public Link newLink(InetSocketAddress target) {
        return new TlsLink(under.newLink(target), this);
    }

    @Override
    public Links sockets() {
        return under;
    }

    @Override
    public Link over(Link socket) {
        return new TlsLink(socket, this);
    }

    byte[] messages(int times) {
        byte[] all = new byte[times * message.length];
        for (int i = 0; i < times; i++) {
            System.arraycopy(message, 0, all, i * message.length, message.length);
        }
        return all;
    }

    /** The beginning of a record that came before, and what came now. */
    ByteBuffer joined(byte @Nullable [] before, ByteBuffer now) {
        return before == null ? now : joined.clear().put(before).put(now).flip();
    }

    /** Whether a record that has begun so may still become whole. */
    static boolean mayBeRecord(int bytes) {
        return bytes <= RECORD;
    }
}
