package io.connscale.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestWriterTest {
    private static final String STILL_HERE = "{\"type\":\"still-here\"}";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private List<String> said() {
        return out.toString(UTF_8).lines().toList();
    }

    @Test
    void saysThatTheConsoleIsThereWhileThereIsNothingElseToSay() {
        RequestWriter writer = new RequestWriter("client1", out, 64, () -> {});
        for (int i = 1; i <= 3; i++) {
            int said = i;
            await().until(() -> {
                writer.tick();
                return said().size() >= said;
            });
        }
        writer.close();
        assertThat(said()).containsOnly(STILL_HERE);
    }

    @Test
    void writesInTheOrderOfTheRequests() {
        RequestWriter writer = new RequestWriter("client1", out, 64, () -> {});
        List<String> asked = LongStream.rangeClosed(1, 50)
                .peek(id ->
                        assertThat(writer.offer(new Message.TakeSnapshot(id))).isTrue())
                .mapToObj(id -> "{\"type\":\"take-snapshot\",\"id\":" + id + "}")
                .toList();
        await().untilAsserted(() -> assertThat(said()).isEqualTo(asked));
        writer.close();
    }

    @Test
    void whoDoesNotReadHoldsUpNobodyAndWhatWaitsIsBounded() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch writing = new CountDownLatch(1);
        RequestWriter writer = new RequestWriter("client1", blocking(writing, never), 2, () -> {});
        assertThat(writer.offer(new Message.TakeSnapshot(1))).isTrue();
        FakeAgent.await(writing);
        assertThat(writer.offer(new Message.TakeSnapshot(2))).isTrue();
        assertThat(writer.offer(new Message.TakeSnapshot(3))).isTrue();
        assertThat(writer.offer(new Message.TakeSnapshot(4))).isFalse();
        writer.close(); // returns, too
        never.countDown();
    }

    @Test
    void aBrokenChannelIsTold() {
        CountDownLatch broken = new CountDownLatch(1);
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        RequestWriter writer = new RequestWriter("client1", gone, 64, broken::countDown);
        assertThat(writer.offer(new Message.TakeSnapshot(1))).isTrue();
        FakeAgent.await(broken);
    }

    private static OutputStream blocking(CountDownLatch writing, CountDownLatch until) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                writing.countDown();
                FakeAgent.await(until);
            }
        };
    }
}
