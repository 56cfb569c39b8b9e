package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A console whose heap is full says so and ends with an exit code of its own, and its agents end. */
@Timeout(180)
class ConsoleOutOfMemoryIT {
    /**
     * A thread that outlives the script, after which JShell hides no failures any more: outside of JShell's own group, with loops of the
     * JDK's, which JShell can't stop.
     */
    private static final String THREAD = """
            var group = Thread.currentThread().getThreadGroup();
            while (group.getParent() != null) { group = group.getParent(); }
            var all = new java.util.concurrent.ConcurrentLinkedQueue<byte[]>();
            new Thread(group, () -> {
                java.util.concurrent.locks.LockSupport.parkNanos(3_000_000_000L);
                %s
            }, "filler").start();
            """;

    /** Fails for want of memory. */
    static final String FILLER = THREAD.formatted("Stream.generate(() -> new byte[10_000]).forEach(all::add);");

    /** Leaves none for others. */
    private static final String FULL = THREAD.formatted("""
                try { Stream.generate(() -> new byte[10_000]).forEach(all::add); } catch (OutOfMemoryError e) { }
                try { Stream.generate(() -> new byte[100]).forEach(all::add); } catch (OutOfMemoryError e) { }
                Stream.generate(() -> all).forEach(a -> java.util.concurrent.locks.LockSupport.parkNanos(1_000_000_000));
            """);

    @TempDir
    private Path folder;

    @BeforeEach
    void hosts() throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: {client1: local}\n");
    }

    /** Each lacks it at another place. */
    @ParameterizedTest
    @ValueSource(strings = {"-Xmx3m", "-Xmx4m"})
    void aHeapTooSmallToStartWith(String heap) {
        Ran ran = ConsoleScript.in(folder).with("CONNSCALE_JAVA_OPTS", heap).run("-e", "hosts");
        assertThat(ran.exit()).as(ran.err()).isEqualTo(3);
        assertThat(ran.err()).contains("error: out of memory (heap)", "CONNSCALE_JAVA_OPTS=-Xmx");
    }

    @Test
    void aThreadThatFindsNoMemoryEndsTheConsole() throws IOException {
        endsOf(FILLER);
    }

    /** Whoever needs some first: a command, the server, a thread that talks to an agent. */
    @Test
    void aHeapThatIsFullEndsTheConsole() throws IOException {
        endsOf(FULL);
    }

    private void endsOf(String script) throws IOException {
        Files.writeString(folder.resolve("fill.jsh"), script);
        try (RunningConsole console = ConsoleScript.in(folder)
                .with("CONNSCALE_JAVA_OPTS", "-Xmx48m")
                .start("-e", "start client1", "-e", "hosts", "-e", "java fill.jsh", "-e", "sleep 100s")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> console.out().contains("client1  local"));
            List<ProcessHandle> agents = console.process().descendants().toList();
            assertThat(agents).isNotEmpty();
            Ran ran = console.await(100, TimeUnit.SECONDS);
            assertThat(ran.exit()).as(ran.err()).isEqualTo(3);
            assertThat(ran.err()).contains("error: out of memory (heap)");
            await().atMost(Duration.ofSeconds(20)).until(() -> agents.stream().noneMatch(ProcessHandle::isAlive));
        }
    }
}
