package io.connscale.net;

import java.util.function.Function;

/** The owner of a listening socket to which nobody connects. */
final class Nobody implements Listening.Owner {
    @Override
    public void accepted(Function<Links, Link> link) {
        throw new AssertionError("somebody connected");
    }

    @Override
    public void failed(Throwable cause) {
        throw new AssertionError(cause);
    }
}
