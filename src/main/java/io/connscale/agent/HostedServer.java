package io.connscale.agent;

import io.connscale.control.AgentException;
import io.connscale.control.Message.MakeRoom;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.StartServer;
import io.connscale.control.Message.StopServer;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.stats.Statistics;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Ping/Pong server where it runs in this agent ({@code server: on: HOST}). Starting, stopping and making room may take
 * their time, and are done on a thread of their own, one after the other; how it is may be asked on any.
 */
final class HostedServer implements AutoCloseable {
    private final Function<ServerSettings, Server> servers;
    private volatile @Nullable Server server;

    /** @param servers makes a server that does nothing yet; this room knows none by itself */
    HostedServer(Function<ServerSettings, Server> servers) {
        this.servers = servers;
    }

    /** Does what {@code request} says, if it is about the server; how the server is then. */
    ServerStatus answer(Request request) throws AgentException, InterruptedException {
        Server running = server;
        if (request instanceof StartServer start) {
            start(running == null ? servers.apply(start.settings()) : running);
        } else if (request instanceof MakeRoom wanted && running != null) {
            running.makeRoom(wanted.connections());
        } else if (request instanceof StopServer) {
            close();
        }
        return status();
    }

    /** Of the server here; nothing where none runs. */
    Statistics statistics() throws AgentException, InterruptedException {
        Server running = server;
        return running == null ? Statistics.NONE : running.statistics();
    }

    private ServerStatus status() throws AgentException, InterruptedException {
        Server running = server;
        return running == null ? ServerStatus.stopped("") : running.status();
    }

    private void start(Server made) throws AgentException, InterruptedException {
        made.start();
        server = made;
    }

    @Override
    public void close() {
        Server running = server;
        if (running != null) {
            running.close();
            server = null; // the next one may have other settings
        }
    }
}
