package io.connscale.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.SocketlessLink;
import java.nio.ByteBuffer;

/** A connection's link: counts the Pings that it is given. */
final class FakeLink extends SocketlessLink {
    int sent;
    boolean meetsItself;
    Runnable whileSending = () -> {};

    void receive(String text) {
        owner().received(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    @Override
    public boolean meetsItself() {
        return meetsItself;
    }

    @Override
    protected void takes(int times) {
        sent += times;
        whileSending.run();
    }
}
