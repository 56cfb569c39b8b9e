package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.agent.Given;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import io.connscale.stats.Snapshot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that may have {@value #FILES} files, told to open more: a real process, which meets the real limit. */
@Timeout(60)
class AgentOutOfFilesTest {
    private static final int FILES = 128;

    private final PingPongServer server =
            new PingPongServer(new ServerSettings("127.0.0.1", List.of(0), 1024, 1), Transport.best());
    private final List<Message> heard = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws Exception {
        server.start().join();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void opensWhatItCanCountsTheRestAndGoesOn(Transport transport) throws Exception {
        Process agent = agent(transport);
        try {
            int port = server.status().join().listeners().get(0).port();
            say(agent, new Message.Configure(1, Given.settings(port, 100)));
            say(agent, new Message.OpenConnections(2, 300, null));
            var opened = answer(2, Message.ConnectionsOpened.class).opened();
            assertThat(opened.established()).isBetween(30L, (long) FILES);
            assertThat(opened.failed()).isEqualTo(300 - opened.established());
            assertThat(opened.errors()).containsOnlyKeys("connect EMFILE").containsValue(opened.failed());

            await().until(() -> latest(agent).pongs() > 3 * opened.established()); // the rest works
            assertThat(latest(agent).established()).isEqualTo(opened.established());
            assertThat(latest(agent).lost()).isZero();

            say(agent, new Message.CloseConnections(3, 10));
            assertThat(answer(3, Message.ConnectionsClosed.class).closed().closed())
                    .isEqualTo(10);
            say(agent, new Message.OpenConnections(4, 10, null));
            long back = answer(4, Message.ConnectionsOpened.class).opened().established();
            if (back < 10) { // the JVM itself may have a file open for a moment: that one comes back, too
                assertThat(back).isEqualTo(9);
                say(agent, new Message.OpenConnections(5, 1, null));
                back += answer(5, Message.ConnectionsOpened.class).opened().established();
            }
            assertThat(back).isEqualTo(10);
            await().until(() -> server.status().join().established() == opened.established());
        } finally {
            agent.getOutputStream().close();
            assertThat(agent.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        await().until(() -> server.status().join().established() == 0);
    }

    private Process agent(Transport transport) throws IOException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + FILES + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Transport.flag(transport.name()),
                        "-cp",
                        jar() + File.pathSeparator + System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "agent")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread reader = new Thread(() -> listen(process), "out-of-files");
        reader.setDaemon(true);
        reader.start();
        return process;
    }

    /** A jar is open from the start, as the shipped one; each class of a folder is a file more to open, and there is none. */
    private Path jar() throws IOException {
        Path classes = Path.of("target/classes");
        Path jar = folder.resolve("connscale.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private void listen(Process process) {
        try {
            MessageLines.read(process.getInputStream(), heard::add, line -> {});
        } catch (IOException e) {
            assertThat(process.isAlive()).isFalse(); // closed with the process
        }
    }

    private static void say(Process agent, Message message) throws IOException {
        MessageLines.write(agent.getOutputStream(), message);
    }

    private <T extends Message.Answer> T answer(long id, Class<T> type) {
        return await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () -> heard.stream()
                                .filter(type::isInstance)
                                .map(type::cast)
                                .filter(answer -> answer.id() == id)
                                .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    private Snapshot latest(Process agent) throws IOException {
        say(agent, new Message.StillHere()); // or else it takes us for gone
        return heard.stream()
                .filter(Message.SnapshotTaken.class::isInstance)
                .map(message -> ((Message.SnapshotTaken) message).snapshot())
                .reduce(Snapshot.NONE, (before, after) -> after);
    }
}
