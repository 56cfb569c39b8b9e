package io.connscale.cluster;

import static io.connscale.cluster.Outcome.failure;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.stats.Snapshot;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console's end of the control channel, with agents that say whatever they like at the other. */
@Timeout(60)
class RemoteAgentTest {
    private static final String HELLO = "{\"type\":\"hello\",\"protocol\":1,";

    private final List<RemoteAgent> agents = new ArrayList<>();

    private RemoteAgent agent(Process process) {
        RemoteAgent agent = new RemoteAgent("client1", process);
        agents.add(agent);
        return agent;
    }

    private RemoteAgent agent(ThreadProcess.Body body) {
        return agent(new ThreadProcess("fake-agent", body));
    }

    private RemoteAgent sh(String script) throws IOException {
        return agent(new ProcessBuilder("sh", "-c", script).start());
    }

    @AfterEach
    void close() {
        agents.forEach(RemoteAgent::kill);
        agents.forEach(RemoteAgent::close);
    }

    private static Snapshot counts(long established) {
        return new Snapshot(established, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
    }

    @Test
    void noiseBeforeHelloHarmsNothing() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            FakeAgent.line(out, "Welcome to name3!");
            FakeAgent.line(out, "{\"type\":\"advertisement\"}");
            return FakeAgent.answering(FakeAgent::idle).run(in, out, err);
        });
        assertThat(agent.hello().get(20, SECONDS).version()).isEqualTo("9.9.9");
        assertThat(agent.snapshot().get(20, SECONDS)).isEqualTo(Snapshot.NONE);
    }

    @Test
    void whatEndsBeforeHelloIsToldWithExitNoiseAndLastWords() throws Exception {
        RemoteAgent agent = sh("echo Welcome; echo more; echo 'no java here' >&2; exit 3");
        AgentException e = failure(agent.hello());
        assertThat(e)
                .hasMessage("client1: the agent ended at once with exit code 3;"
                        + " last output on stderr: no java here; it said: Welcome");
        assertThat(e.hint()).isEqualTo("the log has all that it said");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() throws Exception {
        RemoteAgent agent = agent(new LocalLauncher().start(List.of("/no/such/java", "-version")));
        assertThat(failure(agent.hello()).message()).contains("exit code 127", "/no/such/java");
    }

    @Test
    void noiseIsCutAndBounded() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            for (int i = 0; i < 100; i++) {
                FakeAgent.line(out, i + "x".repeat(100_000));
            }
            return 1;
        });
        assertThat(failure(agent.hello()).message()).contains("it said: 0x").hasSizeLessThan(400);
    }

    @Test
    void anotherProtocolIsRefusedWithBothVersions() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(2));
            return FakeAgent.dumb(in, out, err);
        });
        AgentException e = failure(agent.hello());
        assertThat(e).hasMessage("client1: the agent speaks protocol 2 (connscale 9.9.9), this console speaks 1");
        assertThat(e.hint()).isEqualTo("use the same version of connscale on both");
    }

    private AgentException refused(String hello) throws Exception {
        return failure(agent((in, out, err) -> {
                    FakeAgent.line(out, hello);
                    return FakeAgent.dumb(in, out, err);
                })
                .hello());
    }

    @Test
    void anotherProtocolsHelloIsNamedHoweverItGoesOn() throws Exception {
        assertThat(refused("{\"type\":\"hello\",\"protocol\":3}"))
                .hasMessage("client1: the agent speaks protocol 3, this console speaks 1");
    }

    private static final String REST = "\"os\":\"Linux\",\"arch\":\"amd64\",\"limits\":{\"softFiles\":1,"
            + "\"hardFiles\":1,\"firstPort\":1,\"lastPort\":2}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"version\":\"1\",\"java\":\"17\",\"pid\":\"4711\",|pid",
                "\"version\":\"1\",\"java\":\"17\",\"pid\":1.5,|pid",
                "\"version\":\"1\",\"java\":\"17\",\"pid\":true,|pid",
                "\"version\":\"1\",\"java\":\"17\",\"pid\":-4,|pid",
                "\"version\":\"1\",\"java\":\"17\",|pid",
                "\"version\":5,\"java\":\"17\",\"pid\":4711,|version",
                "\"version\":\"1\",\"java\":[17],\"pid\":4711,|java",
                "\"version\":null,\"java\":\"17\",\"pid\":4711,|version",
            })
    void aHelloWithAFieldThatIsNotOfItsTypeIsRefusedAndTheFieldNamed(String fields, String field) throws Exception {
        AgentException e = refused(HELLO + fields + REST);
        assertThat(e.message())
                .startsWith("client1: the agent's hello is not valid: ")
                .contains(field);
        assertThat(e.hint()).isEqualTo("use the same version of connscale on both");
    }

    @Test
    void aHelloWithoutAllThatIsNeededIsSaidAtOnce() throws Exception {
        assertThat(refused("{\"x\":1, \"type\" : \"hello\"}").message())
                .startsWith("client1: the agent's hello is not valid: ")
                .contains("protocol");
    }

    @Test
    void anAnswerToNothingIsIgnored() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            FakeAgent.line(out, "{\"type\":\"done\",\"id\":99}");
            FakeAgent.line(out, "{\"type\":\"progress\",\"id\":99,\"opened\":null}");
            FakeAgent.line(out, "{\"type\":\"snapshot\"}");
            FakeAgent.line(out, "{\"type\":\"stop-opening\",\"id\":1}");
            return FakeAgent.answering(FakeAgent::idle).run(in, out, err);
        });
        assertThat(agent.snapshot().get(20, SECONDS)).isEqualTo(Snapshot.NONE);
        assertThat(agent.latest()).isEqualTo(Snapshot.NONE);
    }

    @Test
    void anAnswerOfTheWrongKindFailsThatRequestAlone() throws Exception {
        RemoteAgent agent = agent(FakeAgent.answering(request -> new Message.Done(request.id())));
        assertThat(failure(agent.close(5)))
                .hasMessage("client1: the agent sent an answer of the wrong kind (Done instead of ConnectionsClosed)");
        assertThat(agent.stopOpening()).succeedsWithin(Duration.ofSeconds(20));
    }

    /** Answers each request with this line, in which {@code ID} is the request's. */
    private RemoteAgent answeringWith(String line) {
        return agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            MessageLines.read(
                    in,
                    message -> {
                        try {
                            if (message instanceof Message.Request request) {
                                FakeAgent.line(out, line.replace("ID", String.valueOf(request.id())));
                            }
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    foreign -> {});
            return 0;
        });
    }

    @Test
    void whatAnAgentSaysIsCleanedOfAllThatMovesTheCursorOrTurnsTheLineRound() throws Exception {
        RemoteAgent agent = answeringWith("{\"type\":\"failed\",\"id\":ID,"
                + "\"message\":\"a\\u202eb\\u2066c\\u2028d\\u001b[2Je\\u200f\",\"hint\":\"x\u202ey\"}");
        AgentException e = failure(agent.stopOpening());
        assertThat(e).hasMessage("client1: a?b?c d?[2Je?");
        assertThat(e.hint()).isEqualTo("x?y");
    }

    @Test
    void anAnswerWithNumbersThatCannotBeFailsItsRequest() throws Exception {
        RemoteAgent agent = answeringWith("{\"type\":\"connections-opened\",\"id\":ID,\"opened\":"
                + "{\"requested\":10,\"established\":-5,\"failed\":0,\"seconds\":-1.0,\"errors\":{}}}");
        agent.hello().get(20, SECONDS);
        assertThat(failure(agent.open(new OpenRequest(10, null), progress -> {})))
                .hasMessage("client1: the agent's answer is not valid: established is -5");
    }

    /** Many seconds, as the watch counts them. */
    private static boolean ticked(RemoteAgent agent, CompletableFuture<?> until) {
        for (int i = 0; i < 10; i++) {
            agent.tick();
        }
        return until.isDone();
    }

    @Test
    void aRequestIsNotWaitedForForEverThoughSnapshotsAndGarbageCome() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            while (true) {
                MessageLines.write(out, new Message.SnapshotTaken(null, counts(3)));
                FakeAgent.line(out, "garbage");
            }
        });
        agent.hello().get(20, SECONDS);
        CompletableFuture<Snapshot> asked = agent.snapshot();
        await().until(() -> ticked(agent, asked));
        AgentException e = failure(asked);
        assertThat(e).hasMessage("client1: no answer for 60 s");
        assertThat(e.hint()).isEqualTo("hosts shows its state; stop client1");
        assertThat(agent.latest()).isEqualTo(counts(3));
    }

    @Test
    void anOpenRequestIsWaitedForAsLongAsThereIsProgress() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        RemoteAgent agent = agent(FakeAgent.answering(request -> {
            if (request instanceof Message.OpenConnections) {
                FakeAgent.await(done);
            }
            return new Message.ConnectionsOpened(request.id(), Opened.none(1));
        }));
        agent.hello().get(20, SECONDS);
        CompletableFuture<Opened> opening = agent.open(new OpenRequest(1, null), progress -> {});
        for (int second = 0; second < 299; second++) {
            agent.tick();
        }
        assertThat(opening).isNotDone();
        done.countDown();
        assertThat(opening).succeedsWithin(Duration.ofSeconds(20));
    }

    private static Opened opened(long requested, long established) {
        return new Opened(requested, established, 0, 0.1, new TreeMap<>());
    }

    @Test
    void anAnswerOfAnotherCountThanWasAskedForIsRefused() throws Exception {
        RemoteAgent agent = agent(FakeAgent.answering(request -> request instanceof Message.CloseConnections
                ? new Message.ConnectionsClosed(request.id(), new Closed(6, 0))
                : new Message.ConnectionsOpened(request.id(), opened(7, 7))));
        agent.hello().get(20, SECONDS);
        assertThat(failure(agent.open(new OpenRequest(5, null), progress -> {})))
                .hasMessage("client1: the agent's answer is not valid: requested is 7, and not 5");
        assertThat(failure(agent.close(5)))
                .hasMessage("client1: the agent's answer is not valid: closed is 6, and not at most 5");
    }

    @Test
    void whatIsNoProgressIsNotShownAsOne() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> FakeAgent.answering(request -> {
                    try {
                        MessageLines.write(out, new Message.Progress(request.id(), opened(7, 7)));
                        MessageLines.write(out, new Message.Progress(request.id(), opened(5, 3)));
                        MessageLines.write(out, new Message.Progress(request.id(), opened(5, 2)));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    return new Message.ConnectionsOpened(request.id(), opened(5, 1));
                })
                .run(in, out, err));
        agent.hello().get(20, SECONDS);
        List<Opened> heard = new CopyOnWriteArrayList<>();
        assertThat(failure(agent.open(new OpenRequest(5, null), heard::add)))
                .hasMessage("client1: the agent's answer is not valid: it has opened fewer than it had before");
        assertThat(heard).containsExactly(opened(5, 3));
    }

    @Test
    void anAnswerArrivesThoughNoThreadIsLeftForIt() throws Exception {
        RemoteAgent agent = new RemoteAgent(
                "client1",
                new ThreadProcess("fake-agent", FakeAgent.answering(FakeAgent::idle)),
                notice -> {},
                RemoteAgent.Timeouts.USUAL,
                task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                });
        agents.add(agent);
        agent.hello().get(20, SECONDS);
        assertThat(agent.snapshot()).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(Snapshot.NONE);
    }

    @Test
    void whoHasNoThreadForProgressHearsTheAnswerAllTheSame() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            for (int c = in.read(); c != '\n'; c = in.read()) {
                assertThat(c).isNotNegative(); // until the request has come
            }
            MessageLines.write(out, new Message.Progress(1, Opened.none(1)));
            MessageLines.write(out, new Message.ConnectionsOpened(1, Opened.none(1)));
            return FakeAgent.dumb(in, out, err);
        });
        agent.hello().get(20, SECONDS);
        CompletableFuture<Opened> opening = agent.open(new OpenRequest(1, null), progress -> {
            throw new OutOfMemoryError("unable to create native thread"); // as it wanted to start one
        });
        assertThat(opening).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void garbageIsNoHeartbeat() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            while (true) {
                FakeAgent.line(out, "garbage");
            }
        });
        agent.hello().get(20, SECONDS);
        await().until(() -> agent.tick() >= 10);
    }

    @Test
    void aConsumerThatIsHeldUpIsNotTheAgentsSilence() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            for (int c = in.read(); c != '\n'; c = in.read()) {
                assertThat(c).isNotNegative(); // until the request has come: progress before it is nobody's
            }
            MessageLines.write(out, new Message.Progress(1, Opened.none(1)));
            FakeAgent.await(held);
            MessageLines.write(out, new Message.SnapshotTaken(null, counts(7)));
            return FakeAgent.dumb(in, out, err);
        });
        CompletableFuture<Opened> opening = agent.open(new OpenRequest(1, null), progress -> {
            held.countDown();
            FakeAgent.await(never); // a screen that takes nothing
        });
        await().until(() -> agent.latest().equals(counts(7))); // read on all the same
        assertThat(opening).isNotDone();
        never.countDown();
    }

    @Test
    void aLineThatIsTooLongIsNamedAsSuchEvenIfItNeverEnds() throws Exception {
        byte[] piece = "x".repeat(1 << 16).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        RemoteAgent agent = agent((in, out, err) -> {
            while (true) {
                out.write(piece);
            }
        });
        assertThat(failure(agent.hello()))
                .hasMessageStartingWith(
                        "client1: the agent sent a line of more than 4,194,304 bytes, which is not read: xxx");
    }

    @Test
    void progressIsHeardAndTheCountsAreUpToDateBeforeTheAnswer() throws Exception {
        RemoteAgent agent = agent((in, out, err) -> FakeAgent.answering(request -> {
                    if (request instanceof Message.OpenConnections open) {
                        try {
                            Opened half = new Opened(10, 5, 0, 0.1, new TreeMap<>());
                            MessageLines.write(out, new Message.Progress(open.id(), half));
                            MessageLines.write(out, new Message.SnapshotTaken(null, counts(9)));
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                        return new Message.ConnectionsOpened(open.id(), new Opened(10, 9, 1, 0.2, new TreeMap<>()));
                    }
                    return new Message.SnapshotTaken(request.id(), counts(9));
                })
                .run(in, out, err));
        List<Opened> heard = new CopyOnWriteArrayList<>();
        Opened opened = agent.open(new OpenRequest(10, null), heard::add).get(20, SECONDS);
        assertThat(opened.established()).isEqualTo(9);
        assertThat(heard).extracting(Opened::established).containsExactly(5L);
        assertThat(agent.latest()).isEqualTo(counts(9));
    }

    @Test
    void aRequestThatCouldNotBeDoneSaysWhere() throws Exception {
        RemoteAgent agent =
                agent(FakeAgent.answering(r -> new Message.Failed(r.id(), "no such address", "look at source")));
        AgentException e = failure(agent.stopOpening());
        assertThat(e).hasMessage("client1: no such address");
        assertThat(e.hint()).isEqualTo("look at source");
    }

    @Test
    void whenTheChannelEndsAllThatWaitsFailsWithHowTheAgentEnded() throws Exception {
        CountDownLatch now = new CountDownLatch(1);
        RemoteAgent agent = agent((in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            now.await();
            err.println("out of memory");
            return 5;
        });
        CompletableFuture<?> snapshot = agent.snapshot();
        CompletableFuture<?> opening = agent.open(new OpenRequest(1, null), progress -> {});
        now.countDown();
        for (CompletableFuture<?> waiting : List.of(snapshot, opening)) {
            AgentException e = failure(waiting);
            assertThat(e).hasMessage("client1 ended with exit code 5; last output on stderr: out of memory");
            assertThat(e.hint()).isEqualTo("start client1 brings it back");
        }
        assertThat(failure(agent.snapshot())).hasMessageStartingWith("client1 ended with exit code 5");
    }

    /** As that of a command on another host whose connection was lost. */
    private static final class Cut extends ThreadProcess {
        private final CountDownLatch cut;

        Cut(CountDownLatch cut, Body body) {
            super("fake-agent", body);
            this.cut = cut;
        }

        @Override
        public InputStream getInputStream() {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int n = super.read(into, from, length);
                    if (cut.getCount() == 0) {
                        throw new IOException("Broken transport; encountered EOF");
                    }
                    return n;
                }
            };
        }

        @Override
        public int exitValue() {
            return -1;
        }
    }

    @Test
    void aConnectionThatBreaksIsSaidToHaveBroken() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        RemoteAgent agent = agent(new Cut(cut, (in, out, err) -> {
            MessageLines.write(out, FakeAgent.hello(1));
            cut.await();
            return 0;
        }));
        agent.hello().get(20, SECONDS);
        CompletableFuture<Snapshot> waiting = agent.snapshot();
        cut.countDown();
        assertThat(failure(waiting)).hasMessage("client1: the connection to it broke");
        assertThat(agent.ended().get(20, SECONDS).clause()).isEqualTo("the connection to it broke");
    }

    @Test
    void aConnectionThatBreaksBeforeTheAgentIsReadyIsSaidToHaveBroken() throws Exception {
        CountDownLatch cut = new CountDownLatch(0);
        RemoteAgent agent = agent(new Cut(cut, (in, out, err) -> 0));
        assertThat(failure(agent.hello())).hasMessage("client1: the connection to it broke before the agent was ready");
    }

    @Test
    void anAgentThatClosesItsOutputAndLivesOnIsEnded() throws Exception {
        RemoteAgent agent = sh("exec >&-; exec sleep 1000");
        assertThat(agent.ended().get(20, SECONDS).exit()).isEqualTo(137);
    }

    @Test
    void anAgentThatClosesItsInputAndLivesOnIsEnded() throws Exception {
        RemoteAgent agent = sh("exec <&-; exec sleep 1000");
        await().untilAsserted(() -> {
            CompletableFuture<?> asked = agent.snapshot();
            assertThat(asked).failsWithin(Duration.ofSeconds(1));
        });
        assertThat(agent.ended().get(20, SECONDS).exit()).isEqualTo(137);
    }

    @Test
    void requestsThatWaitAreBounded() throws Exception {
        RemoteAgent agent = agent(FakeAgent::dumb);
        for (int i = 0; i < 64; i++) {
            assertThat(agent.snapshot()).isNotDone();
        }
        AgentException e = failure(agent.snapshot());
        assertThat(e).hasMessage("client1 does not answer: 64 requests wait");
        assertThat(e.hint()).isEqualTo("stop client1");
    }

    @Test
    void closingKillsWhatIgnoresTheEndOfItsInput() throws Exception {
        RemoteAgent agent = sh("trap '' TERM INT; exec sleep 1000");
        CompletableFuture<?> waiting = agent.snapshot();
        agent.close();
        assertThat(agent.ended().get(20, SECONDS).exit()).isEqualTo(137);
        assertThat(failure(waiting)).hasMessage("client1 was stopped");
    }

    @Test
    void closingAnAgentThatWasStoppedWithItsPipeFullReturnsWithinSeconds() throws Exception {
        RemoteAgent agent = sh("kill -STOP $$");
        fill(agent);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces()).anySatisfy((thread, stack) -> {
            assertThat(thread.getName()).startsWith("requests-");
            assertThat(stack).anyMatch(frame -> frame.getMethodName().equals("writeBytes"));
        }));
        agent.close();
        assertThat(agent.ended().get(20, SECONDS).exit()).isEqualTo(137);
    }

    /** One request that is larger than a pipe. */
    @SuppressWarnings("FutureReturnValueIgnored") // it fails when the agent is killed
    private static void fill(RemoteAgent agent) {
        List<String> targets = java.util.Collections.nCopies(50_000, "127.0.0.1:8989");
        agent.configure(new io.connscale.control.Settings(targets, List.of(), 1, 1, 0));
    }
}
