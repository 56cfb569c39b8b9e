package io.connscale.server;

import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.net.Listening;
import java.util.List;
import java.util.function.Function;

/** Takes what one listening socket accepts, on that socket's event loop, and hands it to the server's loops in turn. */
final class Acceptor implements Listening.Owner {
    private final List<ServerLoop> loops;
    private final ServerLoop own;
    private int next;

    /** @param first the place in {@code loops} of the loop that accepts, and that takes the first connection */
    Acceptor(List<ServerLoop> loops, int first) {
        this.loops = loops;
        this.own = loops.get(first);
        this.next = first;
        PingPongHandler.load();
    }

    @Override
    public void accepted(Function<Links, Link> accepted) {
        ServerLoop loop = loops.get(next);
        next = (next + 1) % loops.size();
        Link link = accepted.apply(loop.links);
        try {
            link.open(new PingPongHandler(loop, link));
        } catch (RuntimeException e) { // its loop ends
            own.failed("accept", e);
            link.close();
        }
    }

    @Override
    public void failed(Throwable cause) {
        own.failed("accept", cause);
    }
}
