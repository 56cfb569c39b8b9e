package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AgeQueueTest {
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
}
