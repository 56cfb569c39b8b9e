package io.connscale.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.Ending.ErrorTail;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept of an agent's standard error. */
class ErrorTailTest {
    private static ErrorTail of(String text) {
        return new ErrorTail("client1", new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void theLastTwentyLinesAreKeptOldestFirst() {
        String many = IntStream.range(0, 1000).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        ErrorTail tail = of(many);
        await().untilAsserted(() ->
                assertThat(tail.lines()).hasSize(20).startsWith("line 980").endsWith("line 999"));
    }

    @Test
    void aLineIsCutAtItsBound() {
        ErrorTail tail = of("x".repeat(1_000_000) + "\nend");
        await().untilAsserted(() -> assertThat(tail.lines())
                .satisfiesExactly(
                        line -> assertThat(line).hasSize(4096),
                        line -> assertThat(line).isEqualTo("end")));
    }

    @Test
    void aStreamThatStaysOpenDoesNotHoldUpWhoAsks() {
        InputStream open = new BytePipe().in;
        assertThat(new ErrorTail("client1", open).lines()).isEmpty();
    }
}
