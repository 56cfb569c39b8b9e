package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.net.Wire;
import java.nio.ByteBuffer;

/**
 * One connection of the server, on its event loop: answers Ping with Pong. It keeps no bytes, only how much of a Ping has
 * come. While the client does not take its Pongs, nothing more is read from it.
 */
final class PingPongHandler implements Link.Owner {
    private static final byte[] PING = Wire.PING.getBytes(US_ASCII);

    private final ServerLoop loop;
    private final Link link;
    /** Bytes of the next Ping that have come: 0 to 3. */
    private byte position;

    private boolean established;
    /** It ends, and why has been counted. */
    private boolean ended;
    /** When it was accepted, {@link System#nanoTime()}. */
    private long since;

    PingPongHandler(ServerLoop loop, Link link) {
        this.loop = loop;
        this.link = link;
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    /** It has the time of a Ping for it. */
    @Override
    public void securing() {
        loop.unfinished(this);
    }

    @Override
    public void secured(long nanos) {
        loop.finished(this);
        loop.secured(nanos);
    }

    @Override
    public void connected() {
        established = true;
        since = System.nanoTime();
        loop.accepted(link);
    }

    @Override
    public void received(ByteBuffer bytes) {
        int pings = 0;
        byte before = position;
        boolean foreign = false;
        while (bytes.hasRemaining() && !foreign) {
            foreign = bytes.get() != PING[position];
            position = (byte) ((position + 1) % Wire.LENGTH);
            pings += position == 0 && !foreign ? 1 : 0;
        }
        answer(pings);
        if (foreign) {
            protocolError();
        } else if (before != position || before != 0) {
            begunOrFinished(before, pings);
        }
    }

    /** Seldom: a Ping comes in one piece. */
    private void begunOrFinished(byte before, int pings) {
        if (ended) {
            return;
        }
        if (position == 0) {
            loop.finished(this);
        } else if (before == 0 || pings > 0) { // a few bytes more of the same one give no more time
            loop.unfinished(this);
        }
    }

    private void answer(int pings) {
        loop.pings.add(pings);
        for (int left = pings; left > 0 && !ended; left -= Links.MAX_AT_ONCE) {
            link.send(Math.min(left, Links.MAX_AT_ONCE));
        }
    }

    /** It sent something else, or not the rest of a Ping or of its handshake within the time that this may take. */
    void protocolError() {
        if (!ended) {
            end();
            if (established) {
                loop.protocolError();
            } else {
                loop.failed(link.awaits() + " timeout");
            }
            link.close();
        }
    }

    @Override
    public void closed() {
        if (!ended) {
            end();
        }
    }

    /** Once a connection: everything that was on its way fails with it. */
    @Override
    public void failed(String where, Throwable cause) {
        if (!ended) {
            loop.failed(where, cause); // first: who sees that it is gone sees why
            end();
        }
    }

    private void end() {
        ended = true;
        loop.finished(this);
        if (established) {
            loop.ended(link, System.nanoTime() - since);
        }
    }
}
