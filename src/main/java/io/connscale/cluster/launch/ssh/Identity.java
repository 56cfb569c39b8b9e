package io.connscale.cluster.launch.ssh;

import java.io.IOException;

/** A key pair of the user's, wherever the private half is. */
interface Identity {
    /** How the user knows it: a file's name, or what ssh-agent calls it. */
    String name();

    /**
     * The public half.
     *
     * @throws IOException where it can't be read, in words for the user
     */
    PublicKeyBlob key() throws IOException, InterruptedException;

    /**
     * The signature of {@code data} with {@link #algorithm}, as it goes onto the wire. May ask the user for a passphrase.
     *
     * @throws IOException where there is none, in words for the user
     */
    byte[] sign(byte[] data) throws IOException, InterruptedException;

    /** The name of the signature's algorithm: an RSA key signs with SHA-2, never with SHA-1. */
    static String algorithm(PublicKeyBlob key) {
        return key.type().replaceFirst("^ssh-rsa", "rsa-sha2-512");
    }
}
