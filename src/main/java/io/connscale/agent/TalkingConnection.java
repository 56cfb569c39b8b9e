package io.connscale.agent;

import io.connscale.net.Link;
import io.connscale.talk.Dialogue;
import io.connscale.talk.Line;
import io.connscale.talk.Talk;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server that is not ours: what is said and how it is answered is its dialogue's. It counts as established once
 * what it says first is answered, so that a server that refuses in words has established nothing; where nothing is said first,
 * once the kernel says so.
 */
final class TalkingConnection extends Connection implements Line {
    private final Dialogue dialogue;
    /** What the kernel has not taken yet; null: nothing. */
    private byte @Nullable [] unsent;

    TalkingConnection(LoadLoop loop, Link link, Talk talk) {
        super(loop, link);
        this.dialogue = talk.dialogue(this);
    }

    @Override
    public void securing() {
        opening();
    }

    @Override
    public void secured(long nanos) {
        loop.secured(nanos);
    }

    @Override
    public void connected() {
        opening();
        dialogue.connected();
    }

    @Override
    void timedOut() {
        end(link().awaits(), "timeout");
    }

    @Override
    public void opened() {
        up();
    }

    /** One that awaits no answer is no Ping: it would be counted as missed. */
    @Override
    boolean ping() {
        left = loop.now();
        boolean awaited = dialogue.ping() && established();
        if (awaited) {
            loop.sent();
        }
        return awaited;
    }

    @Override
    public void answered() {
        loop.answered(this);
    }

    @Override
    public void received(ByteBuffer bytes) {
        if (!ended()) {
            dialogue.received(bytes);
        }
    }

    @Override
    public void unexpected(String words) {
        if (!endsAsSelfConnect()) {
            end("receive", loop.unexpected(words));
        }
    }

    @Override
    public void say(byte[] bytes) {
        if (unsent != null) {
            unsent = joined(unsent, bytes);
            return;
        }
        int sent = link().send(bytes, 0);
        if (sent < bytes.length && !ended()) {
            unsent = Arrays.copyOfRange(bytes, sent, bytes.length);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Override
    public void writable() {
        byte[] rest = unsent;
        unsent = null;
        if (rest != null && !ended()) {
            say(rest);
        }
    }
}
