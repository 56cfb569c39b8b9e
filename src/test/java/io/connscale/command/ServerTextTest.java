package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.ServerStatus;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the server says of its backlog: given, cut, or unknown. */
class ServerTextTest {
    private static String line(@Nullable Integer given) {
        ServerStatus status = new ServerStatus(
                true,
                "epoll",
                List.of(new ServerStatus.Listener("127.0.0.1", 8989, 1024, given)),
                0,
                0,
                0,
                new TreeMap<>());
        return ServerText.lines(status).get(0);
    }

    @Test
    void aBacklogIsGivenCutOrUnknown() {
        assertThat(line(1024)).contains("127.0.0.1:8989 (backlog 1024)");
        assertThat(line(128)).contains("(backlog 128, cut from 1024 by net.core.somaxconn)");
        assertThat(line(null)).contains("(backlog 1024 asked, given unknown)");
    }
}
