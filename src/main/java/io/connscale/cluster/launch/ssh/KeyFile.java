package io.connscale.cluster.launch.ssh;

import com.hierynomus.sshj.key.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.signature.Signature;

/** A private key in a file: OpenSSH's format, PEM or PuTTY's. */
record KeyFile(Path path, Keyring keyring) implements Identity {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    /** Of a private key's file; OpenSSH takes no more either (authfile.c). */
    static final long MAX_BYTES = 1 << 20;

    @Override
    public String name() {
        return keyring.user().shown(path);
    }

    /** Without a passphrase where the file tells it, as most do. */
    @Override
    public PublicKeyBlob key() throws IOException, InterruptedException {
        Optional<PublicKeyBlob> told = written();
        return told.isPresent()
                ? told.get()
                : PublicKeyBlob.of(keyring.opened(path).getPublic());
    }

    /** The public half where it can be read without opening the private one. */
    Optional<PublicKeyBlob> written() throws IOException {
        Optional<PublicKeyBlob> inside = Files.isRegularFile(path) ? fromHeader(text(path)) : Optional.empty();
        return inside.isPresent() ? inside : pub(Path.of(path + ".pub"));
    }

    /** The public key, or the certificate, in a file that has nothing else. */
    static Optional<PublicKeyBlob> pub(Path file) throws IOException {
        return Files.isRegularFile(file) ? fromPub(text(file)) : Optional.empty();
    }

    static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("too large for a key");
        }
        return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** OpenSSH's format has the public key unencrypted in front (PROTOCOL.key); a {@code .pub} file is one, too. */
    private static Optional<PublicKeyBlob> fromHeader(String text) throws IOException {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            return fromPub(text);
        }
        Buffer.PlainBuffer buffer =
                new Buffer.PlainBuffer(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
        buffer.readRawBytes(new byte["openssh-key-v1\0".length()]);
        for (int i = 0; i < 3; i++) {
            buffer.readBytes(); // the cipher, how its key is derived, and with which options
        }
        buffer.readUInt32();
        return Optional.of(PublicKeyBlob.of(buffer.readBytes()));
    }

    private static Optional<PublicKeyBlob> fromPub(String text) {
        String[] words = text.strip().split("\\s+", 3);
        boolean one = words.length >= 2 && !words[0].startsWith("-") && PublicKeyBlob.isOne(words[1]);
        return one ? Optional.of(new PublicKeyBlob(words[1])) : Optional.empty();
    }

    @Override
    public byte[] sign(byte[] data) throws IOException, InterruptedException {
        KeyPair pair = keyring.opened(path);
        String name = Identity.algorithm(PublicKeyBlob.of(pair.getPublic()));
        KeyAlgorithm algorithm = Factory.Named.Util.create(Algorithms.config().getKeyAlgorithms(), name);
        if (algorithm == null) {
            throw new IOException(name + " is not offered: too weak");
        }
        Signature signature = algorithm.newSignature();
        signature.initSign(pair.getPrivate());
        signature.update(data);
        return new Buffer.PlainBuffer()
                .putString(name)
                .putBytes(signature.encode(signature.sign()))
                .getCompactData();
    }
}
