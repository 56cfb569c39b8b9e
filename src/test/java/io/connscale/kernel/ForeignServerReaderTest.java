package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
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
        assertThat(server.established()).isNull(); // whatever has the connections is not here
        assertThat(server.accepted()).isNull();
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
    void whereTheOneThatIsNamedIsMissingNothingIsCounted() {
        ForeignServer server = read(new Wanted(List.of(80), null, "apache"));

        assertThat(server.established()).isNull();
        assertThat(server.unread()).containsExactly("no process is called apache");
    }

    /** One whose last connections go on while it takes no new ones. */
    @Test
    void oneThatListensNoMoreIsTheSame() throws IOException {
        ForeignServerReader reader = new ForeignServerReader(proc, folder.resolve("sys"));
        ForeignServer first = reader.read(PORT_80);
        withoutListener();
        ForeignServer later = reader.read(PORT_80);

        assertThat(later.isRunOf(first)).isTrue();
        assertThat(later.ended()).isEmpty();
        assertThat(later.established()).isEqualTo(2);
        assertThat(later.waiting()).isNull();
        assertThat(later.unread()).containsExactly("nobody listens at port 80");
    }

    private void withoutListener() throws IOException {
        String none = TCP.replaceFirst("   0:.*\n", "");
        write("net/tcp", none);
        write("50/net/tcp", none);
    }

    @Test
    void whoEndedIsToldAndWhoCanNotBeSeenHasNot() throws IOException {
        ForeignServerReader reader = new ForeignServerReader(proc, folder.resolve("sys"));
        assertThat(reader.read(PORT_80).ended()).isEmpty();
        Files.delete(proc.resolve("52/stat"));
        Files.createDirectory(proc.resolve("52/stat")); // can't be read
        ForeignServer unknown = reader.read(PORT_80);
        assertThat(unknown.found()).isFalse();
        assertThat(unknown.ended()).isEmpty();
        assertThat(unknown.unread().get(0)).startsWith("the processes of its machine can't be read: ");
        assertThat(unknown.established()).isEqualTo(2); // that is the kernel's count at that port

        Files.delete(proc.resolve("52/stat"));
        write("52/stat", "52 (nginx) Z 50 1 1 0 -1 0 0 0 0 0 10 0 5 0 20 0 1 0 502 1 1\n"); // nobody has waited for it
        process(51, 50, "nginx", 9_000, 0, 768); // another one has its number
        ForeignServer now = reader.read(PORT_80);
        assertThat(now.processes()).extracting(ForeignServer.Member::pid).containsExactly(50L, 51L);
        assertThat(now.ended())
                .extracting(ForeignServer.Member::pid, ForeignServer.Member::began)
                .containsExactlyInAnyOrder(tuple(51L, 501L), tuple(52L, 502L));
        assertThat(reader.read(PORT_80).ended()).hasSize(2);
    }

    @Test
    void whoseFilesCanNotBeReadIsToldWithTheReason() throws IOException {
        for (long pid : List.of(1, 50, 51, 52)) {
            remove(proc.resolve(pid + "/fd"));
            write(pid + "/fd", "no folder");
        }
        ForeignServer server = read(PORT_80);

        assertThat(server.found()).isFalse();
        assertThat(server.unread().get(0))
                .startsWith("who listens at port 80 can't be seen: ")
                .doesNotContain("container");
        assertThat(server.established()).isEqualTo(2);
        assertThat(read(new Wanted(List.of(80), 50L, null)).ports()).containsExactly(80);
    }

    private static void remove(Path folder) throws IOException {
        try (java.util.stream.Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** Consoles, agents and workers are Java, too. */
    @Test
    void connscalesOwnProcessesAreNotMeantByTheirName() throws IOException {
        process(70, 1, "java", 700, 0, 1024);
        write("70/cmdline", "/usr/bin/java\0-Xmx1g\0-jar\0/opt/broker.jar\0");
        java(80, 1, "-jar", "/opt/connscale/target/connscale-0.1.0.jar", "--hosts", "hosts.yaml");
        java(81, 80, "-jar", "/root/.cache/connscale/connscale-0123abc.jar", "agent");
        java(82, 81, "-cp", "a.jar:b.jar", "io.connscale.Main", "agent");
        java(83, 70, "-jar", "target/agent-connscale-0.1.0.jar", "agent"); // started by that server

        assertThat(read(new Wanted(List.of(80), null, "java")).processes())
                .extracting(ForeignServer.Member::pid)
                .containsExactly(70L);
        write("70/stat", "70 (java) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 700 1 1\n");
        assertThat(read(new Wanted(List.of(80), null, "java")).unread().get(0))
                .isEqualTo("only processes of connscale's own are called java");
    }

    private void java(long pid, long parent, String... arguments) throws IOException {
        process(pid, parent, "java", pid * 10, 0, 1024);
        write(pid + "/cmdline", "/usr/bin/java\0" + String.join("\0", arguments) + "\0");
    }

    /** The first process of a container may be the server itself. */
    @Test
    void aServerThatIsInitIsReadWithItsOwnAndWithoutOrphans() throws IOException {
        process(1, 0, "nginx", 10, 1, 1024);
        ForeignServer server = read(PORT_80);

        assertThat(server.processes()).extracting(ForeignServer.Member::pid).containsExactly(1L, 50L, 51L, 52L);
    }

    /** systemd listens for a server until somebody connects. */
    @Test
    void initThatListensForAnotherIsSaidToDoSoUntilThatOneIsThere() throws IOException {
        for (String descriptor : List.of("50/fd/6", "51/fd/6", "52/fd/6")) {
            Files.delete(proc.resolve(descriptor));
        }
        ForeignServerReader reader = new ForeignServerReader(proc, folder.resolve("sys"));
        ForeignServer waiting = reader.read(PORT_80);
        assertThat(waiting.processes()).extracting(ForeignServer.Member::pid).containsExactly(1L);
        assertThat(waiting.unread().get(0))
                .startsWith("systemd, pid 1, listens for a server that it starts when it is needed")
                .contains("runs: {process: NAME}");
        socket(50, 6, 800);

        assertThat(reader.read(PORT_80).processes())
                .extracting(ForeignServer.Member::pid)
                .containsExactly(50L, 51L, 52L);
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
            assertThat(read.processes().get(0).waitedNanos()).isNotNegative();
            assertThat(read.files()).isPositive();
        }
    }
}
