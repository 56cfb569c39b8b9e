package io.connscale.net;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Links that send a {@link ProxyHeader} before their owner hears that they are up. */
final class ProxyLinks implements Links {
    private final Links under;
    private final ProxyHeader header;
    /** Of the next invented client; other loops and agents begin elsewhere. */
    private long next = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

    ProxyLinks(Links under, ProxyHeader header) {
        this.under = under;
        this.header = header;
    }

    @Override
    public EventLoop eventLoop() {
        return under.eventLoop();
    }

    @Override
    public Link newLink(InetSocketAddress target) {
        return new ProxyLink(under.newLink(target), this, target);
    }

    private byte[] header(@Nullable InetSocketAddress local, InetSocketAddress target) {
        InetSocketAddress invented = header.invented(next++);
        InetSocketAddress source = invented == null ? local : invented;
        return header.bytes(source == null ? target : source, target);
    }

    /** A link that has said who it comes from. */
    private static final class ProxyLink extends LayeredLink {
        private final ProxyLinks links;
        private final InetSocketAddress target;
        /** What the kernel has not taken of the header. */
        private byte @Nullable [] rest;

        ProxyLink(Link under, ProxyLinks links, InetSocketAddress target) {
            super(under);
            this.links = links;
            this.target = target;
        }

        @Override
        public void connected() {
            say(links.header(under.localAddress(), target));
        }

        private void say(byte[] bytes) {
            int sent = under.send(bytes, 0);
            if (!under.isOpen()) {
                return; // the owner has been told
            }
            if (sent < bytes.length) {
                rest = Arrays.copyOfRange(bytes, sent, bytes.length);
            } else {
                rest = null;
                owner().connected();
            }
        }

        @Override
        public void writable() {
            byte[] more = rest;
            if (more == null) {
                owner().writable();
            } else {
                say(more);
            }
        }

        @Override
        public void received(ByteBuffer bytes) {
            owner().received(bytes);
        }

        @Override
        public void closed() {
            owner().closed();
        }

        @Override
        public void failed(String where, Throwable cause) {
            owner().failed(where, cause);
        }

        @Override
        public void send(int times) {
            under.send(times);
        }

        @Override
        public int send(byte[] bytes, int from) {
            return under.send(bytes, from);
        }

        @Override
        public void close() {
            under.close();
        }
    }
}
