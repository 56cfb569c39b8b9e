package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is against connections from some sources to some targets. */
class RoutesTest {
    private static final String HEADINGS = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n";
    private static final List<String> TARGETS = List.of("127.0.0.1:8989");

    @TempDir
    private Path proc;

    private void write(String file, String text) throws IOException {
        Path path = proc.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Two connections and a TIME-WAIT from 127.0.0.2, one of a socket for both families, and some of others and to others. */
    private void table() throws IOException {
        write(
                "net/tcp",
                HEADINGS
                        + " 0: 0100007F:231D 00000000:0000 0A 0:0 0:0 0\n"
                        + " 1: 0100007F:231D 0200007F:8000 01 0:0 0:0 0\n"
                        + " 2: 0200007F:8000 0100007F:231D 01 0:0 0:0 0\n"
                        + " 3: 0200007F:8001 0100007F:231D 06 0:0 0:0 0\n"
                        + " 4: 0300007F:8002 0100007F:231D 06 0:0 0:0 0\n"
                        + " 5: 0200007F:8003 0100007F:0050 06 0:0 0:0 0\n"
                        + " 6: 0200007F:8005 010200C0:231D 06 0:0 0:0 0\n"
                        + " 7: 0200007F:8006 010200C0:231D 01 0:0 0:0 0\n");
        write(
                "net/tcp6",
                HEADINGS
                        + " 0: 0000000000000000FFFF00000200007F:8004 0000000000000000FFFF00000100007F:231D 01 0:0 0:0 0\n");
    }

    @Test
    void connectionsAndTimeWaitOfTheseSourcesToThesePortsAreCounted() throws IOException {
        table();
        write("sys/net/ipv4/tcp_tw_reuse", "0\n");
        Routes some = Routes.read(proc, TARGETS, List.of("127.0.0.2"));
        assertThat(some.targets()).containsExactly("127.0.0.1");
        assertThat(some.connected()).isEqualTo(2);
        assertThat(some.timeWait()).isEqualTo(1);
        assertThat(Routes.read(proc, TARGETS, List.of()).timeWait()).isEqualTo(2);
    }

    /** A port is taken for one address and port of the server; to another one the kernel gives it out as well. */
    @Test
    void connectionsToAnotherAddressTakeNoPort() throws IOException {
        table();
        write("sys/net/ipv4/tcp_tw_reuse", "0\n");
        Routes other = Routes.read(proc, List.of("192.0.2.1:8989"), List.of());
        assertThat(other.connected()).isEqualTo(1);
        assertThat(other.timeWait()).isEqualTo(1);
        assertThat(Routes.read(proc, List.of("192.0.2.9:8989"), List.of()).connected())
                .isZero();
        assertThat(Routes.read(proc, List.of("[::ffff:127.0.0.1]:8989"), List.of("127.0.0.2"))
                        .connected())
                .isEqualTo(2);
    }

    @Test
    void portsInTimeWaitAreFreeWhereTheKernelGivesThemOutAgain() throws IOException {
        table();
        write("sys/net/ipv4/tcp_tw_reuse", "1\n");
        assertThat(Routes.read(proc, TARGETS, List.of()).timeWait()).isZero();
        write("sys/net/ipv4/tcp_tw_reuse", "2\n");
        assertThat(Routes.read(proc, TARGETS, List.of()).timeWait())
                .as("loopback")
                .isZero();
        assertThat(Routes.read(proc, List.of("192.0.2.1:8989"), List.of()).timeWait())
                .isEqualTo(1);
    }

    @Test
    void whatCannotBeReadIsUnknown() {
        Routes routes = Routes.read(proc, TARGETS, List.of());
        assertThat(routes.connected()).isEqualTo(Facts.UNKNOWN);
        assertThat(routes.timeWait()).isEqualTo(Facts.UNKNOWN);
    }

    private static String against(String source, String target) {
        return Routes.read(Path.of("/proc"), List.of(target), List.of(source))
                .unusable()
                .getOrDefault(source, "");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void sourcesFromWhichNothingCanComeAreNamed() {
        assertThat(against("127.0.0.77", "127.0.0.1:8989")).isEmpty();
        assertThat(against("192.0.2.77", "127.0.0.1:8989")).isEqualTo("is no address of this host");
        assertThat(against("127.0.0.1", "192.0.2.1:8989"))
                .isEqualTo("reaches only this machine, and the server's 192.0.2.1 is another one's");
        assertThat(against("fe80::1", "[fe80::2]:8989")).isEqualTo("needs its interface: fe80::1%eth0");
        assertThat(against("::1", "127.0.0.1:8989")).isEqualTo("is IPv6, and the server's 127.0.0.1 is not");
        assertThat(against("fe80::1%nosuch0", "[fe80::2]:8989")).isEqualTo("is no address of this host");
    }
}
