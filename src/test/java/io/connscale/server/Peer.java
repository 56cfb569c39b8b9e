package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client of the tests: one blocking socket; no call waits longer than {@value #MILLIS} ms. */
final class Peer implements AutoCloseable {
    private static final int MILLIS = 10_000;

    private final Socket socket = new Socket();

    Peer(int port) {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MILLIS);
            socket.setSoTimeout(MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Peer send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        return this;
    }

    /** What comes, as long as {@code length}, or shorter where the connection ends before. */
    String receive(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), US_ASCII);
    }

    String ping() throws IOException {
        return send("Ping").receive(4);
    }

    /** Whether the server ends the connection, in either way. */
    boolean ends() {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Closes with a reset instead of an end. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
