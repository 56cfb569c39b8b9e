package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.kernel.ForeignServerReader.Wanted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's server in a {@code /proc} of our own, where nobody may see some files; and a real one, this process. */
class ForeignServerReaderTest {
    private static final Wanted PORT_80 = new Wanted(List.of(80), null, null);
    private static final String TCP = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:0050 00000000:0000 0A 00000000:00000002 00:00000000 00000000 0 0 800
               1: 0100007F:0050 0100007F:8000 01 00000000:00000000 00:00000000 00000000 0 0 801
               2: 0100007F:0050 0100007F:8001 01 00000000:00000000 00:00000000 00000000 0 0 0
               3: 0100007F:0050 0100007F:8002 08 00000000:00000000 00:00000000 00000000 0 0 803
               4: 0100007F:8000 0100007F:0050 01 00000000:00000000 00:00000000 00000000 0 0 804
            """;

    @TempDir
    private Path folder;

    private Path proc;

    @org.junit.jupiter.api.BeforeEach
    void aMachine() throws IOException {
        proc = Files.createDirectories(folder.resolve("proc"));
        write("net/tcp", TCP);
        process(1, 0, "systemd", 10, 0, 1024);
        socket(1, 3, 800); // it has opened the socket for the server
        process(50, 1, "nginx", 500, 3, 1024);
        socket(50, 6, 800);
        process(51, 50, "nginx", 501, 20, 768);
        socket(51, 6, 800);
        process(52, 50, "nginx", 502, 10, 768);
        socket(52, 6, 800);
        process(60, 1, "other", 600, 0, 1024);
    }

    private void write(String file, String text) throws IOException {
        Path path = proc.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void process(long pid, long parent, String name, long began, long ticks, long maxFiles) throws IOException {
        write(
                pid + "/stat",
                pid + " (" + name + ") S " + parent + " 1 1 0 -1 0 0 0 0 0 " + ticks + " 0 5 0 20 0 1 0 " + began
                        + " 1 1\n");
        write(pid + "/status", "Name:\t" + name + "\nVmRSS:\t    2048 kB\n");
        write(
                pid + "/limits",
                "Max open files            " + maxFiles + "                 4096                 files\n");
        write(pid + "/cmdline", "/usr/sbin/" + name + "-program\0-d\0");
        write(pid + "/net/tcp", TCP);
        Files.createDirectories(proc.resolve(pid + "/fd"));
    }

    private void socket(long pid, int descriptor, long inode) throws IOException {
        Files.createSymbolicLink(proc.resolve(pid + "/fd/" + descriptor), Path.of("socket:[" + inode + "]"));
    }

    private ForeignServer read(Wanted wanted) {
        return new ForeignServerReader(proc, folder.resolve("sys")).read(wanted);
    }

    @Test
    void whoListensIsFoundWithItsWorkersAndWithoutInit() {
        ForeignServer server = read(PORT_80);

        assertThat(server.processes()).extracting(ForeignServer.Member::pid).containsExactly(50L, 51L, 52L);
        assertThat(server.text()).isEqualTo("nginx, pid 50, and 2 more processes");
        assertThat(server.processes())
                .extracting(ForeignServer.Member::listens)
                .containsExactly(false, true, true); // the first one only began them
        assertThat(server.sharing()).isEqualTo(2);
        assertThat(server.unread()).isEmpty();
    }

    @Test
    void itsNumbersAreThoseOfAllItsProcesses() {
        ForeignServer server = read(PORT_80);

        assertThat(server.established()).isEqualTo(2); // and not the one that is closing, nor the client's end
        assertThat(server.accepted()).isEqualTo(1); // the other one has no number of a file
        assertThat(server.waiting()).isEqualTo(2);
        assertThat(server.residentBytes()).isEqualTo(3 * 2048 * 1024);
        assertThat(server.cpuNanos()).isEqualTo((3 + 20 + 10 + 3 * 5) * 10_000_000L);
        assertThat(server.facts().get(Fact.SOFT_FILES)).isEqualTo(768); // of the one that is full first
    }

    @Test
    void oneCanBeNamedByItsProcessItsProgramOrItsPid() {
        for (Wanted wanted : List.of(
                new Wanted(List.of(80), null, "nginx"),
                new Wanted(List.of(80), null, "nginx-program"),
                new Wanted(List.of(80), 50L, null))) {
            assertThat(read(wanted).processes()).hasSize(3);
            assertThat(read(wanted).ports()).containsExactly(80);
        }
        assertThat(read(new Wanted(List.of(80), null, "apache")).unread().get(0))
                .isEqualTo("no process is called apache");
        assertThat(read(new Wanted(List.of(80), 4711L, null)).unread().get(0)).isEqualTo("there is no process 4711");
    }

    @Test
    void whereNobodyListensNothingIsKnownAndThatIsSaid() {
        ForeignServer server = read(new Wanted(List.of(81), null, null));

        assertThat(server.found()).isFalse();
        assertThat(server.established()).isZero();
        assertThat(server.waiting()).isNull();
        assertThat(server.residentBytes()).isNull();
        assertThat(server.unread()).containsExactly("nobody listens at port 81");
    }

    @Test
    void aHiddenTableIsUnknownAndNotEmpty() throws IOException {
        Files.delete(proc.resolve("net/tcp"));
        ForeignServer server = read(PORT_80);

        assertThat(server.established()).isNull();
        assertThat(server.unread().get(0)).contains("can't be read");
    }

    @Test
    void aLaterProcessIsAnotherRun() throws IOException {
        ForeignServer first = read(PORT_80);
        assertThat(read(PORT_80).isRunOf(first)).isTrue();
        process(50, 1, "nginx", 9_000, 0, 1024);

        assertThat(read(PORT_80).isRunOf(first)).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRealOneIsFoundByItsPort() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            ForeignServerReader reader = new ForeignServerReader();
            Wanted wanted = new Wanted(List.of(server.getLocalPort()), null, null);
            await().until(() -> Long.valueOf(1).equals(reader.read(wanted).established()));
            ForeignServer read = reader.read(wanted);

            assertThat(client.isConnected()).isTrue();
            assertThat(read.waiting()).isEqualTo(1);
            assertThat(read.processes().get(0).pid())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(read.cpuNanos()).isPositive();
            assertThat(read.files()).isPositive();
        }
    }
}
