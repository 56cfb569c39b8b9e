package io.connscale.server;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.control.AgentStarter;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class MultiProcessServerTest {
    private final CountDownLatch starting = new CountDownLatch(1);

    /** Ctrl-C while its processes start: they would be nobody's, and the port taken. */
    @Test
    void whereItsStartIsGivenUpNothingStays() throws Exception {
        Transport transport = Transport.best();
        assumeTrue(transport.sharesPorts(), "ports can't be shared without epoll");
        int port = freePort();
        AgentStarter never = name -> {
            starting.countDown();
            new CountDownLatch(1).await();
            throw new AssertionError("it was interrupted");
        };
        ServerSettings settings = new ServerSettings("127.0.0.1", List.of(port), 10, 1).withWorkers(2);
        MultiProcessServer server = new MultiProcessServer(settings, transport, never, notice -> {});
        FutureTask<Object> start = new FutureTask<>(() -> {
            server.start();
            return "";
        });
        Thread console = new Thread(start, "test-console");
        console.start();
        starting.await();
        console.interrupt();
        await().until(start::isDone);
        assertThat(server.status().listeners()).isEmpty();
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.getLocalPort()).isEqualTo(port);
        }
    }
}
