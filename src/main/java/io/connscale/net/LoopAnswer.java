package io.connscale.net;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What an event loop answers, for who may wait for it. */
final class LoopAnswer {
    private static final long SECONDS = 5;

    private LoopAnswer() {}

    /** @throws IOException with what went wrong as its cause, or where there is no answer within {@value #SECONDS} s */
    static <T> T of(Future<T> asked) throws IOException {
        boolean inTime = asked.awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        if (!asked.isSuccess()) {
            throw new IOException(inTime ? asked.cause() : new TimeoutException("the event loop does not answer"));
        }
        return asked.getNow();
    }
}
