package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.processes;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Descriptors per process: the same number and the same words wherever they are said. */
class FileDescriptorLimitTest {
    @Test
    void noFileAtTheClient() {
        Facts facts = with(nothing(), Fact.HARD_FILES, 128);
        Verdict verdict = verdict(Map.of("connect EMFILE", 3L), facts, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("files");
        assertThat(verdict.host()).isEqualTo("client1");
        assertThat(verdict.text()).contains("RLIMIT_NOFILE 128", "ulimit -n");
    }

    @Test
    void noFileAtTheServerThoughItsQueueOverflowsToo() {
        Facts overflowed = with(CALM, Fact.LISTEN_OVERFLOWS, 900);
        Verdict verdict = verdict(
                Map.of("receive timeout", 5L), nothing(), server(RUNNING, Map.of("accept EMFILE", 4L), overflowed), 20);
        assertThat(verdict.cause()).isEqualTo("server-files");
        assertThat(verdict.host()).isEqualTo("server");
    }

    @Test
    void eachProcessHasWhatItDoesNotNeedItself() {
        Plan plan = plan(nowhere(), host("a", 10, new Processes(140, 2, 2, 150, 40), nothing()));
        assertThat(rows(plan, "files")).containsExactly("a 50");
        assertThat(row(plan, "files").calculation())
                .isEqualTo("2 processes × (140 files − 40 of its own) − 150 open already");
        Plan one = plan(nowhere(), host("a", 10, new Processes(140, 1, 1, 0, 40), nothing()));
        assertThat(row(one, "files").calculation()).isEqualTo("140 files − 40 of its own");
    }

    @Test
    void whatAProcessNeedsItselfIsToldOrTakenForUsual() {
        Facts told = facts(Map.of(Fact.HARD_FILES, 1_000L, Fact.OPEN_FILES, 121L));
        assertThat(Processes.of(told, 1, 1, 100, 100).ownFiles()).isEqualTo(21);
        assertThat(Processes.of(told, 1, 1, 100, Facts.UNKNOWN).ownFiles()).isEqualTo(Costs.PROCESS_FILES);
        assertThat(Processes.of(told, 8, 1, 100, 100).ownFiles()).isEqualTo(Costs.PROCESS_FILES + Costs.RESERVED_FILES);
    }

    @Test
    void loopsTakeFilesOfTheFirstProcess() {
        long own = Costs.PROCESS_FILES + Costs.RESERVED_FILES;
        Facts told = facts(Map.of(Fact.HARD_FILES, own + 400, Fact.WORKERS_ARE_LOOPS, 1L));
        assertThat(Processes.of(told, 1_024, 1, 0, 0).max()).isEqualTo(1 + 400 / 5);
        assertThat(Processes.of(told, 1_024, 2, 9_000, 300).max()).isEqualTo(1 + 100 / 5);
        assertThat(Processes.of(told, 8, 1, 0, 0).max()).isEqualTo(8);
        assertThat(Processes.of(facts(Map.of(Fact.HARD_FILES, own + 400)), 1_024, 1, 0, 0)
                        .max())
                .as("processes have files of their own")
                .isEqualTo(1_024);
    }

    @Test
    void aLimitThatCannotBeReadIsUnknown() {
        assertThat(rows(plan(nowhere(), host("a", 10, Processes.NONE, nothing())), "files"))
                .containsExactly("a unknown");
    }

    @Test
    void theRemedyReachesRootTooAndStaysBelowWhatBoundsIt() {
        HostEnd low = host("a", 1, processes(984, 1), with(nothing(), Fact.HARD_FILES, 1024));
        assertThat(finding(low, "RLIMIT_NOFILE").forGood()).contains("* - nofile 1048576", "root - nofile 1048576");
        Facts bounded = with(low.now(), Fact.MAX_FILES_A_PROCESS, 4096);
        assertThat(finding(host("a", 1, processes(984, 1), bounded), "RLIMIT_NOFILE")
                        .now())
                .startsWith("ulimit -n 4096 ");
    }

    @Test
    void whereTheLimitIsAtItsBoundTheBoundIsNamedEverywhere() {
        Facts bounded = facts(Map.of(Fact.HARD_FILES, 4096L, Fact.MAX_FILES_A_PROCESS, 4096L));
        HostEnd host = host("a", 1, processes(4056, 1), bounded);
        assertThat(finding(host, "RLIMIT_NOFILE").root()).isFalse();
        assertThat(finding(host, "fs.nr_open").now()).isEqualTo("sysctl -w fs.nr_open=4194304");
        assertThat(row(plan(nowhere(), host), "files").fix()).contains("workers:", "sysctl -w fs.nr_open=4194304");
        assertThat(verdict(Map.of("connect EMFILE", 3L), bounded, server(RUNNING, Map.of(), CALM), 0)
                        .remedy())
                .isEqualTo("Raise it: " + row(plan(nowhere(), host), "files").fix());
    }
}
