package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import io.connscale.console.Answer.Format;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that should have started and did not: nobody's connections are opened to whoever listens instead. */
@Timeout(60)
class ServerNotStartedTest {
    private MiniCluster mini;
    private ServerSocket taken;
    private PingPongServer server;

    @BeforeEach
    void takeThePort() throws Exception {
        mini = MiniCluster.of("client1").start();
        json(mini, "start client1");
        taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSettings settings = new ServerSettings("127.0.0.1", List.of(taken.getLocalPort()), 128, 1);
        server = new PingPongServer(settings, Transport.best(), ServerNotStartedTest::none, notice -> {});
    }

    private static AgentProcess none(String name) throws AgentException {
        throw new AgentException("no further process here", "");
    }

    private Said table(String... lines) {
        return TypedLines.type(mini, server, Format.TABLE, lines);
    }

    @AfterEach
    void close() throws Exception {
        taken.close();
        server.close();
        mini.close();
    }

    private void autostart() throws InterruptedException {
        try {
            Answers.within(10, server.start());
        } catch (AgentException e) {
            // as the console notes it when it starts
        }
    }

    @Test
    void connectionsStartFailsAndNamesWhoHoldsThePort() throws Exception {
        autostart();
        Said said = table("connections start 5 client1", "count");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err())
                .isEqualTo(
                        "error: server not started: address in use (127.0.0.1:%d, held by %s, pid %d)\n  %s\n"
                                .formatted(
                                        taken.getLocalPort(),
                                        "java",
                                        ProcessHandle.current().pid(),
                                        "stop it, or change ports under server in hosts.yaml; to measure that program: autostart: false"));
    }

    @Test
    void serverStartSaysTheSameAndWorksOnceThePortIsFree() throws Exception {
        autostart();
        assertThat(table("server start").err()).startsWith("error: server not started: address in use (");
        taken.close();
        assertThat(table("server start", "connections start 5 client1").exit()).isZero();
    }

    @Test
    void aServerThatWasNotToStartLeavesTheClientsToAnother() {
        assertThat(table("connections start 5 client1").exit()).isZero();
    }

    @Test
    void aServerThatWasStoppedIsNotOneThatDidNotStart() throws Exception {
        autostart();
        assertThat(table("server stop", "connections start 5 client1").exit()).isZero();
    }
}
