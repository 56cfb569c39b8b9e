package io.connscale.agent;

import io.connscale.net.Errno;
import io.connscale.net.Link;
import io.connscale.net.Wire;
import java.nio.ByteBuffer;

/**
 * One TCP connection to the server: its state, its place in the ring and the owner of its socket in one object. Lives on one
 * event loop, {@link LoadLoop}'s, and reports each end there exactly once, with where it came up and what it was.
 */
class Connection extends RingNode implements Link.Owner {
    private enum State {
        CONNECTING,
        /** The kernel calls it established; what is said once is not answered yet. */
        OPENING,
        ESTABLISHED,
        ENDED
    }

    final LoadLoop loop;
    private final Link link;
    private State state = State.CONNECTING;
    /** How many bytes of a Pong have come; a Pong may arrive in pieces. */
    private byte matched;
    /** When it was established, {@link System#nanoTime()}: its age. Before that: when its connect began. */
    private long since;

    Connection(LoadLoop loop, Link link) {
        this.loop = loop;
        this.link = link;
        this.since = loop.now();
    }

    Link link() {
        return link;
    }

    final boolean established() {
        return state == State.ESTABLISHED;
    }

    final boolean ended() {
        return state == State.ENDED;
    }

    @Override
    long since() {
        return since;
    }

    @Override
    public void connected() {
        up();
    }

    /** It is of use. */
    final void up() {
        if (state == State.CONNECTING || state == State.OPENING) {
            leaveOpening();
            state = State.ESTABLISHED;
            long began = since;
            since = loop.now();
            loop.connected(this, since - began);
        }
    }

    /** It is up, and will be of use once what it says first is answered. */
    final void opening() {
        if (state == State.CONNECTING) {
            state = State.OPENING;
            loop.opening(this);
        }
    }

    private void leaveOpening() {
        if (state == State.OPENING) {
            loop.leftOpening(this);
        }
    }

    @Override
    boolean ping() {
        left = loop.now();
        link.send(1);
        if (established()) {
            loop.sent();
        }
        return established();
    }

    @Override
    public void received(ByteBuffer bytes) {
        while (bytes.hasRemaining() && established()) {
            bytes.mark();
            match(bytes.get(), bytes);
        }
    }

    private void match(byte received, ByteBuffer bytes) {
        if (!awaiting || received != Wire.PONG.charAt(matched)) {
            unexpected(bytes.reset());
        } else if (++matched == Wire.LENGTH) {
            matched = 0;
            loop.answered(this);
        }
    }

    /**
     * No Pong, but what stands in {@code bytes} behind what matched. Where nobody listens at the port and it is one that the
     * kernel gives out, a socket may have connected to itself (RFC 9293, simultaneous open), and hears its own Ping.
     */
    private void unexpected(ByteBuffer bytes) {
        if (!endsAsSelfConnect()) {
            if (!awaiting && answered && beginsAsPong(bytes)) {
                loop.morePongs();
            } else {
                loop.unexpected(Wire.PONG.substring(0, matched), bytes);
            }
            end("receive", "unexpected");
        }
    }

    private static boolean beginsAsPong(ByteBuffer bytes) {
        for (int i = 0; i < Math.min(bytes.remaining(), Wire.LENGTH); i++) {
            if (bytes.get(bytes.position() + i) != Wire.PONG.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Of a Pong that began nothing more will come. */
    private void noMoreOfPong() {
        if (matched > 0 && !ended()) {
            loop.pongBegan(Wire.PONG.substring(0, matched));
        }
    }

    final boolean endsAsSelfConnect() {
        boolean itself = link.meetsItself();
        if (itself) {
            end("receive", "self-connect");
        }
        return itself;
    }

    @Override
    public void closed() {
        noMoreOfPong();
        end(state == State.CONNECTING ? "connect" : "receive", Errno.CLOSED);
    }

    @Override
    public void failed(String where, Throwable cause) {
        end(where, Errno.name(cause));
    }

    @Override
    void timedOut() {
        loop.timedOut(this);
        noMoreOfPong();
        end("receive", "timeout");
    }

    void connectFailed(String where, String what) {
        end(where, what);
    }

    /** The first end is the one that counts; the socket's own close, which follows, says nothing new. */
    final void end(String where, String what) {
        if (state == State.ENDED) {
            return;
        }
        leaveOpening();
        boolean wasEstablished = established();
        state = State.ENDED;
        loop.ended(this, wasEstablished, where, what);
        link.close();
    }

    /** Ends it because the user asked: counted neither as failed nor as lost. */
    void stop() {
        if (state == State.ENDED) {
            return;
        }
        leaveOpening();
        boolean wasEstablished = established();
        state = State.ENDED;
        loop.stopped(this, wasEstablished);
        link.close();
    }
}
