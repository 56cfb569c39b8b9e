package io.connscale.net;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;

/** An event loop of the tests, on which there are no sockets. */
public record NoLinks(EventLoop eventLoop) implements Links {
    @Override
    public Link newLink(InetSocketAddress target) {
        throw new UnsupportedOperationException();
    }
}
