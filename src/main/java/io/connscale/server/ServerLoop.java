package io.connscale.server;

import io.connscale.control.ServerStatus;
import io.connscale.net.Errno;
import io.connscale.stats.Counter;
import io.connscale.stats.Reasons;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;

/** An event loop of the server and what belongs to it. Its connections count here, on its thread; any thread reads. */
final class ServerLoop {
    final EventLoop loop;
    final RecvByteBufAllocator receive = new LoopBuffer();
    final Counter established = new Counter();
    final Counter accepted = new Counter();
    final Counter pings = new Counter();
    private final Reasons reasons;

    ServerLoop(EventLoop loop, Reasons reasons) {
        this.loop = loop;
        this.reasons = reasons;
    }

    void failed(String where, Throwable cause) {
        reasons.count(where, Errno.name(cause));
    }

    void protocolError() {
        reasons.count(ServerStatus.PROTOCOL_ERROR);
    }
}
