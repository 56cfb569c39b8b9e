package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of a process to itself, some at a time, on the thread of the loop that accepts them: {@link Transport#warmUp}. By sockets
 * of unix(7) with an abstract address: they take no port, leave no TIME-WAIT, and no counter of the kernel's moves.
 */
final class WarmUp implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
    /** Between two goes the loop does what else it has to do. Each takes two files. */
    private static final int AT_ONCE = 8;

    /** Far more than are needed: an answer comes within a few. */
    private static final int MAX_GOES = 2_000;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final IoEventLoop loop;
    private final Listening.Owner owner;
    private final ByteBuffer message;
    private final ByteBuffer answer;
    private final LinuxSocket listening = LinuxSocket.newSocketDomain();
    private final DomainSocketAddress address =
            new DomainSocketAddress("\0connscale-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
    private final List<LinuxSocket> clients = new ArrayList<>();
    private int left;
    private int goes;

    private WarmUp(IoEventLoop loop, int connections, String message, Listening.Owner owner) throws IOException {
        this.loop = loop;
        this.left = connections;
        this.owner = owner;
        byte[] bytes = message.getBytes(US_ASCII);
        this.message = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        this.answer = ByteBuffer.allocateDirect(bytes.length);
        try {
            listening.bind(address);
            listening.listen(AT_ONCE);
        } catch (IOException | RuntimeException e) {
            SocketLinks.close(listening);
            throw e;
        }
    }

    /** On the loop. Where it can't be, the first connections take longer. */
    static void begin(IoEventLoop loop, int connections, String message, Listening.Owner owner) {
        try {
            new WarmUp(loop, connections, message, owner).run();
        } catch (IOException | RuntimeException e) {
            log.debug("no warm-up", e);
        }
    }

    @Override
    public void run() {
        clients.removeIf(this::ended);
        try {
            while (left > 0 && clients.size() < AT_ONCE) {
                left--;
                connect();
            }
            if (!clients.isEmpty() && goes++ < MAX_GOES) {
                // Not execute(): Netty runs what that is given for up to a second before it reads.
                Future<?> unused = loop.schedule(this, 0, TimeUnit.NANOSECONDS).addListener(this::over);
                return;
            }
        } catch (IOException | RuntimeException e) { // no file is left, or the loop ends
            log.debug("the warm-up ends", e);
        }
        end();
    }

    /** A loop that ends cancels what it was still to run. */
    private void over(Future<?> next) {
        if (next.isCancelled()) {
            end();
        }
    }

    private void end() {
        clients.forEach(SocketLinks::close);
        SocketLinks.close(listening);
    }

    private void connect() throws IOException {
        LinuxSocket client = LinuxSocket.newSocketDomain();
        clients.add(client);
        client.connect(address);
        client.send(message, 0, message.capacity());
        int fd = listening.accept(new byte[EpollListening.ADDRESS_BYTES]);
        if (fd >= 0) {
            owner.accepted(links -> ((SocketLinks) links).newLink(fd));
        }
    }

    /** Ends it once its answer has come: what is closed with an answer unread ends with an error at the other end. */
    private boolean ended(LinuxSocket client) {
        try {
            if (client.recv(answer, 0, answer.capacity()) == 0) {
                return false;
            }
        } catch (IOException e) {
            // it ended from there
        }
        SocketLinks.close(client);
        return true;
    }
}
