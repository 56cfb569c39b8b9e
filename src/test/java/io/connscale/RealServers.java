package io.connscale;

import static org.awaitility.Awaitility.await;

import io.connscale.net.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody else's servers, started at one free port with their files in a folder of the test, and ended with it. */
final class RealServers {
    private final Path folder;
    private final int port;
    private final List<Process> servers = new ArrayList<>();

    RealServers(Path folder) throws IOException {
        this.folder = folder;
        this.port = FreePort.freePort();
    }

    int port() {
        return port;
    }

    /** Starts one and waits until it listens. */
    Process serve(String... command) throws IOException {
        Process server = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        servers.add(server);
        await().atMost(Duration.ofSeconds(60)).until(this::listens);
        return server;
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes a file with the port for each {@code PORT}; its path. */
    String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text.replace("PORT", Integer.toString(port)))
                .toString();
    }

    /** Asks each to end, so that it ends its own processes, too, before it is made to. */
    void end() throws InterruptedException {
        for (Process server : servers) {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        }
    }
}
