package io.connscale.net;

import java.io.IOException;
import java.net.ServerSocket;

/** For tests of who has to know a port before somebody listens there. */
public final class FreePort {
    private FreePort() {}

    /** One that was free a moment ago, at all addresses. */
    public static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}
