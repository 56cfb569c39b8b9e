package io.connscale.server;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.net.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MultiProcessServerTest {
    private final CountDownLatch starting = new CountDownLatch(1);

    private PingPongServer server;
    private int port;

    @BeforeEach
    void aServerWhoseProcessNeverGreets() throws Exception {
        Transport transport = Transport.best();
        assumeTrue(transport.sharesPorts(), "ports can't be shared without epoll");
        port = freePort();
        AgentProcess.Starter never = name -> {
            starting.countDown();
            new CountDownLatch(1).await();
            throw new AssertionError("it was interrupted");
        };
        ServerSettings settings = new ServerSettings("127.0.0.1", List.of(port), 10, 1).withWorkers(2);
        server = new PingPongServer(settings, transport, never, notice -> {});
    }

    /** Ctrl-C while its processes start: they would be nobody's, and the port taken. */
    @Test
    void whereTheWaitForItsStartIsInterruptedNothingStays() throws Exception {
        FutureTask<Object> start = new FutureTask<>(() -> Answers.within(60, server.start()));
        Thread console = new Thread(start, "test-console");
        console.start();
        starting.await();
        console.interrupt();
        await().until(start::isDone);
        nothingStays();
    }

    @Test
    void aStopEndsAStartThatIsUnderWay() throws Exception {
        CompletableFuture<ServerStatus> start = server.start();
        starting.await();
        assertThat(Answers.within(10, server.stop()).running()).isFalse();
        assertThatThrownBy(() -> Answers.within(10, start))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("stopped");
        nothingStays();
    }

    @Test
    void closingItEndsAStartThatIsUnderWay() throws Exception {
        CompletableFuture<ServerStatus> start = server.start();
        starting.await();
        server.close();
        assertThat(start).isDone();
        nothingStays();
    }

    private void nothingStays() throws Exception {
        Answers.within(10, server.stop()); // behind what the start had to clear up
        assertThat(Answers.within(10, server.status()).listeners()).isEmpty();
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.getLocalPort()).isEqualTo(port);
        }
    }
}
