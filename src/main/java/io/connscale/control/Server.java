package io.connscale.control;

/**
 * The Ping/Pong server, wherever it runs: {@code server.PingPongServer} in this process, {@code cluster.RemoteServer} in an
 * agent on another host. Any thread may call; nothing takes longer than seconds.
 */
public interface Server extends AutoCloseable {
    /**
     * Listens on all ports.
     *
     * @throws AgentException where it runs already, or a port can't be had: then it listens on none
     */
    void start() throws AgentException, InterruptedException;

    /** Closes its ports and all its connections; nothing where it does not run. */
    void stop() throws AgentException, InterruptedException;

    /**
     * The server now.
     *
     * @throws AgentException where its host does not answer
     */
    ServerStatus status() throws AgentException, InterruptedException;

    /** Ends it, as far as it is this process's to end. */
    @Override
    void close();
}
