package io.connscale.agent;

import io.connscale.control.Message.MakeRoom;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.StartServer;
import io.connscale.control.Message.StopServer;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.stats.Statistics;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Ping/Pong server where it runs in this agent ({@code server: on: HOST}). Starts, stops and growth are carried out one after
 * the other; how it is may be asked meanwhile. Requests come on the control thread.
 */
final class HostedServer implements AutoCloseable {
    private final Function<ServerSettings, Server> servers;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null); // of what is carried out in turn
    private volatile @Nullable Server server;

    /** @param servers makes a server that does nothing yet; this package knows none by itself */
    HostedServer(Function<ServerSettings, Server> servers) {
        this.servers = servers;
    }

    /** Does what {@code request} says, if it is about the server; how the server is then. */
    CompletableFuture<ServerStatus> answer(Request request) {
        if (request instanceof StartServer || request instanceof StopServer || request instanceof MakeRoom) {
            CompletableFuture<ServerStatus> done =
                    last.handle((before, failure) -> "").thenCompose(before -> carryOut(request));
            last = done;
            return done;
        }
        return status();
    }

    private CompletableFuture<ServerStatus> carryOut(Request request) {
        Server running = server;
        if (request instanceof StartServer start) {
            Server made = running == null ? servers.apply(start.settings()) : running;
            return made.start().thenApply(status -> {
                server = made;
                return status;
            });
        }
        if (running == null) {
            return status();
        }
        if (request instanceof MakeRoom wanted) {
            return running.makeRoom(wanted.connections());
        }
        server = null; // the next one may have other settings
        return running.stop().thenApply(stopped -> ServerStatus.stopped(""));
    }

    private CompletableFuture<ServerStatus> status() {
        Server running = server;
        return running == null ? CompletableFuture.completedFuture(ServerStatus.stopped("")) : running.status();
    }

    /** Of the server here; nothing where none runs. */
    CompletableFuture<Statistics> statistics() {
        Server running = server;
        return running == null ? CompletableFuture.completedFuture(Statistics.NONE) : running.statistics();
    }

    @Override
    public void close() {
        Server running = server;
        if (running != null) {
            running.close();
            server = null;
        }
    }
}
