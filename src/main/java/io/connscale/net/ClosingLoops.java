package io.connscale.net;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops that close every channel before they end. Netty 4.2.18 looks for a shutdown twice in a round, first to close
 * the channels and then to leave: told in between, with no quiet period, it leaves its sockets open for ever.
 */
final class ClosingLoops extends MultiThreadIoEventLoopGroup {
    ClosingLoops(int n, ThreadFactory threads, IoHandlerFactory io) {
        super(n, threads, io);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... args) {
        return new ClosingLoop(this, executor, io);
    }

    private static final class ClosingLoop extends SingleThreadIoEventLoop {
        ClosingLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory io) {
            super(parent, executor, io);
        }

        /** Netty only logs what ends a loop, and its connections would wait for ever. */
        @Override
        protected void run() {
            try {
                super.run();
            } catch (Error e) {
                Thread self = Thread.currentThread();
                self.getUncaughtExceptionHandler().uncaughtException(self, e);
                throw e;
            }
        }

        @Override
        protected boolean confirmShutdown() {
            if (!isShuttingDown()) {
                return false;
            }
            ioHandler().prepareToDestroy();
            return super.confirmShutdown();
        }
    }
}
