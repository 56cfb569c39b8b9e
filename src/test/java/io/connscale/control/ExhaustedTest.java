package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a process ran out of is known by what the JDK and HotSpot write. */
class ExhaustedTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached | THREADS",
                "[0.1s][warning][os,thread] Failed to start thread \"VM Thread\" - pthread_create failed (EAGAIN) for attributes | THREADS",
                "Cannot run program \"/bin/sh\": error=11, Resource temporarily unavailable | THREADS",
                "Cannot run program \"/bin/sh\": error=24, Too many open files | FILES",
                "no event loops for 2 acceptors (EMFILE) | FILES",
                "Cannot run program \"/bin/sh\": error=12, Cannot allocate memory | MEMORY",
                "java.lang.OutOfMemoryError: Cannot reserve 256 bytes of direct buffer memory (allocated: 1, limit: 2) | DIRECT_MEMORY",
                "io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16 byte(s) of direct memory | DIRECT_MEMORY",
                "Terminating due to java.lang.OutOfMemoryError: Java heap space | HEAP",
                "java.lang.OutOfMemoryError: GC overhead limit exceeded | HEAP",
                "java.lang.OutOfMemoryError: Metaspace | METASPACE",
            })
    void aLineTellsWhatRanOut(String line, Exhausted what) {
        assertThat(Exhausted.of(line)).contains(what);
    }

    @Test
    void anOrdinaryLineTellsNothing() {
        assertThat(Exhausted.of("Unrecognized VM option 'X'")).isEmpty();
        assertThat(Exhausted.of("errors: 24, memory: 5 MB")).isEmpty();
    }

    @Test
    void itIsFoundAmongTheCausesAndSaidInPlainWords() {
        Throwable failure = new CompletionException(new IOException("Cannot run program \"sh\": error=11, again"));
        AgentException said = AgentException.of(failure);
        assertThat(said).hasMessage("no thread left (start EAGAIN)");
        assertThat(said.hint()).contains("pids.max", "ulimit -u");
        assertThat(Exhausted.of(new AgentException("worker-2: " + said.message(), "")))
                .contains(Exhausted.THREADS);
    }

    /** The JDK's own manner, where a class is loaded by name or made ready. */
    @Test
    void memoryIsFullAlsoWhereThatIsTheCauseOfAnotherError() {
        OutOfMemoryError heap = new OutOfMemoryError("Java heap space");
        assertThat(Exhausted.isFull(heap)).isTrue();
        assertThat(Exhausted.isFull(new ServiceConfigurationError("a provider", heap)))
                .isTrue();
        assertThat(Exhausted.isFull(new ServiceConfigurationError("a provider", new ExceptionInInitializerError(heap))))
                .isTrue();
        assertThat(Exhausted.isFull(new ServiceConfigurationError("a provider", new IOException("gone"))))
                .isFalse();
        assertThat(Exhausted.isFull(new CompletionException(new OutOfMemoryError("unable to create native thread"))))
                .isFalse();
    }
}
