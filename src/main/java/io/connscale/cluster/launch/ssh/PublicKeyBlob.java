package io.connscale.cluster.launch.ssh;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer;

/**
 * A public key as it is on the wire and in OpenSSH's files (RFC 4253, 6.6).
 *
 * @param base64 of the bytes, the form in {@code known_hosts} and {@code .pub} files
 */
record PublicKeyBlob(String base64) {
    private static final String CERTIFICATE = "-cert-v01@openssh.com";

    static PublicKeyBlob of(PublicKey key) {
        return of(new Buffer.PlainBuffer().putPublicKey(key).getCompactData());
    }

    static PublicKeyBlob of(byte[] bytes) {
        return new PublicKeyBlob(Base64.getEncoder().encodeToString(bytes));
    }

    byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }

    /** {@code ssh-ed25519} and the like, as the bytes say themselves. */
    String type() {
        try {
            return new Buffer.PlainBuffer(bytes()).readString();
        } catch (Buffer.BufferException | IllegalArgumentException e) {
            return "unknown";
        }
    }

    /** Whether a FIDO token has the private half ({@code sk-ssh-ed25519@openssh.com} and the like). */
    boolean onToken() {
        return type().startsWith("sk-");
    }

    /** The key that this certificate is for (PROTOCOL.certkeys); empty where it is none. */
    Optional<PublicKeyBlob> certified() {
        String type = type();
        if (!type.endsWith(CERTIFICATE)) {
            return Optional.empty();
        }
        String plain = type.substring(0, type.length() - CERTIFICATE.length());
        int fields = plain.equals("ssh-ed25519") ? 1 : 2; // of RSA: e, n; of ECDSA: the curve, a point
        try {
            Buffer.PlainBuffer certificate = new Buffer.PlainBuffer(bytes());
            certificate.readBytes(); // the type
            certificate.readBytes(); // a nonce
            Buffer.PlainBuffer key = new Buffer.PlainBuffer().putString(plain);
            for (int i = 0; i < fields; i++) {
                key.putBytes(certificate.readBytes());
            }
            return Optional.of(of(key.getCompactData()));
        } catch (Buffer.BufferException e) {
            return Optional.empty();
        }
    }

    /** As OpenSSH shows it: {@code SHA256:} and Base64 without padding. */
    String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes());
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has SHA-256
        }
    }

    /** {@code ssh-ed25519 SHA256:…} */
    @Override
    public String toString() {
        return type() + " " + fingerprint();
    }

    /** Whether {@code text} is Base64 at all. */
    static boolean isOne(String text) {
        try {
            return Base64.getDecoder().decode(text.getBytes(StandardCharsets.US_ASCII)).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
