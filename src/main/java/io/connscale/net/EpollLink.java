package io.connscale.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A socket registered straight with the loop's epoll set: the descriptor, its handle and the link in one object. One read an event: what is
 * left over brings another (level-triggered), and so no read is spent on learning that nothing is left.
 */
final class EpollLink extends SocketLink implements EpollIoHandle {
    /** {@link #owed}: bytes of the owner's. */
    private static final int OWNERS = -1;

    private final EpollLinks links;
    private @Nullable IoRegistration registration;

    EpollLink(int fd, EpollLinks links) {
        super(fd);
        this.links = links;
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    @Override
    EpollLinks links() {
        return links;
    }

    @Override
    public FileDescriptor fd() {
        return this;
    }

    @Override
    void awaitWritable() throws IOException {
        interest(EpollIoOps.EPOLLOUT);
    }

    @Override
    void awaitReadable() throws IOException {
        interest(EpollIoOps.EPOLLIN);
    }

    private void interest(EpollIoOps interest) throws IOException {
        if (registration == null) {
            Future<IoRegistration> registered = links.loop.register(this);
            if (!registered.isSuccess()) {
                throw new IOException(registered.cause());
            }
            registration = registered.getNow();
        }
        registration.submit(interest);
    }

    @Override
    public void handle(IoRegistration unused, IoEvent event) {
        if (!isOpen()) {
            return; // it was closed since the kernel reported this
        }
        if (connecting()) {
            finish();
        } else if (owed == 0) {
            read();
        } else {
            write();
        }
    }

    private void write() {
        if (owed == OWNERS) {
            owed = 0;
            change(EpollIoOps.EPOLLIN);
            owner().writable();
        } else {
            flush();
            if (owed == 0) {
                change(EpollIoOps.EPOLLIN);
            }
        }
    }

    /** Of one that is registered: nothing where it is closed. */
    private void change(EpollIoOps interest) {
        if (registration != null) {
            registration.submit(interest);
        }
    }

    private void read() {
        try {
            int bytes = recvAddress(links.receiveAddress, 0, links.receiveBytes);
            if (bytes > 0) {
                owner().received(links.received(bytes));
            } else if (bytes < 0) {
                close();
            }
        } catch (IOException | RuntimeException e) {
            fail("receive", e);
        }
    }

    @Override
    public void send(int times) {
        if (!isOpen()) {
            return; // its descriptor may be another's by now
        }
        boolean waiting = owed > 0;
        owed += times * Wire.LENGTH;
        if (!waiting) {
            flush();
            if (owed > 0) {
                change(EpollIoOps.EPOLLOUT);
            }
        }
    }

    @Override
    public int send(byte[] bytes, int from) {
        if (!isOpen()) {
            return 0;
        }
        try {
            int sent = sendAddress(links.copied(bytes, from), 0, Math.min(Links.SEND, bytes.length - from));
            if (from + sent < bytes.length) {
                owed = OWNERS;
                change(EpollIoOps.EPOLLOUT);
            }
            return sent;
        } catch (IOException e) {
            fail("send", e);
            return 0;
        }
    }

    private void flush() {
        try {
            owed -= sendAddress(links.messagesAddress, begun(), begun() + owed);
        } catch (IOException e) {
            fail("send", e);
        }
    }

    /** The descriptor first: the kernel takes it out of the epoll set, which else would be a call of its own. */
    @Override
    boolean release() {
        boolean was = isOpen();
        owed = 0;
        closeDescriptor();
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        return was;
    }
}
