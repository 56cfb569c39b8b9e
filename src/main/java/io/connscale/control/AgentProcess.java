package io.connscale.control;

import io.connscale.stats.Snapshot;
import java.util.concurrent.CompletableFuture;

/** An agent in a process of its own, for whoever started it and has to see to it that it lives. Any thread may call. */
public interface AgentProcess extends Agent {
    /** Its greeting; fails where the process ends before it, or says another protocol. */
    CompletableFuture<Message.Hello> hello();

    /** The last counts that came; they come once a second by themselves. Never waits. */
    Snapshot latest();

    /** How it ended, in words; completes when it has. */
    CompletableFuture<String> ending();

    /** From a clock, once a second: tells it that it is not alone, and how many seconds nothing was heard of it. */
    int tick();

    /** Ends it at once, with its connections. */
    void kill();
}
