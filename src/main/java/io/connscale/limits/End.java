package io.connscale.limits;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;

/** One end of the connections: a host's agent, or the server. They are told apart by their type: a host may be called {@code server}. */
public sealed interface End permits HostEnd, ServerEnd {
    /** For a reader. */
    String name();

    /** {@code the agent on client1}, {@code the server}. */
    String process();

    /** How many more connections it is to have; 0 where nothing is planned. */
    long wanted();

    Processes processes();

    /** The kernel's word when the open request began; nothing where there is none. */
    Facts before();

    /** The kernel's word now. */
    Facts now();

    /** The machine's name where its kernel does not tell one: equal for ends that are at one place. */
    String place();

    /** Established, now. */
    long established();

    /** What it gets of {@code k} connections where it is to have {@link #wanted} of {@code all}: whole where it is to have all. */
    default double shareOf(long k, long all) {
        return all == 0 ? 0 : (double) k * wanted() / all;
    }

    /** Memory of a connection here, kernel and process together, bytes. */
    default long bytesEach() {
        return Costs.SOCKET + (this instanceof ServerEnd ? Costs.IN_SERVER : Costs.IN_AGENT);
    }

    /** Descriptors that a process of it can come to have; {@link Facts#UNKNOWN}. */
    default long maxFiles() {
        return now().get(Fact.HARD_FILES);
    }

    /** The same for all ends that share a machine. */
    default String machine() {
        return now().machine().isEmpty() ? place() : now().machine();
    }

    /** The same for all ends that share a network namespace. */
    default String network() {
        return now().network().isEmpty() ? place() : now().machine() + " " + now().network();
    }

    /** How much a counter has grown; {@link Facts#UNKNOWN} where either moment does not know it. */
    default long grown(Fact counter) {
        return now().grown(counter, before());
    }

    /** What is left of a limit; {@link Facts#UNKNOWN} where it is not known, or none. */
    default long left(Fact max, Fact used) {
        return now().knows(max) && now().knows(used) && now().get(max) != Facts.UNLIMITED
                ? Math.max(0, now().get(max) - now().get(used))
                : Facts.UNKNOWN;
    }
}
