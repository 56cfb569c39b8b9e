package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Waiting for real processes, within bounds. */
class ExitsTest {
    private static Process sh(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", script).start();
    }

    @Test
    void anExitCodeIsGiven() throws IOException {
        assertThat(Exits.of(sh("exit 7"), 10)).isEqualTo(7);
    }

    @Test
    void whatDoesNotEndIsKilled() throws IOException {
        Process deaf = sh("trap '' TERM; exec sleep 1000");
        assertThat(Exits.of(deaf, 0)).isIn(137, Exits.UNKNOWN);
        assertThat(Exits.of(deaf, 10)).isEqualTo(137);
    }

    @Test
    void anInterruptKillsAtOnceAndIsKept() throws IOException, InterruptedException {
        Process sleeping = sh("exec sleep 1000");
        Thread.currentThread().interrupt();
        Exits.of(sleeping, 1000);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sleeping.waitFor()).isEqualTo(137);
    }
}
