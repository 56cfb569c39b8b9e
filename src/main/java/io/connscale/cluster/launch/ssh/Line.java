package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.cluster.launch.ssh.SshConnection.Link;
import io.connscale.control.IdleCounter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.ChannelInputStream;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import net.schmizz.sshj.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes to and from one SSH server: a TCP connection, or a channel through a jump host. Used for one attempt. */
interface Line {
    /** Connects, and shakes hands as far as the host key is checked. Blocks; {@link #cut} from another thread ends it. */
    void connect(SSHClient client) throws IOException;

    /** Whether the other end was there, whatever it said then. */
    boolean connected();

    Incoming incoming();

    /** Lets go of it when its client has disconnected. */
    void release();

    /** Cuts it, at once, with all that it goes through. Whatever waits on it fails. Any thread. */
    void cut();

    /** Listens to what a server sends, to know whether it is there, and what it said first. One reading thread; any may ask. */
    final class Incoming {
        private static final int MAX_FIRST = 200;

        private final IdleCounter silence = new IdleCounter();
        /** Only the reading thread writes. */
        private volatile String first = "";

        InputStream on(InputStream in) {
            return new FilterInputStream(silence.on(in)) {
                @Override
                public int read() throws IOException {
                    int b = super.read();
                    if (b >= 0) {
                        heard(new byte[] {(byte) b}, 0, 1);
                    }
                    return b;
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    int n = super.read(bytes, from, length);
                    if (n > 0) {
                        heard(bytes, from, n);
                    }
                    return n;
                }
            };
        }

        private void heard(byte[] bytes, int from, int length) {
            if (first.length() < MAX_FIRST) {
                int kept = Math.min(length, MAX_FIRST - first.length());
                String said = first + new String(bytes, from, kept, StandardCharsets.ISO_8859_1);
                first = said;
            }
        }

        /** Counts one more second of silence, and returns how many there are. */
        int tick() {
            return silence.tick();
        }

        /** The first line that was heard, as far as it can be shown; empty where there was none. */
        String firstLine() {
            return first.lines()
                    .findFirst()
                    .orElse("")
                    .replaceAll("[^\\x20-\\x7e]", "?")
                    .strip();
        }
    }

    /** A TCP connection of our own to the server; each address that the name has is tried. */
    final class Tcp implements Line {
        private static final Logger log = LoggerFactory.getLogger(Tcp.class);

        private final Hop hop;
        private final int seconds;
        private final Incoming incoming = new Incoming();
        private @Nullable Socket socket;
        private boolean closed;
        private volatile boolean connected;

        /** @param seconds for each address to be connected to, and for the server's first line */
        Tcp(Hop hop, int seconds) {
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
                    return incoming.on(super.getInputStream());
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
        public Incoming incoming() {
            return incoming;
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

    /** A channel through a jump host, which connects to the server for us (OpenSSH's ProxyJump). */
    final class Jump implements Line {
        /** SSHJ resolves the name that it is given, to name a thread; only the jump host may know the real one. */
        private static final String NO_NAME = "127.0.0.1";

        private final Link jump;
        private final Hop hop;
        private final JumpChannel channel;
        private final Incoming incoming = new Incoming();
        private volatile boolean connected;

        Jump(Link jump, Hop hop) {
            this.jump = jump;
            this.hop = hop;
            this.channel = new JumpChannel(jump.client().getConnection(), hop, incoming);
        }

        @Override
        public void connect(SSHClient client) throws IOException {
            channel.open();
            connected = true;
            client.connectVia(channel, NO_NAME, hop.port());
        }

        @Override
        public boolean connected() {
            return connected;
        }

        @Override
        public Incoming incoming() {
            return incoming;
        }

        /** The jump host stays connected to, for another attempt. */
        @Override
        public void release() {
            channel.drop();
        }

        @Override
        public void cut() {
            jump.line().cut();
        }
    }

    /** A channel of a jump host to the next one. SSHJ's own, closed while data comes, takes the jump host's connection with it. */
    final class JumpChannel extends DirectConnection {
        private static final Logger log = LoggerFactory.getLogger(JumpChannel.class);

        private final Incoming incoming;
        private volatile boolean deaf;

        JumpChannel(Connection jump, Hop to, Incoming incoming) {
            super(jump, to.address(), to.port());
            this.incoming = incoming;
        }

        @Override
        public InputStream getInputStream() {
            return new FilterInputStream(incoming.on(super.getInputStream())) {
                @Override
                public void close() throws IOException {
                    deaf = true;
                    super.close();
                }
            };
        }

        @Override
        protected void receiveInto(ChannelInputStream stream, SSHPacket packet) throws SSHException {
            if (!deaf) {
                super.receiveInto(stream, packet);
            }
        }

        /** Closes it without waiting for the jump host's consent. */
        void drop() {
            deaf = true;
            try {
                if (isOpen()) {
                    sendClose();
                }
            } catch (TransportException e) {
                log.debug("closing a channel through a jump host", e); // it is gone, and the channel with it
            }
        }
    }
}
