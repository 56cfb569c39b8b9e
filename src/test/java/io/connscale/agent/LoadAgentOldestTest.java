package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.Agent.Closed;
import io.connscale.net.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closing takes the oldest connections, seen from the other end: there they come in the order in which they were made. */
@Timeout(60)
class LoadAgentOldestTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closesThoseThatWereOpenedFirst(int loops) throws Exception {
        List<Socket> peers = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                LoadAgent agent =
                        new LoadAgent(Transport.best(), loops, Given.settings(server.getLocalPort(), 3_600_000))) {
            for (int i = 0; i < 12; i++) { // one at a time: so their order is known
                agent.open(Given.order(1), progress -> {}).get(10, TimeUnit.SECONDS);
                peers.add(server.accept());
            }
            closeAndSee(agent, 5, peers.subList(0, 5));
            assertThat(agent.open(Given.order(1), progress -> {})
                            .get(10, TimeUnit.SECONDS)
                            .established())
                    .isEqualTo(1);
            peers.add(server.accept());
            closeAndSee(agent, 7, peers.subList(5, 12));
            closeAndSee(agent, 1, peers.subList(12, 13));
        } finally {
            for (Socket peer : peers) {
                peer.close();
            }
        }
    }

    private static void closeAndSee(LoadAgent agent, int count, List<Socket> oldest) throws Exception {
        Closed closed = agent.close(count).get(10, TimeUnit.SECONDS);
        assertThat(closed.closed()).isEqualTo(count);
        assertThat(oldest).allSatisfy(LoadAgentOldestTest::assertEnded);
    }

    private static void assertEnded(Socket peer) throws IOException {
        peer.setSoTimeout(10_000);
        while (peer.getInputStream().read() >= 0) {
            // its first Ping may have come before the end
        }
    }
}
