package io.connscale.agent;

import io.connscale.control.AgentException;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.StartServer;
import io.connscale.control.Message.StopServer;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.stats.Statistics;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The Ping/Pong server where it runs in this agent ({@code server: on: HOST}). On the control thread. */
final class HostedServer implements AutoCloseable {
    private final Function<ServerSettings, Server> servers;
    private @Nullable Server server;

    /** @param servers makes a server that does nothing yet; this room knows none by itself */
    HostedServer(Function<ServerSettings, Server> servers) {
        this.servers = servers;
    }

    /** Does what {@code request} says, if it is about the server; how the server is then. */
    ServerStatus answer(Request request) throws AgentException, InterruptedException {
        if (request instanceof StartServer start) {
            start(start.settings());
        } else if (request instanceof StopServer) {
            close();
        }
        return server == null ? ServerStatus.stopped("") : server.status();
    }

    /** Of the server here; nothing where none runs. */
    Statistics statistics() throws AgentException, InterruptedException {
        return server == null ? Statistics.NONE : server.statistics();
    }

    private void start(ServerSettings settings) throws AgentException, InterruptedException {
        Server made = server == null ? servers.apply(settings) : server;
        made.start();
        server = made;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null; // the next one may have other settings
        }
    }
}
