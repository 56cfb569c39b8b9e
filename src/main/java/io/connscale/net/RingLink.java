package io.connscale.net;

import io.netty.channel.unix.Errors;
import java.nio.ByteBuffer;

/**
 * A socket whose loop asks the kernel by a ring: a receive is asked for once and goes on, and what is sent waits in the ring until the
 * loop waits, or until enough others do.
 *
 * <p>A send that succeeds is not told. One that fails is told when it is submitted, before anything that is received later ({@link Ring#receive}): so a
 * link sends again only when it can have heard of the last one, and what it says until then is owed. What the kernel has not
 * taken is owed, too; then nothing is read until it has.
 */
final class RingLink extends SocketLink {
    /** What a completion is of, beside the link: see {@link RingHandler}. */
    static final int RECEIVE = 1;

    static final int POLL = 2;
    static final int SEND = 3;
    static final int FLUSH = 4;

    private final RingLinks links;
    /** As the kernel knows it; 0: not yet. */
    long name;
    /** The batch of its last send, and how many bytes that was. */
    private int batch;

    private short sent;
    /** Requests that the kernel has. */
    private boolean receiving;

    private boolean polling;
    /** The kernel did not take all: it says when it takes more. */
    private boolean stuck;

    RingLink(int fd, RingLinks links) {
        super(fd);
        this.links = links;
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    @Override
    RingLinks links() {
        return links;
    }

    @Override
    void awaitWritable() {
        if (!polling) {
            polling = true;
            links.ring.poll(this);
        }
    }

    @Override
    void awaitReadable() {
        if (!receiving && isOpen()) {
            receiving = true;
            links.ring.receive(this);
        }
    }

    /** From the ring: what came of {@code operation}; nothing of what was asked before it was closed. */
    void completed(int operation, int result, int flags) {
        switch (operation) {
            case RECEIVE -> received(result, flags);
            case POLL -> writable();
            case SEND -> notSent(result);
            default -> flushed(result);
        }
    }

    private void received(int result, int flags) {
        receiving = (flags & Ring.MORE) != 0;
        if (result > 0) {
            received(links.ring.received(this, flags, result));
        } else if (result == 0) {
            close();
        } else if (result != -Ring.ENOBUFS && result != -Ring.ECANCELED) {
            fail("receive", Errors.newIOException("recv", result));
        }
        if (!stuck) {
            awaitReadable();
        }
    }

    private void received(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            close();
            return;
        }
        try {
            owner().received(bytes);
        } catch (RuntimeException e) {
            fail("receive", e);
        }
    }

    private void writable() {
        polling = false;
        links.ring.polled();
        if (connecting()) {
            finish();
            if (connecting() && isOpen()) {
                awaitWritable();
            }
        } else {
            links.ring.flush(this, begun(), Math.min(owed, links.messagesBytes - Wire.LENGTH));
        }
    }

    @Override
    public void send(int times) {
        if (!isOpen()) {
            return;
        }
        boolean waits = owed > 0;
        owed += times * Wire.LENGTH;
        if (waits) {
            return;
        }
        if (links.ring.knows(batch)) {
            sendOwed();
        } else {
            links.ring.hold(this);
        }
    }

    /** From the ring, which has told what it had to tell. */
    void sendHeld() {
        if (isOpen() && !stuck && owed > 0) {
            if (links.ring.knows(batch)) {
                sendOwed();
            }
            if (owed > 0) {
                links.ring.hold(this);
            }
        }
    }

    private void sendOwed() {
        int begun = begun();
        sent = (short) Math.min(owed, links.messagesBytes - Wire.LENGTH);
        owed -= sent;
        batch = links.ring.send(this, begun, sent);
    }

    /** The last send failed, or was short. Nothing is read until what is owed is gone. */
    private void notSent(int result) {
        if (result < 0 && result != -Ring.EAGAIN) {
            fail("send", Errors.newIOException("send", result));
            return;
        }
        owed += sent - Math.max(0, result);
        stuck = true;
        if (receiving) {
            links.ring.cancelReceive(this);
        }
        awaitWritable();
    }

    private void flushed(int result) {
        if (result < 0 && result != -Ring.EAGAIN) {
            fail("send", Errors.newIOException("send", result));
            return;
        }
        owed -= Math.max(0, result);
        stuck = owed > 0;
        if (stuck) {
            awaitWritable();
        } else {
            awaitReadable();
        }
    }

    @Override
    public int send(byte[] bytes, int from) {
        throw new UnsupportedOperationException("links of a ring send their message alone");
    }

    /** What the kernel has of it ends first: it would hold the socket open. */
    @Override
    boolean release() {
        if (!isOpen()) {
            return false;
        }
        owed = 0;
        if (name == 0) {
            closeDescriptor();
        } else {
            markClosed();
            links.ring.close(this, receiving, polling);
        }
        return true;
    }
}
