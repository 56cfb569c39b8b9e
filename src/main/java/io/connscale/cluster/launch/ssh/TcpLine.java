package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;
import net.schmizz.sshj.SSHClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection of our own to the server; each address that the name has is tried. */
final class TcpLine implements Line {
    private static final Logger log = LoggerFactory.getLogger(TcpLine.class);

    private final Hop hop;
    private final int seconds;
    private final Ear ear = new Ear();
    private @Nullable Socket socket;
    private boolean closed;
    private volatile boolean connected;

    /** @param seconds for each address to be connected to, and for the server's first line */
    TcpLine(Hop hop, int seconds) {
        this.hop = hop;
        this.seconds = seconds;
    }

    @Override
    public void connect(SSHClient client) throws IOException {
        Socket connected = connected(InetAddress.getAllByName(hop.address()));
        client.setSocketFactory(handing(connected));
        client.setTimeout(seconds * 1000);
        // the address and not the name: SSHJ resolves it again, to name a thread
        client.connect(connected.getInetAddress().getHostAddress(), hop.port());
    }

    private Socket connected(InetAddress[] addresses) throws IOException {
        IOException last = new SocketException("the name has no address");
        for (InetAddress address : addresses) {
            Socket next = next();
            try {
                next.connect(new InetSocketAddress(address, hop.port()), seconds * 1000);
                next.setTcpNoDelay(true);
                connected = true;
                return next;
            } catch (IOException e) {
                next.close();
                last = e;
            }
        }
        throw last;
    }

    private synchronized Socket next() throws IOException {
        if (closed) {
            throw new SocketException("closed");
        }
        Socket next = new Socket() {
            @Override
            public InputStream getInputStream() throws IOException {
                return ear.on(super.getInputStream());
            }
        };
        socket = next;
        return next;
    }

    private static SocketFactory handing(Socket connected) {
        return new SocketFactory() {
            @Override
            public Socket createSocket() {
                return connected;
            }

            @Override
            public Socket createSocket(String host, int port) {
                return connected;
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
                return connected;
            }

            @Override
            public Socket createSocket(InetAddress host, int port) {
                return connected;
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
                return connected;
            }
        };
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public Ear ear() {
        return ear;
    }

    @Override
    public void release() {
        cut();
    }

    @Override
    public synchronized void cut() {
        closed = true;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                log.debug("closing {}", hop.place(), e);
            }
        }
    }
}
