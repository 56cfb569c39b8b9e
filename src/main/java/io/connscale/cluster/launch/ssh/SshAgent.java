package io.connscale.cluster.launch.ssh;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.common.Buffer;

/**
 * The user's ssh-agent, asked over its socket (draft-miller-ssh-agent): which keys it holds, and for signatures. One
 * connection a question.
 */
record SshAgent(Path socket) {
    private static final byte REQUEST_IDENTITIES = 11;
    private static final byte IDENTITIES_ANSWER = 12;
    private static final byte SIGN_REQUEST = 13;
    private static final byte SIGN_RESPONSE = 14;
    private static final int RSA_SHA2_512 = 4;

    private static final int MAX_KEYS = 100;
    private static final int MAX_LENGTH = 256 << 10;
    private static final long LIST_SECONDS = 5;
    /** It may ask its user for leave (ssh-add -c, a token to touch). */
    private static final long SIGN_SECONDS = 60;

    /** A key that it holds. */
    private record Held(SshAgent agent, PublicKeyBlob key, String name) implements Identity {
        @Override
        public byte[] sign(byte[] data) throws IOException, InterruptedException {
            return agent.sign(key, data);
        }
    }

    List<Identity> identities() throws IOException, InterruptedException {
        Buffer.PlainBuffer answer =
                ask(new Buffer.PlainBuffer().putByte(REQUEST_IDENTITIES), IDENTITIES_ANSWER, LIST_SECONDS);
        List<Identity> found = new ArrayList<>();
        long count = Math.min(answer.readUInt32(), MAX_KEYS);
        for (int i = 0; i < count; i++) {
            PublicKeyBlob key = PublicKeyBlob.of(answer.readBytes());
            found.add(new Held(this, key, "ssh-agent's " + answer.readString()));
        }
        return found;
    }

    private byte[] sign(PublicKeyBlob key, byte[] data) throws IOException, InterruptedException {
        Buffer.PlainBuffer request = new Buffer.PlainBuffer()
                .putByte(SIGN_REQUEST)
                .putBytes(key.bytes())
                .putBytes(data)
                .putUInt32(key.type().startsWith("ssh-rsa") ? RSA_SHA2_512 : 0);
        return ask(request, SIGN_RESPONSE, SIGN_SECONDS).readBytes();
    }

    private Buffer.PlainBuffer ask(Buffer.PlainBuffer request, byte wanted, long seconds)
            throws IOException, InterruptedException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Buffer.PlainBuffer answer =
                    Aside.call("ssh-agent", seconds, () -> exchange(channel, request), () -> close(channel));
            if (answer.readByte() != wanted) {
                throw new IOException("ssh-agent refuses");
            }
            return answer;
        }
    }

    private Buffer.PlainBuffer exchange(SocketChannel channel, Buffer.PlainBuffer request) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer out = ByteBuffer.wrap(
                new Buffer.PlainBuffer().putBytes(request.getCompactData()).getCompactData());
        while (out.hasRemaining()) {
            channel.write(out);
        }
        int length = read(channel, Integer.BYTES).getInt();
        if (length < 1 || length > MAX_LENGTH) {
            throw new IOException("ssh-agent answers nonsense");
        }
        return new Buffer.PlainBuffer(read(channel, length).array());
    }

    private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(length);
        while (in.hasRemaining()) {
            if (channel.read(in) < 0) {
                throw new EOFException("ssh-agent closed the connection");
            }
        }
        return in.flip();
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e); // closing a socket of this machine does not fail
        }
    }
}
