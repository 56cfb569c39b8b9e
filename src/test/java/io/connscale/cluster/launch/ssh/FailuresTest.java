package io.connscale.cluster.launch.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.cluster.launch.ssh.SshConnection.Link;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.schmizz.sshj.SSHClient;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.server.ServerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which connecting fails has its name. */
@Timeout(60)
class FailuresTest {
    private static final Timeouts IMPATIENT = new Timeouts(1, 5, 1, 3, 200);

    @TempDir
    private Path folder;

    private TestHome home;

    @BeforeEach
    void settle() throws Exception {
        home = new TestHome(folder.resolve("home"));
        home.pemKey("user_key");
    }

    /** A server that does this with each connection and then closes it. */
    private record Server(ServerSocket socket, AtomicInteger accepted) implements AutoCloseable {
        interface Talk {
            void with(Socket connection) throws Exception;
        }

        static Server that(Talk talk) throws IOException {
            Server server = new Server(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), new AtomicInteger());
            Thread thread = new Thread(() -> server.serve(talk), "test-server");
            thread.setDaemon(true);
            thread.start();
            return server;
        }

        private void serve(Talk talk) {
            try {
                while (true) {
                    try (Socket connection = socket.accept()) {
                        accepted.incrementAndGet();
                        talk.with(connection);
                    }
                }
            } catch (Exception e) {
                // the test is over
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private AgentException failure(Launch.Ssh launch) throws Exception {
        return failure(launch, TestHome.SHORT);
    }

    private AgentException failure(Launch.Ssh launch, Timeouts patience) throws Exception {
        try (SshLauncher launcher = new SshLauncher(launch, home.keyring(), patience)) {
            AgentException[] failure = new AgentException[1];
            assertThatThrownBy(() -> launcher.start(List.of("true")))
                    .asInstanceOf(type(AgentException.class))
                    .satisfies(e -> failure[0] = e);
            assertThat(failure[0].message()).doesNotContain("\n");
            assertThat(failure[0].hint()).isNotEmpty().doesNotContain("\n");
            return failure[0];
        }
    }

    private Launch.Ssh host(String host) {
        return new Launch.Ssh(
                Optional.empty(),
                host,
                OptionalInt.empty(),
                Optional.of(home.userKey().toString()),
                Optional.empty(),
                Optional.of(home.knownHosts().toString()),
                Optional.empty());
    }

    @Test
    void aNameThatIsNotResolved() throws Exception {
        assertThat(failure(host("no-such-host.invalid")).message())
                .isEqualTo("name not resolved: no-such-host.invalid");
    }

    @Test
    void aPortWhereNobodyListens() throws Exception {
        Server gone = Server.that(connection -> {});
        gone.close();
        AgentException e = failure(home.launch(gone.port()));
        assertThat(e.message()).isEqualTo("connection refused by 127.0.0.1:" + gone.port());
        assertThat(e.hint()).contains("sshd");
    }

    @Test
    void aServerThatSaysNothing() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (Server silent = Server.that(connection -> over.await())) {
            assertThat(failure(home.launch(silent.port()), IMPATIENT).message())
                    .isEqualTo("127.0.0.1:" + silent.port() + " takes the connection and then says nothing");
            over.countDown();
        }
    }

    @Test
    void aServerThatSpeaksSomethingElse() throws Exception {
        try (Server web = Server.that(connection ->
                connection.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII)))) {
            assertThat(failure(home.launch(web.port())).message())
                    .isEqualTo("127.0.0.1:" + web.port() + " is no SSH server; it says: HTTP/1.1 400 Bad Request");
            assertThat(web.accepted()).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Exceeded MaxStartups\r\n"})
    void aServerThatClosesAtOnceIsTriedAgainAFewTimes(String says) throws Exception {
        try (Server busy =
                Server.that(connection -> connection.getOutputStream().write(says.getBytes(US_ASCII)))) {
            AgentException e = failure(home.launch(busy.port()));
            assertThat(e.message()).startsWith("127.0.0.1:" + busy.port() + " closes the connection at once");
            assertThat(e.hint()).contains("MaxStartups");
            assertThat(busy.accepted()).hasValueBetween(5, 20);
        }
    }

    @Test
    void aServerThatHasWeakAlgorithmsOnly() throws Exception {
        try (EmbeddedSshd old = new EmbeddedSshd(
                home,
                List.of("EC"),
                server -> server.setKeyExchangeFactories(List.of(ServerBuilder.DH2KEX.apply(
                        BuiltinDHFactories.resolveFactory("diffie-hellman-group14-sha1")))))) {
            AgentException e = failure(home.launch(old.port()));
            assertThat(e.message())
                    .startsWith("no algorithm in common with 127.0.0.1:" + old.port())
                    .contains("diffie-hellman-group14-sha1");
        }
    }

    @Test
    void anInterruptEndsTheAttemptSoon() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch connected = new CountDownLatch(1);
        try (Server silent = Server.that(connection -> {
            connected.countDown();
            over.await();
        })) {
            SshLauncher launcher = new SshLauncher(home.launch(silent.port()), home.keyring());
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread start = starting(launcher, thrown);
            connected.await();
            start.interrupt();
            assertThat(thrown).succeedsWithin(5, TimeUnit.SECONDS).isInstanceOf(InterruptedException.class);
            over.countDown();
        }
    }

    @Test
    void closingEndsTheAttemptSoon() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch connected = new CountDownLatch(1);
        try (Server silent = Server.that(connection -> {
            connected.countDown();
            over.await();
        })) {
            SshLauncher launcher = new SshLauncher(home.launch(silent.port()), home.keyring());
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            starting(launcher, thrown);
            connected.await();
            launcher.close();
            assertThat(thrown)
                    .succeedsWithin(5, TimeUnit.SECONDS)
                    .isInstanceOf(AgentException.class)
                    .asString()
                    .contains("stopped while it was connected to");
            over.countDown();
        }
    }

    private static Thread starting(SshLauncher launcher, CompletableFuture<Throwable> thrown) {
        Thread start = new Thread(() -> {
            try {
                launcher.start(List.of("true"));
            } catch (AgentException | InterruptedException e) {
                thrown.complete(e);
            }
        });
        start.start();
        return start;
    }

    @Test
    void whatTheKernelSaysOfAWayThatIsNotThere() {
        assertThat(named(new NoRouteToHostException("No route to host (Host unreachable)")))
                .isEqualTo("no route to host: name.example");
        assertThat(named(new ConnectException("Network is unreachable"))).isEqualTo("no route to host: name.example");
        assertThat(named(new ConnectException("Connection timed out")))
                .isEqualTo("no answer from name.example within 1 s of connecting");
    }

    @Test
    void aConsoleOutOfFilesDoesNotBlameTheOtherSide() {
        assertThat(named(new SocketException("Too many open files")))
                .startsWith("the console has no file left for a connection to name.example");
    }

    private String named(IOException cause) {
        Hop hop = new Hop(
                "name",
                "name.example",
                22,
                "me",
                "name.example",
                List.of(),
                List.of(),
                Optional.empty(),
                true,
                HostKeyCheck.Rule.ASK,
                List.of(),
                List.of());
        Link link = new Link(hop, new Line.Tcp(hop, 1), new SSHClient());
        return new Dialer.Failure(link, null, new HostKeyCheck(hop), cause, IMPATIENT)
                .named(home.user())
                .message();
    }

    @Test
    void anIpv6AddressIsConnectedTo() throws Exception {
        try (EmbeddedSshd sshd = new EmbeddedSshd(home, List.of("EC"), server -> server.setHost("::1"))) {
            Launch.Ssh launch = new Launch.Ssh(
                    Optional.empty(),
                    "::1",
                    OptionalInt.of(sshd.port()),
                    Optional.of(home.userKey().toString()),
                    Optional.of(HostKey.ACCEPT_NEW),
                    Optional.of(home.knownHosts().toString()),
                    Optional.empty());
            try (SshLauncher launcher = new SshLauncher(launch, home.keyring())) {
                assertThat(launcher.start(List.of("true")).waitFor()).isZero();
            }
            assertThat(EmbeddedSshd.known(home.knownHosts())).startsWith("[::1]:" + sshd.port() + " ecdsa-");
        }
    }
}
