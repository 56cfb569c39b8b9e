package io.connscale.net;

import io.connscale.net.Link.TcpInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A channel of Netty's and its handler. */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline
final class ChannelLink extends ChannelInboundHandlerAdapter implements Link {
    /** Bytes that wait to be sent, at which reading ends and begins again. */
    private static final WriteBufferWaterMark PENDING = new WriteBufferWaterMark(1024, 4096);

    private final Channel channel;
    private final ChannelLinks links;
    private @Nullable Owner owner;
    private boolean up;

    ChannelLink(Channel channel, ChannelLinks links) {
        this.channel = channel;
        this.links = links;
        channel.config().setRecvByteBufAllocator(links.receive).setWriteBufferWaterMark(PENDING);
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    @Override
    public void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) throws IOException {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        if (links.keepalive > 0) {
            ChannelListening.keepAlive(channel.config(), links.keepalive);
        }
        channel.config().setConnectTimeoutMillis(0); // the kernel has its own (tcp_syn_retries)
        this.owner = owner;
        channel.pipeline().addLast(this);
        checkNow(register());
        ChannelFuture connected = channel.connect(target, source);
        checkNow(connected);
        connected.addListener(done -> check("connect", done));
    }

    private void checkNow(ChannelFuture done) throws IOException {
        Throwable cause = done.cause();
        if (cause != null) {
            owner = null;
            shut();
            throw new IOException(cause);
        }
    }

    @Override
    public void open(Owner owner) {
        this.owner = owner;
        channel.pipeline().addLast(this);
        register().addListener(done -> check("accept", done));
    }

    private ChannelFuture register() {
        return links.eventLoop().register(channel);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        up = true;
        if (owner != null) {
            owner.connected();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (owner != null) {
                owner.received(bytes.nioBuffer());
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void send(int times) {
        if (owner != null) {
            send(links.messages(times));
        }
    }

    /** Netty keeps what the kernel does not take. */
    @Override
    public int send(byte[] bytes, int from) {
        if (owner != null) {
            send(Unpooled.wrappedBuffer(bytes, from, bytes.length - from));
        }
        return bytes.length - from;
    }

    private void send(ByteBuf bytes) {
        ChannelFuture sent = channel.writeAndFlush(bytes);
        if (sent.isDone()) {
            check("send", sent);
        } else {
            sent.addListener(done -> check("send", done));
        }
    }

    private void check(String where, Future<?> done) {
        Throwable cause = done.cause();
        if (cause != null) {
            fail(where, cause);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(up ? "receive" : "connect", cause);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public Optional<TcpInfo> tcpInfo() {
        return Optional.empty();
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public boolean meetsItself() {
        SocketAddress local = channel.localAddress();
        return local != null && local.equals(channel.remoteAddress());
    }

    /** The first failure is the one that counts; the close that follows says nothing new. */
    private void fail(String where, Throwable cause) {
        Owner told = owner;
        owner = null;
        shut();
        if (told != null) {
            told.failed(where, cause);
        }
    }

    @Override
    public void close() {
        Owner told = owner;
        owner = null;
        shut();
        if (told != null) {
            told.closed();
        }
    }

    private void shut() {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly(); // the loop would not take it: it has no pipeline to close through
        }
    }
}
