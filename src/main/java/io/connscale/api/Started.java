package io.connscale.api;

import io.connscale.cluster.HostStatus.State;
import io.connscale.control.Message;
import io.connscale.kernel.Limits;
import org.jspecify.annotations.Nullable;

/**
 * An agent that is ready.
 *
 * @param state {@code ready}
 * @param seconds from the launch on, to the millisecond; 0 where it was ready before
 * @param launched how, in a word
 * @param java the version that it runs on
 * @param files that it may open; null: unknown
 * @param ports that one of its addresses has for connections to one address and port; null: unknown
 * @param pid of its process, on its machine
 */
public record Started(
        String state,
        double seconds,
        String launched,
        String java,
        @Nullable Long files,
        @Nullable Long ports,
        long pid) {
    static Started of(Message.Hello hello, String launched, long nanos) {
        return new Started(
                State.READY.toString(),
                Math.round(nanos / 1e6) / 1e3,
                launched,
                hello.java(),
                Limits.known(hello.limits().softFiles()),
                Limits.known(hello.limits().ports()),
                hello.pid());
    }
}
