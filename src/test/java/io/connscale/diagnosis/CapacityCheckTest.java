package io.connscale.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Known;
import io.connscale.limits.Given;
import io.connscale.limits.HostEnd;
import io.connscale.limits.ServerEnd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said before connections are opened, on a machine made up that holds 10,000 of them in its memory. */
class CapacityCheckTest {
    private static final Facts MACHINE = Known.with(Known.nothing(), Fact.MEMORY_AVAILABLE, 110_000_000);
    private final List<String> notices = new ArrayList<>();

    private void check(long wanted, long files, Facts machine) throws AgentException {
        HostEnd client = Given.host("client1", wanted, Given.processes(files, 1), machine, "x");
        ServerEnd server = Given.serverOf(wanted, Given.processes(files, 1), machine);
        CapacityCheck.check(Given.plan(server, client), notices::add);
    }

    private static Facts ports(long ports) {
        return Known.with(Known.with(MACHINE, Fact.FIRST_PORT, 1), Fact.LAST_PORT, ports);
    }

    @Test
    void whatFitsIsOpenedWithoutAWord() throws AgentException {
        check(10_000, 20_000, ports(20_000));
        assertThat(notices).isEmpty();
    }

    @Test
    void whatWouldUseUpTheMemoryIsRefused() {
        assertThatThrownBy(() -> check(12_000, 20_000, MACHINE)).isInstanceOfSatisfying(AgentException.class, e -> {
            assertThat(e.message())
                    .isEqualTo("12,000 connections would use up the memory of client1, server: 104 MiB available, "
                            + "125 MiB needed: 10.7 KiB a connection, 40 MiB a further process; about 10,000 fit");
            assertThat(e.hint()).isEqualTo("open fewer, or all the same with --force");
        });
        assertThat(notices).isEmpty();
    }

    @Test
    void anotherLimitIsSaidAndTried() throws AgentException {
        check(12_000, 8_000, MACHINE);
        assertThat(notices)
                .containsExactly("of 12,000 connections about 8,000 can come up on client1: files, "
                        + "8,040 files − 40 of its own · plan says more");
    }

    @Test
    void anotherLimitThatLeavesTooManyForTheMemoryDoesNotSaveIt() {
        assertThatThrownBy(() -> check(50_000, 20_000, ports(11_000)))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.message()).endsWith("; about 10,000 fit"));
    }

    @Test
    void aSynQueueThatIsTooNarrowForAnyPathIsSaid() throws AgentException {
        Facts noCookies = Known.with(Known.with(MACHINE, Fact.SYNCOOKIES, 0), Fact.SYN_BACKLOG, 8);
        check(100, 20_000, noCookies);
        assertThat(notices).singleElement().asString().contains("SYN queue holds 7 handshakes", "tcp_syncookies=1");
        notices.clear();
        check(100, 20_000, Known.with(noCookies, Fact.SYN_BACKLOG, 1024));
        assertThat(notices).isEmpty();
    }
}
