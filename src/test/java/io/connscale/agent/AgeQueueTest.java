package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AgeQueueTest {
    /** Times since a moment near the largest value, which nanoTime may pass. */
    private static final long BEGIN = Long.MAX_VALUE - 50;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoadLoop loop =
            new LoadLoop(new NoLinks(channel.eventLoop()), new Reasons(), 0, Given.settings(1, 1000));
    private final AgeQueue queue = new AgeQueue();

    @Test
    void theOldestIsTheFirstThatHasNotEnded() {
        List<Connection> connections = established(3);
        assertThat(queue.oldest()).isSameAs(connections.get(0));
        end(connections.get(1));
        end(connections.get(0));
        assertThat(queue.oldest()).isSameAs(connections.get(2));
        assertThat(queue.oldestSince(10)).containsExactly(connections.get(2).since());
        end(connections.get(2));
        assertThat(queue.oldest()).isNull();
        assertThat(queue.oldestSince(10)).isEmpty();
    }

    @Test
    void manyThatEndInAnyOrderLeaveTheRestInTheirOrder() {
        List<Connection> connections = established(5000);
        List<Connection> left = new ArrayList<>(connections);
        Random random = new Random(42);
        while (left.size() > 10) {
            end(left.remove(random.nextInt(left.size())));
            if (left.size() % 500 == 0) {
                assertThat(queue.oldest()).isSameAs(left.get(0));
            }
        }
        assertThat(queue.oldestSince(5000))
                .containsExactly(left.stream().mapToLong(Connection::since).toArray());
        for (Connection connection : left) {
            assertThat(queue.oldest()).isSameAs(connection);
            end(connection);
        }
        assertThat(queue.oldest()).isNull();
    }

    private List<Connection> established(int count) {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FakeLink link = new FakeLink();
            Connection connection = new Connection(loop, link);
            link.open(connection);
            queue.add(connection);
            connections.add(connection);
        }
        return connections;
    }

    private void end(Connection connection) {
        connection.stop();
        queue.ended();
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void takesTheOldestOfAllLoops(
            @ForAll @IntRange(max = 60) int count,
            @ForAll @Size(max = 40) List<@IntRange(max = 4) Integer> loopOfEach) {
        List<List<Long>> since = new ArrayList<>(List.of(list(), list(), list(), list(), list()));
        long[] expected = new long[since.size()];
        for (int i = 0; i < loopOfEach.size(); i++) {
            since.get(loopOfEach.get(i)).add(BEGIN + 3L * i);
            expected[loopOfEach.get(i)] += i < count ? 1 : 0;
        }
        assertThat(AgeQueue.shares(
                        count, since.stream().map(AgeQueueTest::array).toList()))
                .isEqualTo(expected);
    }

    private static List<Long> list() {
        return new ArrayList<>();
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
