package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.api.ServerState;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the server says of its backlog: given, cut, or unknown. */
class ServerCommandTest {
    private static String line(@Nullable Integer given) {
        ServerState state = new ServerState(
                "running",
                "epoll",
                List.of(new ServerState.Listener("127.0.0.1", 8989, 1024, given)),
                0,
                0,
                0,
                new TreeMap<>(),
                1,
                List.of());
        return ServerCommand.lines(state).get(0);
    }

    @Test
    void aBacklogIsGivenCutOrUnknown() {
        assertThat(line(1024)).contains("127.0.0.1:8989 (backlog 1024)");
        assertThat(line(128)).contains("(backlog 128, cut from 1024 by net.core.somaxconn)");
        assertThat(line(null)).contains("(backlog 1024 asked, given unknown)");
    }
}
