package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestWriterTest {
    private static final String STILL_HERE = "{\"type\":\"still-here\"}";
    private static final String SNAPSHOT = "{\"type\":\"take-snapshot\",\"id\":1}";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();
    private final RequestWriter writer = new RequestWriter(out, clock::get);

    private List<String> said() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private void tick() {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        writer.tick();
    }

    @Test
    void saysThatTheConsoleIsThereAfterTwoSecondsWithoutAnotherWord() {
        for (int second = 1; second <= 5; second++) {
            tick();
        }

        assertThat(said()).containsExactly(STILL_HERE, STILL_HERE);
    }

    @Test
    void aRequestSaysTheSame() throws IOException {
        tick();
        writer.write(new Message.TakeSnapshot(1));
        tick();

        assertThat(said()).containsExactly(SNAPSHOT);
    }
}
