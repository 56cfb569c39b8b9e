package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import io.connscale.control.Message.MakeRoom;
import io.connscale.control.Message.StartServer;
import io.connscale.control.Message.StopServer;
import io.connscale.control.Message.TakeServerStatus;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The server in an agent: what changes it is carried out in turn, what asks about it is not held up. */
class HostedServerTest {
    private static final ServerStatus RUNS =
            new ServerStatus(true, "epoll", List.of(), 0, 0, 0, new TreeMap<>(), List.of());
    private static final ServerSettings SETTINGS = new ServerSettings("127.0.0.1", List.of(0), 10, 1);

    private final List<String> asked = new ArrayList<>();
    private final List<CompletableFuture<ServerStatus>> answers = new ArrayList<>();
    private int made;
    private final HostedServer hosted = new HostedServer(settings -> {
        made++;
        return new Fake();
    });

    /** Notes what it is asked; the test answers. */
    private final class Fake implements Server {
        private CompletableFuture<ServerStatus> ask(String what) {
            asked.add(what);
            CompletableFuture<ServerStatus> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        }

        @Override
        public CompletableFuture<ServerStatus> start() {
            return ask("start");
        }

        @Override
        public CompletableFuture<ServerStatus> stop() {
            return ask("stop");
        }

        @Override
        public CompletableFuture<ServerStatus> makeRoom(long more) {
            return ask("room for " + more);
        }

        @Override
        public CompletableFuture<ServerStatus> status() {
            return CompletableFuture.completedFuture(RUNS);
        }

        @Override
        public CompletableFuture<Statistics> statistics() {
            return CompletableFuture.completedFuture(Statistics.NONE);
        }

        @Override
        public void close() {
            asked.add("close");
        }
    }

    @Test
    void whatChangesItIsCarriedOutInTurn() {
        CompletableFuture<ServerStatus> started = hosted.answer(new StartServer(1, SETTINGS));
        CompletableFuture<ServerStatus> grown = hosted.answer(new MakeRoom(2, 5));
        CompletableFuture<ServerStatus> stopped = hosted.answer(new StopServer(3));
        assertThat(asked).containsExactly("start");
        answers.get(0).complete(RUNS);
        assertThat(started).isCompletedWithValue(RUNS);
        assertThat(asked).containsExactly("start", "room for 5");
        answers.get(1).complete(RUNS);
        assertThat(grown).isCompletedWithValue(RUNS);
        answers.get(2).complete(RUNS);
        assertThat(stopped.join().running()).isFalse();
        assertThat(asked).containsExactly("start", "room for 5", "stop");
    }

    @Test
    void howItIsIsSaidWhileItStarts() {
        CompletableFuture<ServerStatus> started = hosted.answer(new StartServer(1, SETTINGS));
        assertThat(hosted.answer(new TakeServerStatus(2)).join().running()).isFalse();
        answers.get(0).complete(RUNS);
        assertThat(started).isDone();
        assertThat(hosted.answer(new TakeServerStatus(3))).isCompletedWithValue(RUNS);
    }

    @Test
    void afterAStartThatFailedTheNextMayHaveOtherSettings() {
        CompletableFuture<ServerStatus> failed = hosted.answer(new StartServer(1, SETTINGS));
        CompletableFuture<ServerStatus> next = hosted.answer(new StartServer(2, SETTINGS));
        answers.get(0).completeExceptionally(new AgentException("address in use", ""));
        assertThat(failed).isCompletedExceptionally();
        answers.get(1).complete(RUNS);
        assertThat(next).isCompletedWithValue(RUNS);
        assertThat(made).isEqualTo(2);
    }

    @Test
    void withoutAServerThereIsNothingToStop() {
        assertThat(hosted.answer(new StopServer(1)).join().running()).isFalse();
        assertThat(hosted.statistics()).isCompletedWithValue(Statistics.NONE);
        assertThat(made).isZero();
    }
}
