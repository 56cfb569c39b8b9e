package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's table of all sockets, counted. */
class TcpTableTest {
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    @TempDir
    Path folder;

    private static String row(int peer) {
        String row =
                "   0: 0100007F:1F90 0100007F:%04X 01 00000000:00000000 00:00000000 00000000     0        0 %d 1 0 20 0 0 10 -1"
                        .formatted(peer, 10_000 + peer);
        return row + " ".repeat(149 - row.length()) + "\n";
    }

    private Optional<TcpTable.Held> held(String table) throws IOException {
        Files.writeString(folder.resolve("tcp"), table);
        return TcpTable.held(folder, List.of(8080), System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void whatIsToldAgainAtTheEndIsCountedOnce() throws IOException {
        StringBuilder table = new StringBuilder(HEAD);
        for (int peer = 1; peer <= 3_000; peer++) {
            table.append(row(peer));
        }
        for (int peer = 2_960; peer <= 3_002; peer++) { // two have come meanwhile
            table.append(row(peer));
        }
        assertThat(held(table.toString())).hasValue(new TcpTable.Held(3_002, 3_002));
    }

    /** So many that a place for each hash was not enough: where two had the same, the first was forgotten. */
    @Test
    void ofManyThatAreToldAgainNoneIsCountedTwice() throws IOException {
        StringBuilder table = new StringBuilder(HEAD);
        for (int peer = 1; peer <= 50_000; peer++) {
            table.append(row(peer));
        }
        for (int peer = 49_500; peer <= 50_010; peer++) {
            table.append(row(peer));
        }
        assertThat(held(table.toString())).hasValue(new TcpTable.Held(50_010, 50_010));
    }

    /** A read that gives less than a page has given the last line: the next one would begin anew. */
    @Test
    void whileOthersComeAndGoThoseThatStayAreCountedRightly() throws Exception {
        int stay = 300;
        AtomicBoolean over = new AtomicBoolean();
        List<Socket> held = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, stay, InetAddress.getLoopbackAddress());
                ServerSocket others = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < stay; i++) {
                held.add(new Socket(server.getInetAddress(), server.getLocalPort()));
                held.add(server.accept());
            }
            Thread churn = new Thread(() -> comeAndGo(others, over), "churn");
            churn.start();
            try {
                for (int i = 0; i < 300; i++) {
                    assertThat(TcpTable.held(
                                            Path.of("/proc/net"),
                                            List.of(server.getLocalPort()),
                                            System.nanoTime() + TimeUnit.SECONDS.toNanos(10))
                                    .orElseThrow()
                                    .established())
                            .isEqualTo(stay);
                }
            } finally {
                over.set(true);
                churn.join();
            }
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    private static void comeAndGo(ServerSocket server, AtomicBoolean over) {
        while (!over.get()) {
            List<Socket> some = new ArrayList<>();
            try {
                for (int i = 0; i < 100; i++) {
                    Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                    socket.setSoLinger(true, 0); // reset: nothing stays in TIME-WAIT
                    some.add(socket);
                    some.add(server.accept());
                }
                for (Socket socket : some) {
                    socket.close();
                }
            } catch (IOException e) {
                over.set(true);
            }
        }
    }
}
