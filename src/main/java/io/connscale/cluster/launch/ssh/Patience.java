package io.connscale.cluster.launch.ssh;

/**
 * How long is waited, in seconds.
 *
 * @param connect for the TCP connection, and again for the server's first line
 * @param answer for each answer of the SSH protocol
 * @param keepAlive between two questions whether the host is still there
 * @param silence after which a host that says nothing is lost
 */
record Patience(int connect, int answer, int keepAlive, int silence) {
    /** With these a frozen or unplugged host is noticed within 10 s. */
    static final Patience USUAL = new Patience(10, 20, 2, 8);

    /** For all of connecting; names are resolved within it too, which has no bound of its own. */
    long whole() {
        return 2L * connect + answer;
    }
}
