package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel says in proc(5) and cgroups(7), in folders of our own; and what it really says. */
class FactsReaderTest {
    private static final String TCP =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    @TempDir
    private Path folder;

    @Test
    void readsSettingsWithTheirColumns() throws IOException {
        write("proc/sys/net/core/somaxconn", "4096\n");
        write("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        write("proc/sys/net/ipv4/tcp_mem", "287898\t383865\t575796\n");
        write("proc/sys/fs/file-nr", "1543\t0\t2466160\n");
        Facts facts = read();
        assertThat(facts.get(Fact.SOMAXCONN)).isEqualTo(4096);
        assertThat(facts.get(Fact.TCP_MEMORY_MAX)).isEqualTo(575_796);
        assertThat(facts.get(Fact.FILES_IN_USE)).isEqualTo(1543);
        assertThat(facts.ports()).isEqualTo(28_232);
    }

    @Test
    void reservedPortsOfTheRangeAreNotGivenOut() throws IOException {
        write("proc/sys/net/ipv4/ip_local_port_range", "1000\t1999\n");
        write("proc/sys/net/ipv4/ip_local_reserved_ports", "80,1000,1100-1199,1990-3000\n");
        assertThat(read().get(Fact.RESERVED_PORTS)).isEqualTo(1 + 100 + 10);
        assertThat(read().ports()).isEqualTo(889);
    }

    @Test
    void readsCountersUnderNstatsNames() throws IOException {
        write("proc/net/snmp", "Ip: Forwarding TTL\nIp: 1 64\nTcp: ActiveOpens RetransSegs\nTcp: 7 15\n");
        write("proc/net/netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 3 4\nIpExt: InOctets\nIpExt: 9\n");
        write("proc/net/sockstat", "sockets: used 33\nTCP: inuse 1 orphan 2 tw 11 alloc 6 mem 18\n");
        Facts facts = read();
        assertThat(facts.get(Fact.RETRANSMITS)).isEqualTo(15);
        assertThat(facts.get(Fact.LISTEN_OVERFLOWS)).isEqualTo(3);
        assertThat(facts.get(Fact.ORPHANS)).isEqualTo(2);
        assertThat(facts.values()).doesNotContainKeys("TcpActiveOpens", "IpExtInOctets");
        write("proc/net/netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 5 4\n");
        assertThat(read().since(facts)).isEqualTo(Map.of("TcpExtListenOverflows", 2L));
    }

    @Test
    void findsAChildThatIsStopped() throws IOException {
        write("proc/self/task/9/children", "11 12 \n");
        write("proc/self/task/10/children", "13 ");
        write("proc/11/stat", "11 (java) S 9 11 11 0 -1\n");
        write("proc/12/stat", "12 (T) T (a) S 9 12 12 0 -1\n");
        assertThat(read().knows(Fact.STOPPED_CHILD)).isFalse();
        write("proc/13/stat", "13 (my (java) T 9 13 13 0 -1\n");
        assertThat(read().get(Fact.STOPPED_CHILD)).isEqualTo(13);
    }

    @Test
    void addsUpConnectionTrackingOverTheProcessors() throws IOException {
        write("proc/net/stat/nf_conntrack", "entries drop insert_failed\n00000010 0000000a 1\n00000010 0000000b 2\n");
        assertThat(read().get(Fact.CONNTRACK_DROPPED)).isEqualTo(21);
        assertThat(read().get(Fact.CONNTRACK_INSERT_FAILED)).isEqualTo(3);
        write("proc/net/stat/nf_conntrack", "entries drop insert_failed\n00000010 what? 1\n");
        assertThat(read().knows(Fact.CONNTRACK_DROPPED)).isFalse(); // and not 0
    }

    @Test
    void acceptQueuesAreThoseOfListeningSocketsWhichComeFirst() throws IOException {
        write(
                "proc/net/tcp",
                TCP + "   0: 0100007F:231D 00000000:0000 0A 00000000:00000009 00:00000000 00000000 0 0 1063\n"
                        + "   1: 0100007F:231D 0100007F:8000 01 00000000:00000004 00:00000000 00000000 0 0 1064\n"
                        + "   2: 0100007F:231D 0100007F:8001 03 00000000:00000000 00:00000000 00000000 0 0 0\n");
        write(
                "proc/net/tcp6",
                TCP + "   0: 00000000000000000000000001000000:231D 0:0 0A 00000000:00000002 00:0 0 0 0 1\n");
        assertThat(read().listening())
                .containsExactly(new AcceptQueue("127.0.0.1", 8989, 9), new AcceptQueue("::1", 8989, 2));
        assertThat(read().waiting(8989)).isEqualTo(11);
        assertThat(read().waiting(80)).isEqualTo(Facts.UNKNOWN);
        assertThat(read().knows(Fact.SYN_RECEIVED)).isFalse();
        assertThat(reader().read(Facts.Depth.SOCKETS).get(Fact.SYN_RECEIVED)).isEqualTo(1);
    }

    /** A million sockets are a matter of seconds; a part of them would be a number of nothing. */
    @Test
    void handshakesAreCountedAmongAllSocketsOrAreUnknown() throws IOException {
        StringBuilder table = new StringBuilder(TCP);
        for (int n = 0; n < 300_000; n++) {
            String state = n >= 250_000 ? "03" : "01";
            table.append(
                    "%4d: 0100007F:231D 0100%02X7F:%04X %s 00000000:00000000 00:00000000 00000000     0        0 %d 1\n"
                            .formatted(n, n >> 16, n & 0xFFFF, state, n));
        }
        write("proc/net/tcp", table.toString());
        assertThat(reader().read(Facts.Depth.SOCKETS).get(Fact.SYN_RECEIVED)).isEqualTo(50_000);
        assertThat(reader(Duration.ofNanos(-1)).read(Facts.Depth.SOCKETS).knows(Fact.SYN_RECEIVED))
                .isFalse();
    }

    /** An accepted connection whose peer is gone: the kernel sends a segment again, or keep-alive's probes, and hears nothing. */
    @Test
    void suspectConnectionsAreThoseWithSomethingUnanswered() throws IOException {
        write(
                "proc/net/tcp",
                TCP + "   0: 0100007F:231D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1\n"
                        + "   1: 0100007F:231D 0100007F:8000 01 00000000:00000000 02:00000300 00000000     0        0 8 2\n"
                        + "   2: 0100007F:231D 0100007F:8001 01 00000000:00000000 02:00000300 00000000     0        3 9 2\n"
                        + "   3: 0100007F:231D 0100007F:8002 01 00000004:00000000 01:00000300 00000002     0        0 9 2\n"
                        + "   4: 0100007F:8002 0100007F:231D 01 00000004:00000000 01:00000300 00000002     0        0 9 2\n"
                        + "   5: 0100007F:231D 0100007F:8003 04 00000004:00000000 01:00000300 00000002     0        0 9 2\n");
        assertThat(reader().read(Facts.Depth.SOCKETS).listening())
                .containsExactly(new AcceptQueue("127.0.0.1", 8989, 0, null, 2L));
        assertThat(read().listening()).containsExactly(new AcceptQueue("127.0.0.1", 8989, 0, null, null));
    }

    /** Not none: the process may have no descriptor left to read it with. */
    @Test
    void aTableThatIsThereAndCannotBeReadIsUnknown() throws IOException {
        Files.createDirectories(folder.resolve("proc/net/tcp"));
        Facts facts = reader().read(Facts.Depth.SOCKETS);
        assertThat(facts.listening()).isNull();
        assertThat(facts.listening(8989)).isEmpty();
        assertThat(facts.waiting(8989)).isEqualTo(Facts.UNKNOWN);
        assertThat(facts.knows(Fact.SYN_RECEIVED)).isFalse();
    }

    /** The reader has them open: no descriptor is needed to read them once more. */
    @Test
    void whatTellsOfAnOverflowCanBeReadWithoutADescriptor() throws IOException {
        String waits = TCP
                + "   0: 0100007F:231D 00000000:0000 0A 00000000:00000009 00:00000000 00000000     0        0 7 1\n";
        write("proc/net/tcp", waits);
        write("proc/net/netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 3 4\n");
        FactsReader holding = reader();
        for (String file : new String[] {"proc/net/tcp", "proc/net/netstat"}) {
            Files.delete(folder.resolve(file));
            Files.createDirectory(folder.resolve(file)); // can't be opened and read
        }
        assertThat(holding.read().waiting(8989)).isEqualTo(9);
        assertThat(holding.read().get(Fact.LISTEN_OVERFLOWS)).isEqualTo(3);
        assertThat(reader().read().waiting(8989)).isEqualTo(Facts.UNKNOWN);
    }

    /** Beyond what is kept open the whole table is read. */
    @Test
    void manyListeningSocketsAreAllRead() throws IOException {
        StringBuilder table = new StringBuilder(TCP);
        for (int n = 0; n < 1_000; n++) {
            table.append(
                    "%4d: 0100007F:%04X 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 %d 1\n"
                            .formatted(n, 5_000 + n, n));
        }
        write("proc/net/tcp", table.toString());
        assertThat(read().listening()).hasSize(1_000);
        assertThat(read().waiting(5_999)).isEqualTo(1);
    }

    @Test
    void whoseAListeningSocketIs() throws IOException {
        write(
                "proc/net/tcp",
                TCP
                        + "   0: 0100007F:231D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1\n");
        write("proc/41/comm", "sh\n");
        Files.createDirectories(folder.resolve("proc/41/fd"));
        Files.createSymbolicLink(folder.resolve("proc/41/fd/3"), Path.of("socket:[7]"));
        write("proc/123/comm", "py\u001bthon3\n");
        Files.createDirectories(folder.resolve("proc/123/fd"));
        Files.createSymbolicLink(folder.resolve("proc/123/fd/4"), Path.of("socket:[77]"));
        assertThat(reader().read(Facts.Depth.SOCKETS).listening())
                .extracting(AcceptQueue::owner)
                .containsExactly("py?thon3, pid 123");
        assertThat(read().listening()).extracting(AcceptQueue::owner).containsOnlyNulls();
    }

    /** So that a limit keeps its name and its ends when it is reached. */
    @Test
    void whatAProcessWithoutADescriptorCanNotReadIsAsItWas() throws IOException {
        write("proc/net/tcp", TCP);
        write("proc/sys/kernel/random/boot_id", "this-machine\n");
        write("proc/sys/fs/nr_open", "1048576\n");
        Facts known = Facts.NONE.knowing(read());
        assertThat(known.machine()).isEqualTo("this-machine");
        assertThat(known.get(Fact.MAX_FILES_A_PROCESS)).isEqualTo(1_048_576);
        assertThat(known.listening()).isEmpty();
    }

    @Test
    void whoListensIsReadOnlyWhereAsked() throws IOException {
        write("proc/net/tcp", TCP);
        write("proc/sys/net/core/somaxconn", "4096\n");
        assertThat(reader().read(Facts.Depth.VALUES).listening()).isNull();
        assertThat(reader().read(Facts.Depth.VALUES).values()).isEqualTo(read().values());
        assertThat(read().listening()).isEmpty();
    }

    @Test
    void ofControlGroupsTheTightestCounts() throws IOException {
        write("proc/self/cgroup", "0::/a/b\n");
        write("sys/fs/cgroup/cgroup.controllers", "memory\n");
        write("sys/fs/cgroup/a/b/memory.max", "max\n");
        write("sys/fs/cgroup/a/b/memory.current", "5\n");
        write("sys/fs/cgroup/a/memory.max", "1000\n");
        write("sys/fs/cgroup/a/memory.current", "400\n");
        assertThat(read().get(Fact.CGROUP_MEMORY_MAX)).isEqualTo(1000);
        assertThat(read().get(Fact.CGROUP_MEMORY)).isEqualTo(400);
        assertThat(read().knows(Fact.CGROUP_PIDS_MAX)).isFalse();
    }

    @Test
    void controlGroupsOfVersionOneAreReadToo() throws IOException {
        write("proc/self/cgroup", "9:name=systemd:/\n8:pids:/\n4:memory:/x\n0::/\n");
        write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/x/memory.usage_in_bytes", "77\n");
        write("sys/fs/cgroup/pids/pids.max", "100\n");
        write("sys/fs/cgroup/pids/pids.current", "7\n");
        assertThat(read().get(Fact.CGROUP_MEMORY_MAX)).isEqualTo(Facts.UNLIMITED);
        assertThat(read().get(Fact.CGROUP_PIDS_MAX)).isEqualTo(100);
    }

    @Test
    void hiddenPartsOfProcAreSaidToBeUnknown() throws IOException {
        write("proc/self/limits", "Max open files            1024                 4096                 files\n");
        assertThat(read().unread())
                .contains(Fact.FIRST_PORT, Fact.SOMAXCONN, Fact.MAX_FILES, Fact.THREADS_MAX, Fact.MEMORY_AVAILABLE)
                .doesNotContain(Fact.HARD_FILES, Fact.CONNTRACK_MAX);
        write("proc/sys/net/core/somaxconn", "4096\n");
        assertThat(read().unread()).doesNotContain(Fact.SOMAXCONN);
    }

    @Test
    void threadsOfAUserAreCountedWhereTheKernelCountsThem() throws IOException {
        write("proc/loadavg", "0.10 0.20 0.30 2/345 6789\n");
        String status = "Name:\tx\nUid:\t%d\t0\t0\t0\nThreads:\t%d\nCapEff:\t%s\n";
        write("proc/self/status", status.formatted(1000, 5, "0000000000000000"));
        write("proc/7/status", status.formatted(1000, 5, "0"));
        write("proc/8/status", status.formatted(1000, 30, "0"));
        write("proc/9/status", status.formatted(1001, 99, "0"));
        assertThat(read().get(Fact.USER_THREADS)).isEqualTo(35);
        assertThat(read().get(Fact.UID)).isEqualTo(1000);
        assertThat(read().get(Fact.THREADS)).isEqualTo(345);
        write("proc/self/status", status.formatted(1000, 5, "0000000001000000")); // CAP_SYS_RESOURCE
        assertThat(read().knows(Fact.USER_THREADS)).isFalse();
        write("proc/self/status", status.formatted(0, 5, "0"));
        assertThat(read().knows(Fact.USER_THREADS)).isFalse();
    }

    @Test
    void killsForWantOfMemoryOfTheMachineAreKnown() throws IOException {
        write("proc/vmstat", "nr_free_pages 5\noom_kill 7\n");
        assertThat(read().get(Fact.OOM_KILLS_OF_MACHINE)).isEqualTo(7);
    }

    @Test
    void withoutTheFilesAllIsUnknown() {
        Facts nothing = read();
        assertThat(nothing.get(Fact.SOMAXCONN)).isEqualTo(Facts.UNKNOWN);
        assertThat(nothing.ports()).isEqualTo(Facts.UNKNOWN);
        assertThat(nothing.listening()).isNull();
        assertThat(nothing.since(nothing)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "what?\n", "\0\1", "Tcp:\nTcp: x\n", "a b c d e f g\n:: : 0A : : : : :\n"})
    void whatCannotBeReadIsUnknown(String text) throws IOException {
        for (String file : new String[] {
            "net/tcp", "net/snmp", "net/sockstat", "net/stat/nf_conntrack", "meminfo", "self/limits", "self/cgroup"
        }) {
            write("proc/" + file, text);
        }
        write("proc/sys/net/core/somaxconn", text);
        write("proc/sys/net/ipv4/ip_local_reserved_ports", text);
        assertThat(read().get(Fact.SOMAXCONN)).isEqualTo(Facts.UNKNOWN);
        assertThat(read().listening()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theRealOnesAreWhatTheKernelSays() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            assertThat(client.isConnected()).isTrue();
            await().until(() -> new FactsReader().read().waiting(server.getLocalPort()) == 1);
            Facts facts = new FactsReader().read();
            assertThat(facts.get(Fact.SOFT_FILES)).isBetween(1L, facts.get(Fact.HARD_FILES));
            assertThat(facts.get(Fact.MEMORY_AVAILABLE)).isBetween(1L, facts.get(Fact.MEMORY));
            assertThat(facts.ports()).isPositive();
            assertThat(facts.machine()).isNotEmpty();
            assertThat(new FactsReader()
                            .read(Facts.Depth.SOCKETS)
                            .listening(server.getLocalPort())
                            .orElseThrow())
                    .extracting(AcceptQueue::owner)
                    .allMatch(owner ->
                            owner.endsWith(", pid " + ProcessHandle.current().pid()));
        }
    }

    private Facts read() {
        return reader().read();
    }

    private FactsReader reader() {
        return reader(Duration.ofSeconds(60));
    }

    /** @param counted how long counting sockets may take */
    private FactsReader reader(Duration counted) {
        return new FactsReader(folder.resolve("proc"), folder.resolve("sys"), counted.toNanos());
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
