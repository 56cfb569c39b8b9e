package io.connscale.cluster.config;

/**
 * What to do where a host's SSH key is unknown. A key that changed is always refused. Where {@code hosts.yaml} does not say it, OpenSSH's
 * own configuration counts.
 */
public enum HostKey {
    /** Refuse it, without a question: the user puts it into the known hosts first. */
    STRICT("strict"),
    /** Add it to the known hosts and go on. */
    ACCEPT_NEW("accept-new");

    private final String word;

    HostKey(String word) {
        this.word = word;
    }

    static HostKey parse(String text) {
        for (HostKey key : values()) {
            if (key.word.equals(text)) {
                return key;
            }
        }
        throw new IllegalArgumentException("no such way: strict or accept-new");
    }

    @Override
    public String toString() {
        return word;
    }
}
