package io.connscale.control;

import io.connscale.kernel.FileRoom;

/**
 * A further agent process on this machine, for the agent or the server that started it.
 *
 * @param room connections that it has files for, before its first one
 */
public record Worker(String name, AgentProcess process, long room) {
    /** {@code process} has greeted. */
    static Worker of(String name, AgentProcess process) {
        return new Worker(
                name, process, FileRoom.ofWorker(process.hello().join().limits()));
    }
}
