package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class IdleCounterTest {
    private final IdleCounter silence = new IdleCounter();

    @Test
    void whoDoesNotListenMissesNothing() throws IOException {
        InputStream in = silence.on(new ByteArrayInputStream(new byte[10]));
        assertThat(in.read()).isZero();

        silence.tick();

        assertThat(silence.tick()).isZero();
    }

    @Test
    void countsWhileNothingComesAndBeginsAnewWithAByte() throws Exception {
        PipedOutputStream other = new PipedOutputStream();
        InputStream in = silence.on(new PipedInputStream(other));
        Thread reader = new Thread(() -> readAll(in), "reader");
        reader.start();
        await().until(() -> silence.tick() > 1);

        other.write(1);
        other.flush();
        await().until(() -> silence.tick() <= 1);
        await().until(() -> silence.tick() > 1); // and counts again

        other.close();
        reader.join();
        int silent = silence.tick();
        assertThat(silence.tick()).isEqualTo(silent);
    }

    private static void readAll(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
