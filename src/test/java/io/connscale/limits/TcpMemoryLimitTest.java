package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What TCP as a whole may hold. */
class TcpMemoryLimitTest {
    @Test
    void pagesAreSaidWhereTheyAreLessThanTheMemoryHasRoomFor() {
        Facts facts = facts(Map.of(Fact.TCP_MEMORY_MAX, 1_000L, Fact.TCP_MEMORY_PRESSURE, 500L));
        assertThat(finding(serverOf(1, facts), "net.ipv4.tcp_mem").now())
                .isEqualTo("sysctl -w net.ipv4.tcp_mem=\"1000 3000 4000\"");
        assertThat(findings(new TcpMemoryLimit(), serverOf(1, with(facts, Fact.MEMORY_AVAILABLE, 1 << 20))))
                .isEmpty();
    }

    /** The hint was to mount /proc in another way, which does not help there. */
    @Test
    void aNetworkNamespaceDoesNotShowThem() {
        assertThat(finding(serverOf(1, facts(Map.of(Fact.SOMAXCONN, 4_096L))), "net.ipv4.tcp_mem")
                        .now())
                .isEqualTo("sysctl net.ipv4.tcp_mem on the machine itself shows it");
        assertThat(finding(serverOf(1, facts(Map.of(Fact.HARD_FILES, 20_000L))), "net.ipv4.tcp_mem")
                        .now())
                .isEqualTo("mount /proc there without subset=pid");
    }

    @Test
    void orphansAreSaidWhereHalfAreInUse() {
        Facts facts = facts(Map.of(Fact.MAX_ORPHANS, 100L, Fact.ORPHANS, 51L));
        assertThat(finding(host("a", 1, facts), "net.ipv4.tcp_max_orphans").value())
                .isEqualTo("100, 51 in use");
        assertThat(findings(new TcpMemoryLimit(), host("a", 1, with(facts, Fact.ORPHANS, 50))))
                .isEmpty();
    }

    @Test
    void aLargeLeastBufferIsSaid() {
        Facts facts = with(nothing(), Fact.SEND_BUFFER_MIN, 1 << 20);
        assertThat(findings(new TcpMemoryLimit(), host("a", 1, facts))).containsExactly("net.ipv4.tcp_wmem");
    }

    @Test
    void anAbortForWantOfMemoryIsNamed() {
        Facts before = with(CALM, Fact.ABORT_ON_MEMORY, 1);
        Facts now = with(with(before, Fact.ABORT_ON_MEMORY, 10), Fact.TCP_MEMORY_MAX, 1_000);
        Verdict verdict = verdict(
                Map.of("receive ECONNRESET", 9L), nothing(), server(RUNNING, Map.of(), before, now, "127.0.0.1"), 0);
        assertThat(verdict.cause()).isEqualTo("tcp-memory");
        assertThat(verdict.text()).contains("TCPAbortOnMemory +9", "tcp_mem 1,000 pages, unknown in use", "tcp_mem=");
    }
}
