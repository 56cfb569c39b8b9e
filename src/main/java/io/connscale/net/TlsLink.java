package io.connscale.net;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A link with TLS over another: either end of it. Its owner hears that it is up once the handshake is done. A connection has an engine, and a
 * part of a record where one came in pieces; all other memory is the loop's.
 */
final class TlsLink extends LayeredLink {
    private enum State {
        CONNECTING,
        HANDSHAKE,
        UP,
        ENDED
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Content types of records (RFC 8446, 5.1), between which those lie that a handshake has. */
    private static final int CHANGE_CIPHER_SPEC = 20;

    private static final int HANDSHAKE_RECORD = 22;

    private final TlsLinks links;
    private @Nullable SSLEngine engine;
    private State state = State.CONNECTING;
    /** Something has come that is not the handshake's: what the peer refuses later has nothing to do with that. */
    private boolean heard;
    /** Anything has come. */
    private boolean answered;
    /** The beginning of a record. */
    private byte @Nullable [] received;
    /** Records that the kernel has not taken. */
    private byte @Nullable [] unsent;
    /** When the handshake began. */
    private long since;

    TlsLink(Link under, TlsLinks links) {
        super(under);
        this.links = links;
    }

    private SSLEngine engine() {
        if (engine == null) {
            throw new IllegalStateException("no handshake has begun, or it has ended");
        }
        return engine;
    }

    @Override
    public void connected() {
        state = State.HANDSHAKE;
        since = System.nanoTime();
        owner().securing();
        if (state != State.HANDSHAKE) {
            return;
        }
        try {
            engine = links.engines.next();
            engine.beginHandshake();
            advance(NOTHING);
        } catch (SSLException | RuntimeException e) {
            refuse(e);
        }
    }

    @Override
    public void received(ByteBuffer bytes) {
        if (!answered && !isHandshake(bytes)) {
            refuse(new SSLException("not an SSL/TLS record"));
            return;
        }
        answered = true;
        ByteBuffer in = links.joined(received, bytes);
        received = null;
        try {
            advance(in);
        } catch (SSLException | RuntimeException e) {
            refuse(e);
        }
        if (isAlive() && in.hasRemaining()) {
            received = new byte[in.remaining()];
            in.get(received);
            if (!TlsLinks.mayBeRecord(received.length)) {
                refuse(new SSLException("not an SSL/TLS record"));
            }
        }
    }

    /** Engines say so too, each in its way, but some wait for a record that never ends. */
    private static boolean isHandshake(ByteBuffer bytes) {
        byte type = bytes.get(bytes.position());
        return type >= CHANGE_CIPHER_SPEC && type <= HANDSHAKE_RECORD;
    }

    private boolean isAlive() {
        return state == State.HANDSHAKE || state == State.UP;
    }

    /** As far as {@code in} reaches: the handshake, then what the peer says. */
    private void advance(ByteBuffer in) throws SSLException {
        boolean more = true;
        while (more && isAlive()) {
            HandshakeStatus wanted = engine().getHandshakeStatus();
            if (wanted == HandshakeStatus.NEED_TASK) {
                more = runTask();
            } else if (wanted == HandshakeStatus.NEED_WRAP) {
                more = wrap(NOTHING);
            } else {
                more = unwrap(in);
            }
        }
    }

    /** Here: a certificate is looked at in less time than another thread takes to hear of it, and another thread would be one more. */
    private boolean runTask() {
        Runnable task = engine().getDelegatedTask();
        if (task != null) {
            task.run();
        }
        return task != null || engine().getHandshakeStatus() != HandshakeStatus.NEED_TASK;
    }

    private boolean unwrap(ByteBuffer in) throws SSLException {
        ByteBuffer plain = links.plain.clear();
        SSLEngineResult result = engine().unwrap(in, plain);
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            up();
        }
        if (plain.position() > 0 && isAlive()) {
            heard = true;
            owner().received(plain.flip());
        }
        if (!isAlive()) {
            return false;
        }
        if (result.getStatus() == Status.CLOSED) {
            closedByPeer();
            return false;
        }
        HandshakeStatus wanted = engine().getHandshakeStatus();
        return wanted == HandshakeStatus.NEED_WRAP
                || wanted == HandshakeStatus.NEED_TASK
                || (result.getStatus() == Status.OK && (result.bytesConsumed() > 0 || result.bytesProduced() > 0));
    }

    /** One record of {@code out}, or of the handshake; whether that brought anything on. */
    private boolean wrap(ByteBuffer out) throws SSLException {
        ByteBuffer sealed = links.sealed.clear();
        SSLEngineResult result = engine().wrap(out, sealed);
        boolean some = sealed.position() > 0;
        if (some) {
            transmit(sealed.flip());
        }
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            up();
        }
        return isAlive()
                && result.getStatus() == Status.OK
                && (some || engine().getHandshakeStatus() != HandshakeStatus.NEED_WRAP);
    }

    private void transmit(ByteBuffer sealed) {
        byte[] before = unsent;
        byte[] bytes = new byte[(before == null ? 0 : before.length) + sealed.remaining()];
        if (before != null) {
            System.arraycopy(before, 0, bytes, 0, before.length);
        }
        sealed.get(bytes, bytes.length - sealed.remaining(), sealed.remaining());
        if (before == null) {
            push(bytes);
        } else {
            unsent = bytes;
        }
    }

    private void push(byte[] bytes) {
        int sent = under.send(bytes, 0);
        unsent = sent < bytes.length && under.isOpen() ? Arrays.copyOfRange(bytes, sent, bytes.length) : null;
    }

    @Override
    public void writable() {
        byte[] rest = unsent;
        unsent = null;
        if (rest != null && isAlive()) {
            push(rest);
        }
    }

    private void up() {
        if (state == State.HANDSHAKE) {
            state = State.UP;
            owner().secured(System.nanoTime() - since);
            owner().connected();
        }
    }

    @Override
    public void send(int times) {
        send(links.messages(times), 0);
    }

    /** What the kernel does not take is kept here. */
    @Override
    public int send(byte[] bytes, int from) {
        if (state != State.UP) {
            return bytes.length - from;
        }
        ByteBuffer out = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            while (out.hasRemaining() && isAlive()) {
                int before = out.remaining();
                if (!wrap(out) && out.remaining() == before && isAlive()) {
                    throw new SSLException("closed for sending");
                }
            }
        } catch (SSLException | RuntimeException e) {
            refuse(e);
        }
        return bytes.length - from;
    }

    @Override
    public String awaits() {
        return state == State.HANDSHAKE ? TlsFailure.HANDSHAKE : under.awaits();
    }

    @Override
    public boolean isOpen() {
        return state != State.ENDED && under.isOpen();
    }

    /** The engine found something wrong: says so to the peer, as far as it still listens. What that meets is not why it ended. */
    private void refuse(Exception cause) {
        if (!isAlive()) {
            return;
        }
        TlsFailure failure = TlsFailure.of(cause);
        boolean late = state == State.UP && !(failure.isAlert() && !heard);
        state = State.ENDED;
        if (engine != null) {
            farewell();
        }
        end();
        under.close();
        owner().failed(late ? TlsFailure.LATER : TlsFailure.HANDSHAKE, failure);
    }

    /** The alert of an engine that has failed, or that of one that is closed. */
    private void farewell() {
        try {
            ByteBuffer sealed = links.sealed.clear();
            engine().wrap(NOTHING, sealed);
            if (sealed.position() > 0 && unsent == null) {
                transmit(sealed.flip());
            }
        } catch (SSLException | RuntimeException e) {
            // it has nothing to say: the peer sees the end
        }
    }

    private void end() {
        state = State.ENDED;
        received = null;
        unsent = null;
        SSLEngine ended = engine;
        engine = null;
        if (ended != null) {
            TlsEngines.release(ended);
        }
    }

    private void closedByPeer() {
        boolean shaking = state == State.HANDSHAKE;
        end();
        under.close();
        told(shaking);
    }

    private void told(boolean shaking) {
        if (shaking) {
            owner().failed(TlsFailure.HANDSHAKE, new TlsFailure(Errno.CLOSED));
        } else {
            owner().closed();
        }
    }

    @Override
    public void closed() {
        if (state != State.ENDED) {
            boolean shaking = state == State.HANDSHAKE;
            end();
            told(shaking);
        }
    }

    @Override
    public void failed(String where, Throwable cause) {
        if (state != State.ENDED) {
            boolean shaking = state == State.HANDSHAKE;
            Throwable first = shaking ? first(cause) : cause;
            end();
            owner().failed(shaking ? TlsFailure.HANDSHAKE : where, first);
        }
    }

    /** Some engines say what is wrong once they have handed out the alert for it, which then could not be sent. */
    private Throwable first(Throwable cause) {
        SSLEngine failed = engine;
        try {
            if (failed != null) {
                failed.wrap(NOTHING, links.sealed.clear());
            }
        } catch (SSLException e) {
            return TlsFailure.of(e);
        }
        return cause;
    }

    @Override
    public void close() {
        if (state == State.ENDED) {
            return;
        }
        boolean up = state == State.UP;
        state = State.ENDED;
        if (up) {
            engine().closeOutbound();
            farewell();
        }
        end();
        under.close();
        if (isOwned()) {
            owner().closed();
        }
    }
}
