package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SocketDiagTest {
    /** {@code ::1} */
    private static InetAddress six() throws IOException {
        byte[] bytes = new byte[16];
        bytes[15] = 1;
        return InetAddress.getByAddress(bytes);
    }

    private static List<TcpTable.Listener> of(Optional<List<TcpTable.Listener>> all, Set<Integer> ports) {
        return all.orElseThrow().stream()
                .filter(one -> ports.contains(one.queue().port()))
                .toList();
    }

    @Test
    void theKernelTellsTheSameAsInItsTables() throws IOException {
        try (ServerSocket four = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                ServerSocket six = new ServerSocket(0, 5, six());
                Socket waits = new Socket(four.getInetAddress(), four.getLocalPort())) {
            Set<Integer> ports = Set.of(four.getLocalPort(), six.getLocalPort());
            Awaitility.await().untilAsserted(() -> {
                List<TcpTable.Listener> told = of(SocketDiag.listening(), ports);
                List<TcpTable.Listener> listed = Stream.of("tcp", "tcp6")
                        .flatMap(table -> of(TcpTable.listening(Path.of("/proc/net", table)), ports).stream())
                        .toList();
                assertThat(told).hasSize(2).containsExactlyInAnyOrderElementsOf(listed);
                assertThat(told.stream()
                                .filter(one -> one.queue().port() == four.getLocalPort())
                                .map(one -> one.queue().waiting()))
                        .containsExactly(1L);
            });
            assertThat(waits.isConnected()).isTrue();
        }
    }
}
