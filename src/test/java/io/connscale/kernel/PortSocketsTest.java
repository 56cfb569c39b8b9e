package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.connscale.kernel.PortSockets.Row;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sockets of one port, out of the kernel's table. */
class PortSocketsTest {
    /** Written by Linux 6.18 during experiment half-open; port 0x8D2B is 36139, 0x9D9C 40348. */
    private static final String TABLE = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:8D2B 00000000:0000 0A 00000000:00000009 00:00000000 00000000     0        0 20030 2 00000000b5658bdd 100 0 0 10 8
               1: 0100007F:8D2B 0100007F:9D9C 03 00000000:00000000 01:00000064 00000002     0        0 0 1 0000000000000000
               2: 0100007F:9D9C 0100007F:8D2B 01 00000004:00000000 01:00000080 0000000A     0        0 20031 2 00000000b5658bde 100 0 0 10 -1
               3: 0100007F:0016 0100007F:9D9D 01 00000000:00000000 00:00000000 00000000     0        0 20032 2 00000000b5658bdf 100 0 0 10 -1
               4: 0100007F:8D2B 0100007F:9D9E 06 00000000:00000000 03:00001762 00000000     0        0 0 3 0000000000000000
               5: 0100007F:8D2B 0100007F:9D9F FF 00000000:00000000 03:FFFFFFFFFFFFFF00 00000000     0        0 0 3 0000000000000000
            """;

    @TempDir
    Path folder;

    @Test
    void eachEndOfAConnectionIsARowOfItsOwn() throws IOException {
        Path table = Files.writeString(folder.resolve("tcp"), TABLE);
        assertThat(PortSockets.of(table, 0x8D2B))
                .containsExactly(
                        new Row(36139, 0, "LISTEN", 0, 9, 0, -1),
                        new Row(36139, 40348, "SYN-RECEIVED", 0, 0, 2, 1.0),
                        new Row(40348, 36139, "ESTABLISHED", 4, 0, 10, 1.28),
                        new Row(36139, 40350, "TIME-WAIT", 0, 0, 0, 59.86));
    }

    @Test
    void thisMachinesKernelTellsBothEnds() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            assertThat(PortSockets.of(server.getLocalPort()))
                    .extracting(Row::localPort, Row::peerPort, Row::state)
                    .contains(
                            tuple(server.getLocalPort(), 0, "LISTEN"),
                            tuple(server.getLocalPort(), client.getLocalPort(), "ESTABLISHED"),
                            tuple(client.getLocalPort(), server.getLocalPort(), "ESTABLISHED"));
        }
    }
}
