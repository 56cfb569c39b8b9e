package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    /** Whoever waits gets an answer, and the process hears that it can't go on: a failed command alone would leave it half alive. */
    @Test
    void aFullHeapIsToldOfThoughItWasCaught() {
        OutOfMemoryError full = new OutOfMemoryError("Java heap space");
        AtomicReference<Throwable> told = new AtomicReference<>();

        assertThatThrownBy(call(full, told)::join).hasCause(full);

        assertThat(told.get()).isSameAs(full);
    }

    @Test
    void withoutAThreadTheProcessGoesOn() {
        OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread: possibly out of memory");
        AtomicReference<Throwable> told = new AtomicReference<>();

        assertThatThrownBy(call(noThread, told)::join).hasCause(noThread);

        assertThat(told.get()).isNull();
    }

    /** Where no file is left a class can't be read. */
    @Test
    void aClassThatCanNotBeLoadedIsAnAnswer() {
        Error missing = new NoClassDefFoundError("io/connscale/Needed");
        AtomicReference<Throwable> told = new AtomicReference<>();

        assertThatThrownBy(call(missing, told)::join).hasCause(missing);
        assertThat(told.get()).isNull();
    }

    private static CompletableFuture<Void> call(Error failure, AtomicReference<Throwable> told) {
        Executor executor = task -> {
            Thread thread = Threads.of("test", task);
            thread.setUncaughtExceptionHandler((unused, e) -> told.set(e));
            thread.start();
        };
        return Threads.call(executor, () -> {
            throw failure;
        });
    }
}
