package io.connscale.agent;

import io.connscale.net.Errno;
import io.connscale.net.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/**
 * One TCP connection to the server: its state, its place in the ring and its Netty handler in one object. Lives on one
 * event loop, {@link LoadLoop}'s, and reports each end there exactly once, with where it came up and what it was.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
final class Connection extends RingNode {
    private enum State {
        CONNECTING,
        ESTABLISHED,
        ENDED
    }

    private final LoadLoop loop;
    private final Channel channel;
    private State state = State.CONNECTING;
    private boolean sending;
    /** How many bytes of a Pong have come; a Pong may arrive in pieces. */
    private byte matched;
    /** When it was established, {@link System#nanoTime()}: its age. Before that: when its connect began. */
    private long since;

    Connection(LoadLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
        this.since = loop.now();
    }

    Channel channel() {
        return channel;
    }

    boolean established() {
        return state == State.ESTABLISHED;
    }

    long since() {
        return since;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (state == State.CONNECTING) {
            state = State.ESTABLISHED;
            long began = since;
            since = loop.now();
            loop.connected(this, since - began);
        }
    }

    @Override
    boolean ping() {
        sending = true;
        left = loop.now();
        channel.writeAndFlush(Wire.ping(), channel.voidPromise());
        sending = false;
        if (established()) {
            loop.sent();
        }
        return established();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && established()) {
                match(bytes.readByte());
            }
        } finally {
            bytes.release();
        }
    }

    private void match(byte received) {
        if (!awaiting || received != Wire.PONG.charAt(matched)) {
            end("receive", "unexpected");
        } else if (++matched == Wire.LENGTH) {
            matched = 0;
            loop.answered(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(where(), "closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(where(), Errno.name(cause));
    }

    private String where() {
        return state == State.CONNECTING ? "connect" : sending ? "send" : "receive";
    }

    @Override
    void timedOut() {
        end("receive", "timeout");
    }

    void connectFailed(String where, String what) {
        end(where, what);
    }

    /** The first end is the one that counts; the socket's own close, which follows, says nothing new. */
    private void end(String where, String what) {
        if (state == State.ENDED) {
            return;
        }
        boolean wasEstablished = established();
        state = State.ENDED;
        loop.ended(this, wasEstablished, where, what);
        close();
    }

    /** Ends it because the user asked: counted neither as failed nor as lost. */
    void stop() {
        if (state == State.ENDED) {
            return;
        }
        boolean wasEstablished = established();
        state = State.ENDED;
        loop.stopped(this, wasEstablished);
        close();
    }

    private void close() {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly(); // the loop would not take it: it has no pipeline to close through
        }
    }
}
