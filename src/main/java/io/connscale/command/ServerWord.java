package io.connscale.command;

import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the server and the kernel below it say at one moment; what does not answer in time is not running, and nothing is known
 * of it.
 */
record ServerWord(ServerStatus status, Facts facts) {
    static final ServerWord NONE = new ServerWord(ServerStatus.stopped(""), Facts.NONE);
    private static final long SECONDS = 3;

    /** @param handshakes whether those that are not finished are counted too */
    static ServerWord of(Server server, boolean handshakes) throws InterruptedException {
        return within(() -> new ServerWord(server.status(), server.facts(handshakes)), NONE);
    }

    /** Its counts alone, which costs little where it is in this process. */
    static ServerStatus statusOf(Server server) throws InterruptedException {
        return within(server::status, NONE.status);
    }

    private static <T> T within(Callable<T> question, T otherwise) throws InterruptedException {
        FutureTask<T> asked = new FutureTask<>(question);
        Thread asker = new Thread(asked, "server-asker");
        asker.setDaemon(true);
        try {
            asker.start();
        } catch (
                OutOfMemoryError
                        e) { // no thread left: a server in this process answers at once, another within its own bound
            asked.run();
        }
        try {
            return asked.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            asker.interrupt();
            return otherwise;
        }
    }
}
