package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerSettingsTest {
    private static ServerSettings settings(String bind, List<Integer> ports, int backlog, int acceptors) {
        return new ServerSettings(bind, ports, backlog, acceptors);
    }

    @Test
    void takesTheEndsOfEachRange() {
        assertThat(settings("0.0.0.0", List.of(1, 65535), 1, 1).ports()).containsExactly(1, 65535);
        assertThat(settings("::1", List.of(8989), Integer.MAX_VALUE, ServerSettings.MAX_ACCEPTORS))
                .isNotNull();
    }

    @Test
    void anyFreePortMayBeAskedForMoreThanOnce() {
        assertThat(settings("127.0.0.1", List.of(0, 0), 1, 1).ports()).hasSize(2);
    }

    @Test
    void refusesWhatCanNotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> settings(" ", List.of(8989), 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings("a", List.of(), 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings("a", List.of(-1), 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings("a", List.of(65536), 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("a", List.of(8989, 8989), 1, 1))
                .withMessageContaining("twice");
        assertThatIllegalArgumentException().isThrownBy(() -> settings("a", List.of(8989), 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings("a", List.of(8989), 1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("a", List.of(8989), 1, ServerSettings.MAX_ACCEPTORS + 1));
    }
}
