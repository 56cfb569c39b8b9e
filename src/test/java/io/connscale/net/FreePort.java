package io.connscale.net;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** For tests of who has to know a port before somebody listens there. */
public final class FreePort {
    private static final int FIRST = 10_000;
    private static final int END = 32_768;
    private static final int TRIES = 100;

    private FreePort() {}

    /** One that was free a moment ago, at all addresses; below those that Linux gives to whoever asks for any. */
    public static int freePort() throws IOException {
        for (int i = 1; ; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket free = new ServerSocket(port)) {
                return free.getLocalPort();
            } catch (IOException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }
}
