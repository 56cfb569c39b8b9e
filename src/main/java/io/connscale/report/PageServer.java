package io.connscale.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.connscale.control.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The live page over HTTP: {@code /} the page, {@code /events} its run as server-sent events, {@code /metrics}. Nothing can be changed by it, and a
 * page of somebody else's can't read it: only names that are this machine's own are answered ({@code Host}, against DNS rebinding), and
 * nobody is allowed to share it (no CORS).
 */
final class PageServer implements AutoCloseable {
    static final int MAX_READERS = 16;
    private static final int MAX_THREADS = MAX_READERS + 8;
    private static final int BACKLOG = 32;
    /** Seconds in which a request has to be there: who sends it byte by byte is not waited for. */
    private static final int MAX_REQUEST_SECONDS = 10;

    private static final int QUIET_SECONDS = 5;
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-f:.%]+]");
    /** To a browser that has lost its stream: try again after so many milliseconds. */
    private static final String RETRY = "retry: 2000\n\n";

    private final LiveRun run;
    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Set<String> names;
    private volatile boolean closed;

    static {
        // read once, when the server's first class is loaded
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(MAX_REQUEST_SECONDS));
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(4 * MAX_THREADS));
    }

    /**
     * Listens.
     *
     * @param name the address as the user gave it: it may be asked for by that
     * @throws IOException where the port is taken, or the address is none of this machine's
     */
    PageServer(String name, InetSocketAddress address, LiveRun run) throws IOException {
        this.run = run;
        this.names =
                new HashSet<>(List.of("localhost", name.toLowerCase(Locale.ROOT), ownName())); // two may be the same
        this.threads = new ThreadPoolExecutor(
                0, MAX_THREADS, QUIET_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), Threads.numbered("page"));
        this.server = HttpServer.create(address, BACKLOG);
        server.setExecutor(threads);
        String page = Page.live();
        server.createContext(
                "/",
                guarded(
                        "/",
                        exchange -> answer(
                                exchange, "text/html; charset=utf-8", () -> page.getBytes(StandardCharsets.UTF_8))));
        server.createContext(
                "/metrics", guarded("/metrics", exchange -> answer(exchange, Metrics.CONTENT_TYPE, run::metrics)));
        server.createContext("/events", guarded("/events", this::events));
        server.start();
    }

    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT) + ".";
        } catch (UnknownHostException e) {
            return "localhost.";
        }
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private HttpHandler guarded(String path, HttpHandler handler) {
        return exchange -> {
            try {
                exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
                exchange.getResponseHeaders().set("Cache-Control", "no-store");
                exchange.getResponseHeaders().set("Cross-Origin-Resource-Policy", "same-origin");
                exchange.getResponseHeaders().set("X-Frame-Options", "DENY");
                String method = exchange.getRequestMethod();
                if (!isOurs(exchange.getRequestHeaders().getFirst("Host"))) {
                    refuse(exchange, 421, "not a name of this machine");
                } else if (!method.equals("GET") && !method.equals("HEAD")) {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    refuse(exchange, 405, "read only");
                } else if (!exchange.getRequestURI().getPath().equals(path)) {
                    refuse(exchange, 404, "there are /, /events and /metrics");
                } else {
                    handler.handle(exchange);
                }
            } finally {
                exchange.close();
            }
        };
    }

    /** Whether a browser that was told this name was told of this machine: an address can't be another's, a name can. */
    private boolean isOurs(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", "");
        return ADDRESS.matcher(name).matches() || names.contains(name) || names.contains(name + ".");
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : text.length);
        if (!head) {
            exchange.getResponseBody().write(text);
        }
    }

    private static void answer(HttpExchange exchange, String type, Supplier<byte[]> body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        byte[] bytes = body.get();
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Until the reader goes, is too slow, or this is closed. */
    private void events(HttpExchange exchange) throws IOException {
        LiveRun.Reader reader = new LiveRun.Reader(Thread.currentThread()::interrupt);
        if (closed || !run.add(reader, MAX_READERS)) {
            refuse(exchange, 503, MAX_READERS + " look already");
            return;
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.write(RETRY.getBytes(StandardCharsets.UTF_8));
            out.flush();
            while (!closed) {
                String message = reader.messages.poll(QUIET_SECONDS, TimeUnit.SECONDS);
                // JSON has no line end in it; a comment where nothing happens shows whether somebody still listens
                out.write((message == null ? ":\n\n" : "data: " + message + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed, or too slow
        } finally {
            run.remove(reader); // from here on nobody interrupts for its sake
            exchange.close(); // where interrupted, the channel closes instead of waiting for a reader of the last chunk
            if (Thread.interrupted() && closed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** At once: who looks sees that it is over. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        server.stop(0);
    }
}
