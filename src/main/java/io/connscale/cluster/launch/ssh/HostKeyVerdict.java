package io.connscale.cluster.launch.ssh;

import java.util.Optional;

/** What the known hosts say of the key that a host shows. */
sealed interface HostKeyVerdict {
    /** It is known, or was taken just now. */
    record Good(PublicKeyBlob key) implements HostKeyVerdict {}

    /**
     * No line is about the host.
     *
     * @param authority a line that trusts certificates for it, which are not supported
     */
    record Unknown(PublicKeyBlob key, Optional<KnownHostLine> authority) implements HostKeyVerdict {}

    /** The host is known, under another key. */
    record Changed(PublicKeyBlob key, KnownHostLine before) implements HostKeyVerdict {}

    record Revoked(PublicKeyBlob key, KnownHostLine line) implements HostKeyVerdict {}

    /** The known hosts can't be read or written. */
    record Unreadable(String why) implements HostKeyVerdict {}
}
