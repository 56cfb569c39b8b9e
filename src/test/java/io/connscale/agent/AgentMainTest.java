package io.connscale.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.ServerSettings;
import io.connscale.kernel.Fact;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent's end of the control channel, as a console sees it: lines in, lines out. */
@Timeout(60)
class AgentMainTest {
    private final PipedOutputStream requests = new PipedOutputStream();
    private final PipedOutputStream said = new PipedOutputStream();
    private final List<Message> heard = new CopyOnWriteArrayList<>();
    private final List<String> foreign = new CopyOnWriteArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final CompletableFuture<AutoCloseable> left = new CompletableFuture<>();

    AgentMainTest() throws IOException {}

    @BeforeEach
    void start() throws IOException {
        InputStream in = new PipedInputStream(requests, 1 << 16);
        InputStream out = new PipedInputStream(said, 1 << 16);
        thread(
                "agent",
                () -> left.complete(AgentMain.run(
                        in,
                        said,
                        Transport.best(),
                        settings -> new PingPongServer(settings, Transport.best()),
                        name -> {
                            throw new AgentException("no worker here", "");
                        })));
        thread("console", () -> listen(out));
        await().until(() -> !heard.isEmpty());
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void listen(InputStream out) {
        try {
            MessageLines.read(out, heard::add, line -> foreign.add(line.text()));
        } catch (IOException e) {
            foreign.add("broken: " + e); // a pipe of java.io breaks when its writing thread has ended
        }
    }

    @AfterEach
    void end() throws Exception {
        requests.close();
        left.get(10, TimeUnit.SECONDS).close();
        server.close();
    }

    @Test
    void helloComesFirst() {
        assertThat(heard.get(0)).isInstanceOfSatisfying(Message.Hello.class, hello -> {
            assertThat(hello.protocol()).isEqualTo(Message.PROTOCOL);
            assertThat(hello.java()).isEqualTo(System.getProperty("java.version"));
            assertThat(hello.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(hello.limits().softFiles()).isPositive();
        });
    }

    @Test
    void eachRequestIsAnsweredWithItsId() throws IOException {
        configure(11);
        assertThat(answer(11)).isEqualTo(new Message.Done(11));
        say("{\"type\":\"open-connections\",\"id\":12,\"count\":20}");
        assertThat(answer(12)).isInstanceOfSatisfying(Message.ConnectionsOpened.class, answer -> {
            assertThat(answer.opened().established()).isEqualTo(20);
        });
        say("{\"type\":\"close-connections\",\"id\":13,\"count\":5}");
        assertThat(answer(13)).isInstanceOfSatisfying(Message.ConnectionsClosed.class, answer -> {
            assertThat(answer.closed().closed()).isEqualTo(5);
            assertThat(answer.closed().established()).isEqualTo(15);
        });
        assertThat(heard.get(heard.indexOf(answer(13)) - 1)) // the counts, for when it is lost next
                .isInstanceOfSatisfying(Message.SnapshotTaken.class, told -> {
                    assertThat(told.snapshot().established()).isEqualTo(15);
                    assertThat(told.snapshot().stopped()).isEqualTo(5);
                });
        say("{\"type\":\"take-snapshot\",\"id\":14}");
        Snapshot counts = await().until(() -> snapshot(14), found -> found != null);
        assertThat(counts.established()).isEqualTo(15);
        assertThat(counts.stopped()).isEqualTo(5);
        say("{\"type\":\"stop-opening\",\"id\":15}");
        assertThat(answer(15)).isEqualTo(new Message.Done(15));
    }

    @Test
    void factsNeedNoSettings() throws IOException {
        say("{\"type\":\"take-facts\",\"id\":16,\"handshakes\":true}");
        assertThat(answer(16)).isInstanceOfSatisfying(Message.FactsTaken.class, answer -> {
            assertThat(answer.facts().waiting(server.getLocalPort())).isZero();
            assertThat(answer.facts().get(Fact.SYN_RECEIVED)).isNotNegative();
        });
    }

    @Test
    void snapshotsComeByThemselvesAlsoBeforeThereAreSettings() {
        await().until(() -> heard.stream().filter(AgentMainTest::cameByItself).count() >= 2);
        assertThat(heard).contains(new Message.SnapshotTaken(null, Snapshot.NONE));
    }

    @Test
    void progressIsToldWhileConnectionsAreOpened() throws IOException {
        configure(1);
        say("{\"type\":\"open-connections\",\"id\":2,\"count\":1000,\"ratePerSecond\":1}");
        await().until(() -> heard.stream().anyMatch(m -> m instanceof Message.Progress p && p.id() == 2));
    }

    @Test
    void beforeThereAreSettingsARequestFailsAndSaysWhatToDo() throws IOException {
        say("{\"type\":\"open-connections\",\"id\":1,\"count\":10}");
        assertThat(failure(1).hint()).isEqualTo("send configure first");
        say("{\"type\":\"take-snapshot\",\"id\":2}");
        assertThat(failure(2).hint()).isEqualTo("send configure first");
    }

    @Test
    void whatCannotBeDoneIsAnsweredInASentence() throws IOException {
        say(settings(1, "\"nowhere\""));
        assertThat(failure(1).message()).isEqualTo("\"nowhere\" is not a server address");
        configure(2);
        say("{\"type\":\"open-connections\",\"id\":3,\"count\":0}");
        assertThat(failure(3).message()).startsWith("count is 0");
        say("{\"type\":\"open-connections\",\"id\":4,\"count\":1,\"ratePerSecond\":-1}");
        assertThat(failure(4).message()).startsWith("a rate is 1 to");
        say("{\"type\":\"close-connections\",\"id\":5,\"count\":-1}");
        assertThat(failure(5).message()).isEqualTo("-1 connections can't be closed");
        say("{\"type\":\"take-snapshot\",\"id\":6}");
        await().until(() -> snapshot(6), found -> found != null); // and it goes on
    }

    @Test
    void linesThatAreNoRequestsAreIgnored() throws IOException {
        say(
                "",
                "hello?",
                "{\"type\":\"reboot\",\"id\":1}",
                "{\"type\":\"configure\",\"id\":1}",
                "{\"id\":1}",
                "[",
                "\0");
        say("{\"type\":\"done\",\"id\":1}");
        configure(2);
        assertThat(answer(2)).isEqualTo(new Message.Done(2));
        assertThat(heard).noneMatch(m -> m instanceof Message.Answer a && a.id() == 1);
    }

    @Test
    void itEndsWithItsInputAlsoWithConnectionsOpenAndMoreOnTheirWay() throws Exception {
        configure(1);
        say("{\"type\":\"open-connections\",\"id\":2,\"count\":100000,\"ratePerSecond\":100}");
        await().until(() -> heard.stream().anyMatch(m -> m instanceof Message.Progress));
        requests.close();
        assertThat(left).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingButMessagesIsSaid() throws IOException {
        configure(1);
        say("?", "{\"type\":\"open-connections\",\"id\":2,\"count\":0}");
        failure(2);
        assertThat(foreign).isEmpty();
    }

    private void configure(long id) throws IOException {
        say(settings(id, "\"127.0.0.1:" + server.getLocalPort() + "\""));
    }

    private static String settings(long id, String targets) {
        return "{\"type\":\"configure\",\"id\":" + id + ",\"settings\":{\"targets\":[" + targets
                + "],\"sources\":[],\"intervalMillis\":3600000,\"timeoutMillis\":1000,\"ratePerSecond\":0}}";
    }

    private void say(String... lines) throws IOException {
        for (String line : lines) {
            requests.write((line + "\n").getBytes(UTF_8));
        }
        requests.flush();
    }

    private Message answer(long id) {
        return await().until(
                        () -> heard.stream()
                                .filter(m -> m instanceof Message.Answer a && a.id() == id)
                                .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    private Message.Failed failure(long id) {
        return (Message.Failed) answer(id);
    }

    private @Nullable Snapshot snapshot(long id) {
        return heard.stream()
                .filter(m -> m instanceof Message.SnapshotTaken s && s.id() != null && s.id() == id)
                .map(m -> ((Message.SnapshotTaken) m).snapshot())
                .findFirst()
                .orElse(null);
    }

    private static boolean cameByItself(Message message) {
        return message instanceof Message.SnapshotTaken taken && taken.id() == null;
    }

    /** Who watches must not stand on the thread that it watches: that one waits for the console to read. */
    @Test
    void aConsoleThatNeitherReadsNorSpeaksEndsTheAgent() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException(); // as of a console that is gone
                }
            }
        };
        PipedOutputStream silent = new PipedOutputStream();
        InputStream in = new PipedInputStream(silent, 1 << 20);
        for (int id = 1; id <= 1000; id++) { // more answers than the outbox takes
            silent.write(MessageLines.encode(new Message.TakeServerStatus(id)));
        }
        CompletableFuture<AutoCloseable> ended = new CompletableFuture<>();
        thread(
                "deaf",
                () -> ended.complete(AgentMain.run(
                        in,
                        full,
                        Transport.best(),
                        settings -> new PingPongServer(settings, Transport.best()),
                        name -> {
                            throw new AgentException("no worker here", "");
                        },
                        2)));
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces()).anySatisfy((thread, stack) -> {
            assertThat(thread.getName()).isEqualTo("agent-control");
            assertThat(stack).anyMatch(frame -> frame.getClassName().endsWith("Outbox"));
        }));
        ended.get(30, TimeUnit.SECONDS).close();
        never.countDown();
    }

    /** A first order takes seconds of a CPU that a hundred others share, and an agent that works is not gone. */
    @Test
    void anOrderThatTakesLongIsNoSilence() throws Exception {
        CountDownLatch order = new CountDownLatch(1);
        PipedOutputStream asked = new PipedOutputStream();
        InputStream in = new PipedInputStream(asked, 1 << 16);
        PipedOutputStream answers = new PipedOutputStream();
        InputStream out = new PipedInputStream(answers, 1 << 16);
        CompletableFuture<AutoCloseable> ended = new CompletableFuture<>();
        thread(
                "busy",
                () -> ended.complete(AgentMain.run(
                        in,
                        answers,
                        Transport.best(),
                        settings -> {
                            try {
                                order.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            throw new IllegalStateException("no server here");
                        },
                        name -> {
                            throw new AgentException("no worker here", "");
                        },
                        600)));
        thread("busy-console", () -> listen(out));
        asked.write(
                MessageLines.encode(new Message.StartServer(1, new ServerSettings("127.0.0.1", List.of(0), 10, 1))));
        asked.flush();
        await().atMost(Duration.ofSeconds(30)).until(() -> heard.contains(new Message.StillHere()));
        order.countDown();
        asked.close();
        ended.get(30, TimeUnit.SECONDS).close();
    }
}
