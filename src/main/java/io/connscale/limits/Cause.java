package io.connscale.limits;

import java.util.Comparator;

/**
 * An explanation of what was seen, and how surely it is the right one. Of several the surest is the verdict; of equally sure ones
 * the one that explains more.
 *
 * @param explains how many ends or packets it explains
 */
record Cause(Certainty certainty, long explains, Verdict verdict) {
    /** The surest first. */
    static final Comparator<Cause> SUREST = Comparator.comparing(Cause::certainty)
            .thenComparing(Comparator.comparingLong(Cause::explains).reversed());

    /** By the kind of the evidence, the surest first. */
    enum Certainty {
        /** At a host no process or thread could be started: other errors follow from that. */
        NO_PROCESS,
        /** An errno of a host's that one limit alone gives. */
        ERRNO,
        /** A process of a host ended with its connections. */
        PROCESS_ENDED,
        /** As {@link #NO_PROCESS}, at the server. */
        SERVER_NO_PROCESS,
        /** As {@link #ERRNO}, at the server. */
        SERVER_ERRNO,
        /** A kernel counted packets that it dropped for this alone. */
        DROPPED,
        /** Nobody answers at the address, or at another one. */
        ADDRESS,
        /** A kernel counted the times that an end was stopped: whatever else is seen then follows from that. */
        STOPPED,
        /** A counter of the server's kernel grew. */
        SERVER_COUNTER,
        /** Answers that are not the server's. */
        OTHER_ANSWERS,
        /** The network refused. */
        NETWORK_ERRNO,
        /** SYNs were sent and not answered. */
        NO_ANSWER,
        /** The path was measured. */
        PATH_MEASURED,
        /** What somebody else's server used was measured. */
        SERVER_MEASURED,
        /** The agent's own time was measured. */
        AGENT_MEASURED,
        /** What is left when nothing else explains it. */
        WHAT_IS_LEFT
    }
}
