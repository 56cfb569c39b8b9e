package io.connscale.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import io.connscale.kernel.Facts;
import io.connscale.kernel.plan.End;
import io.connscale.kernel.plan.Machine;
import io.connscale.kernel.plan.Network;
import io.connscale.kernel.plan.Plan;
import io.connscale.kernel.plan.Processes;
import io.connscale.kernel.plan.Processes.Base;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said before connections are opened, on a machine made up that holds 10,000 of them in its memory. */
class CapacityCheckTest {
    private static final Machine MACHINE = new Machine("m", 100_000_000, Facts.UNKNOWN, Facts.UNKNOWN);
    private final List<String> notices = new ArrayList<>();

    private void check(long wanted, long files, long ports) throws AgentException {
        Processes processes = new Processes(files, 1, 1, 0, new Base(0, 1, 1));
        Network network = Network.untracked("m", ports);
        End client = new End("client1", wanted, Set.of("x"), 5_000, processes, MACHINE, network);
        End server = new End("server", wanted, Set.of(), 5_000, processes, MACHINE, network);
        CapacityCheck.check(Plan.of(List.of(client), Optional.of(server), 1), notices::add);
    }

    @Test
    void whatFitsIsOpenedWithoutAWord() throws AgentException {
        check(10_000, 20_000, 20_000);
        assertThat(notices).isEmpty();
    }

    @Test
    void whatWouldUseUpTheMemoryIsRefused() {
        assertThatThrownBy(() -> check(12_000, 20_000, 20_000)).isInstanceOfSatisfying(AgentException.class, e -> {
            assertThat(e.message())
                    .isEqualTo("12,000 connections would use up the memory of client1, server: 95 MiB available, "
                            + "114 MiB needed: 9.8 KiB a connection, 1 B a further process; about 10,000 fit");
            assertThat(e.hint()).isEqualTo("open fewer, or all the same with --force");
        });
        assertThat(notices).isEmpty();
    }

    @Test
    void anotherLimitIsSaidAndTried() throws AgentException {
        check(12_000, 8_000, 20_000);
        assertThat(notices)
                .containsExactly("of 12,000 connections about 8,000 can come up on client1: files, "
                        + "8,000 files − 0 of its own · plan says more");
    }

    @Test
    void anotherLimitThatLeavesTooManyForTheMemoryDoesNotSaveIt() {
        assertThatThrownBy(() -> check(50_000, 20_000, 11_000))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.message()).endsWith("; about 10,000 fit"));
    }
}
