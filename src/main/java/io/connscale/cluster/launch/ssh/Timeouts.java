package io.connscale.cluster.launch.ssh;

/**
 * How long is waited, in seconds where nothing else is said.
 *
 * @param connect for the TCP connection, and again for the server's first line
 * @param answer for each answer of the SSH protocol
 * @param keepAlive between two questions whether the host is still there
 * @param silence after which a host that says nothing is lost
 * @param pauseMillis at most, before a server that was too busy is tried again
 */
record Timeouts(int connect, int answer, int keepAlive, int silence, int pauseMillis) {
    /** With these a frozen or unplugged host is noticed within 10 s. */
    static final Timeouts USUAL = new Timeouts(10, 20, 2, 8, 2_000);

    /** For all of connecting; names are resolved within it too, which has no bound of its own. */
    long whole() {
        return 2L * connect + answer;
    }
}
