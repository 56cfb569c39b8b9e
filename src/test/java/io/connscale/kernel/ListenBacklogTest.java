package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ListenBacklogTest {
    @Test
    void somaxconnCapsWhatWasAskedFor() {
        assertThat(ListenBacklog.given(1024, OptionalInt.of(128))).isEqualTo(128);
        assertThat(ListenBacklog.given(64, OptionalInt.of(128))).isEqualTo(64);
    }

    @Test
    void whereTheCapIsUnknownWhatWasGivenIsUnknown() {
        assertThat(ListenBacklog.given(1024, OptionalInt.empty())).isNull();
    }

    @Test
    void readsThisMachinesCapAsOthersReadIt() throws IOException {
        assumeThat(ListenBacklog.somaxconn()).isPresent();
        Process cat = new ProcessBuilder("cat", "/proc/sys/net/core/somaxconn").start();
        String shown = cat.inputReader().readLine();
        assertThat(ListenBacklog.given(Integer.MAX_VALUE)).isEqualTo(Integer.parseInt(shown));
    }
}
