package io.connscale.report;

import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import io.connscale.run.RunListener;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The page and the metrics of the run that goes on, served over HTTP while they are open. It hears of the run by being its listener; any thread may
 * open and close it.
 */
public final class LivePage implements RunListener, AutoCloseable {
    private static final String MODULE = "jdk.httpserver";

    private final LiveRun run = new LiveRun();
    private @Nullable PageServer server;

    /**
     * Opens it, or says where it is open.
     *
     * @param bind a name or an address of this machine
     * @param port 0 for any that is free
     * @return where a browser finds it
     * @throws IOException in words for the user: this Java has no HTTP server, the port is taken, the address is not this machine's
     */
    public synchronized String open(String bind, int port) throws IOException {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new IOException("this Java lacks module " + MODULE + ": " + System.getProperty("java.home"));
        }
        if (server == null) {
            server = new PageServer(bind, new InetSocketAddress(InetAddress.getByName(bind), port), run);
        }
        return url(server);
    }

    /** Where it is open; empty where it is not. */
    public synchronized Optional<String> where() {
        return Optional.ofNullable(server).map(LivePage::url);
    }

    private static String url(PageServer server) {
        InetAddress address = server.address().getAddress();
        String host = address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.address().getPort() + "/";
    }

    @Override
    public void begun(Run soFar, Map<String, Distribution> times) {
        run.begin(soFar, times);
    }

    @Override
    public void info(RunInfo info) {
        run.info(info);
    }

    @Override
    public void sample(Sample sample, Map<String, Distribution> durations) {
        run.sample(sample, durations);
    }

    @Override
    public void event(Event event) {
        run.event(event);
    }

    /** Closes it; it may be opened again. */
    @Override
    public synchronized void close() {
        PageServer open = server;
        server = null;
        if (open != null) {
            open.close();
        }
    }
}
