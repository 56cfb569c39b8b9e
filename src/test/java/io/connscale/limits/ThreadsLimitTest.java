package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.inGroup;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.processes;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Threads of a machine, a control group, a user: only what binds is counted and named. */
class ThreadsLimitTest {
    private static final Map<Fact, Long> USER =
            Map.of(Fact.SOFT_PROCESSES, 60L, Fact.UID, 1000L, Fact.USER_THREADS, 35L);

    /** Eight processes of 20,000 connections. */
    private static HostEnd many(String name, Facts now) {
        return host(name, 80_000, processes(20_000, 8), now, "x");
    }

    @Test
    void theLesserOfBothLimitsOfAMachineCounts() {
        Facts facts = facts(Map.of(Fact.THREADS_MAX, 90L, Fact.PIDS_MAX, 110L, Fact.THREADS, 50L));
        Allowance row = row(plan(nowhere(), many("a", facts)), "threads");
        assertThat(row.allows()).isEqualTo(60_000); // two more processes of 18 threads
        assertThat(row.calculation()).isEqualTo("40 left of kernel.threads-max and kernel.pid_max, 54 needed");
        assertThat(row.fix()).startsWith("sysctl -w kernel.threads-max=100000 ");
        assertThat(findings(new ThreadsLimit(), many("a", facts)))
                .containsExactly("kernel.threads-max", "kernel.pid_max");
    }

    @Test
    void aUserWhoMayHaveFewThreadsCanStartFewProcesses() {
        Allowance first = plan(nowhere(), many("a", facts(USER))).first().orElseThrow();
        assertThat(first.limit()).isEqualTo("threads");
        assertThat(first.allows()).isEqualTo(40_000); // one more process of 18 threads
        assertThat(first.calculation()).startsWith("25 left of ulimit -u 60, ");
        assertThat(first.fix()).contains("ulimit -u 100000", "root - nproc 100000");
        assertThat(finding(many("a", facts(USER)), "RLIMIT_NPROC").value()).isEqualTo("60, 35 in use");
    }

    /** Root is exempt from ulimit -u: what does not bind is no limit, and no evidence. */
    @Test
    void rootIsExempt() {
        Facts root = facts(Map.of(Fact.SOFT_PROCESSES, 60L, Fact.UID, 0L));
        assertThat(rows(plan(nowhere(), many("a", root)), "threads")).containsExactly("a unknown");
        assertThat(findings(new ThreadsLimit(), many("a", root))).isEmpty();
        assertThat(verdict(Map.of("start EAGAIN", 1L), root, server(RUNNING, Map.of(), CALM), 0)
                        .sentence())
                .contains("limits unknown")
                .doesNotContain("ulimit");
    }

    @Test
    void hostsInOneControlGroupShareIt() {
        Facts facts = inGroup(facts(Map.of(Fact.CGROUP_PIDS_MAX, 50L, Fact.CGROUP_PIDS, 10L)), Facts.PIDS_GROUP, "/a");
        assertThat(rows(plan(nowhere(), many("a", facts), many("b", facts)), "threads"))
                .contains("a,b 80000"); // two more processes for both
        assertThat(rows(plan(nowhere(), many("a", with(facts, Fact.CGROUP_PIDS_MAX, Facts.UNLIMITED))), "threads"))
                .containsExactly("a unknown");
    }

    @Test
    void noProcessLeft() {
        Facts facts = inGroup(
                facts(Map.of(Fact.CGROUP_PIDS_MAX, 40L, Fact.CGROUP_PIDS, 40L, Fact.SOFT_PROCESSES, 9L)),
                Facts.PIDS_GROUP,
                "/a");
        Verdict verdict =
                verdict(Map.of("start EAGAIN", 2L, "connect EMFILE", 90L), facts, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("threads");
        assertThat(verdict.text())
                .contains("no thread or process left for its agent (pids.max 40 of control group /a, 40 in use;")
                .contains("echo max > pids.max of the control group /a", "fewer processes")
                .doesNotContain("ulimit -u");
        assertThat(finding(many("a", facts), "pids.max").value()).isEqualTo("40 of the control group /a, 40 in use");
        Verdict atServer = verdict(Map.of(), nothing(), server(RUNNING, Map.of("start EAGAIN", 1L), facts), 9);
        assertThat(atServer.cause()).isEqualTo("server-threads");
        assertThat(Catalogue.ALL.verdict(
                        seen(Map.of(), nothing(), server(RUNNING, Map.of("start EAGAIN", 1L), facts), 0)))
                .isEmpty();
    }
}
