package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.config.TargetConfig;
import io.connscale.cluster.config.TargetConfig.Runs;
import io.connscale.control.Message;
import io.connscale.control.TargetReading;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.net.Layers;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What somebody else's server costs is told from what it was before it had connections, and anew after each of its starts. */
class TargetServerTest {
    private static final Runs ON_H = new Runs("h", Optional.of("redis"), OptionalLong.empty(), OptionalInt.of(6379));

    private final AtomicReference<ForeignServer> now = new AtomicReference<>();
    private final AtomicReference<Message.TakeForeignServer> asked = new AtomicReference<>();

    private static ForeignServer server(long pid, @Nullable Long established, long resident, long cpu) {
        return new ForeignServer(
                List.of(new ForeignServer.Member(pid, 1, "redis", pid, true, established, 1024L, resident, cpu, null)),
                List.of(6379),
                established,
                established,
                0L,
                511L,
                List.of(),
                Facts.NONE,
                List.of());
    }

    private interface Body {
        void with(TargetServer server) throws Exception;
    }

    private void reading(Optional<Runs> runs, Body body) throws Exception {
        ThreadProcess.Body agent = FakeAgent.answering(request -> {
            if (request instanceof Message.TakeForeignServer question) {
                asked.set(question);
                return new Message.ForeignServerTaken(request.id(), Objects.requireNonNull(now.get()));
            }
            return FakeAgent.idle(request);
        });
        try (MiniCluster mini = MiniCluster.of().and("h", agent).start()) {
            body.with(new TargetServer(
                    new TargetConfig("10.0.0.1", List.of(16_379), Optional.empty(), Layers.NONE, runs),
                    mini.cluster()));
        }
    }

    private TargetReading read(TargetServer server, ForeignServer next) throws Exception {
        now.set(next);
        return Outcome.get(server.reading());
    }

    @Test
    void bytesAndMicrosecondsAreDifferencesFromWhatItWasWithoutConnections() throws Exception {
        reading(Optional.of(ON_H), server -> {
            now.set(server(7, 0L, 1_000_000, 0));
            Outcome.get(server.attach());
            TargetReading read = read(server, server(7, 100L, 1_200_000, 5_000_000));

            assertThat(Objects.requireNonNull(asked.get()).ports())
                    .containsExactly(6379); // where it listens there, not where hosts connect to
            assertThat(Objects.requireNonNull(asked.get()).process()).isEqualTo("redis");
            assertThat(read.bytesEach()).isEqualTo(2_000);
            assertThat(read.filesEach()).isEqualTo(1.0);
            assertThat(read.microsEach(500)).isEqualTo(10.0);
            assertThat(read.restarts()).isZero();
            assertThat(read(server, server(7, 0L, 1_100_000, 0)).bytesEach()).isNull(); // it has no more than at first
            assertThat(read(server, server(7, 100L, 1_200_000, 0)).bytesEach()).isEqualTo(2_000);
        });
    }

    @Test
    void anotherProcessInItsPlaceIsARestartAndANewBeginning() throws Exception {
        reading(Optional.of(ON_H), server -> {
            now.set(server(7, 0L, 1_000_000, 0));
            Outcome.get(server.attach());
            read(
                    server,
                    new ForeignServer(
                            List.of(), List.of(6379), 0L, 0L, null, null, List.of(), Facts.NONE, List.of("nobody")));
            TargetReading read = read(server, server(8, 50L, 5_000_000, 9));

            assertThat(read.restarts()).isEqualTo(1);
            assertThat(read.bytesEach()).isNull();
            assertThat(read(server, server(8, 150L, 5_300_000, 9)).bytesEach()).isEqualTo(3_000);
        });
    }

    @Test
    void withoutRunsNothingIsReadAndThatIsSaid() throws Exception {
        reading(Optional.empty(), server -> {
            Outcome.get(server.attach());
            assertThatThrownBy(() -> Outcome.get(server.reading())).hasMessageContaining("does not say where it runs");
        });
    }

    @Test
    void whatIsUnknownIsNotZero() throws Exception {
        reading(Optional.of(ON_H), server -> {
            now.set(server(7, null, 1_000_000, 0));
            Outcome.get(server.attach());
            TargetReading read = read(server, server(7, null, 1_200_000, 0));

            assertThat(read.more()).isNull();
            assertThat(read.bytesEach()).isNull();
            assertThat(read.microsEach(0)).isNull();
        });
    }
}
