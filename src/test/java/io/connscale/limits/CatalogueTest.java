package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.OWN;
import static io.connscale.limits.Given.RANGE;
import static io.connscale.limits.Given.at;
import static io.connscale.limits.Given.client;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.processes;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.statistics;
import static io.connscale.limits.Given.toPorts;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static io.connscale.limits.ServerEnd.State.SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause;
import io.connscale.limits.Limit.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** All limits together: which is reached first, which explains best, and that all that is said of one is the same. */
class CatalogueTest {
    @Test
    void whereNothingFailedThereIsNoVerdict() {
        assertThat(Catalogue.ALL.verdict(seen(Map.of(), RANGE, server(RUNNING, Map.of(), CALM), 0)))
                .isEmpty();
    }

    @Test
    void whatWentWithItsProcessIsToldAsItsEnd() {
        Observation seen =
                seen(Map.of("agent lost", 3L, "connect EMFILE", 1L), nothing(), server(RUNNING, Map.of(), CALM), 0);
        assertThat(Catalogue.ALL.verdict(seen.ofEnded())).isEmpty();
        assertThat(Catalogue.ALL.verdict(seen)).isPresent();
    }

    /** The handshakes of connections that never came up don't explain why others ended; those that were refused when they were up do. */
    @Test
    void whatNeverCameUpOverTlsDoesNotExplainWhatEnded() {
        ServerEnd target = GivenTarget.unread();
        Observation mixed = evidence(
                GivenTarget.seen(
                        7_321,
                        400,
                        Map.of("tls handshake: certificate expired", 400L, "receive closed", 1L),
                        java.time.Duration.ofSeconds(9)),
                target);
        assertThat(Catalogue.ALL.verdict(mixed).orElseThrow().cause()).isEqualTo("tls");
        assertThat(Catalogue.ALL.verdict(mixed.ofEnded()).orElseThrow().cause()).isEqualTo("target-closes");
        Observation up = evidence(
                GivenTarget.seen(
                        0, 3, Map.of("tls handshake: alert certificate required", 9L, "connect ECONNREFUSED", 3L)),
                target);
        assertThat(Catalogue.ALL.verdict(up.ofEnded()).orElseThrow().cause()).isEqualTo("tls");
    }

    @Test
    void whatIsNotKnownIsSaidToBeUnknownWithWhatWasSeen() {
        Verdict verdict = verdict(Map.of("connect EPROTO", 2L), CALM, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo(Verdict.UNKNOWN);
        assertThat(verdict.text()).contains("is not known", "connect EPROTO 2");
    }

    /** The time that event loops ran is no counter of the kernel's: it always grows. */
    @Test
    void whereNoCounterGrewThatIsSaid() {
        Facts before = with(with(CALM, Fact.LISTEN_DROPS, 1), Fact.LOOPS_RAN, 0);
        Facts now = with(before, Fact.LOOPS_RAN, 9);
        Observation seen = evidence(
                Map.of("connect EPROTO", 2L), 0, before, now, server(RUNNING, Map.of(), before, now, "127.0.0.1"), 0);
        assertThat(Catalogue.ALL.verdict(seen).orElseThrow().text())
                .contains("; no kernel counter increased at either end. doctor");
        Facts grew = with(now, Fact.LISTEN_DROPS, 3);
        Observation atServer = evidence(
                Map.of("connect EPROTO", 2L), 0, before, now, server(RUNNING, Map.of(), before, grew, "127.0.0.1"), 0);
        assertThat(Catalogue.ALL.verdict(atServer).orElseThrow().text())
                .contains("kernel of client1: no kernel counter increased, at the server: TcpExtListenDrops +2");
        assertThat(verdict(Map.of("connect EPROTO", 2L), nothing(), server(SILENT, Map.of(), nothing()), 0)
                        .text())
                .contains("kernel of client1: counters unknown, at the server: counters unknown");
    }

    /** A limit that somebody adds: a class, and nothing else that knows of it. */
    private static final class MadeUp implements Limit {
        @Override
        public List<Allowance> plan(Observation planned) {
            return List.of(new Allowance(
                    "tea",
                    Allowance.Scope.NETWORK,
                    planned.ends(),
                    planned.wanted(),
                    3,
                    "3 cups",
                    Map.of("cups", 3),
                    "brew more"));
        }

        @Override
        public List<Finding> findings(End end) {
            return List.of(new Finding("tea", "3", "tea drinkers", 3, new Remedy("brew", "plant")));
        }

        @Override
        public Optional<Cause> cause(Observation seen) {
            return seen.worst("connect ENOTEA")
                    .map(host -> new Cause(
                            Cause.Certainty.ERRNO,
                            1,
                            new Verdict("tea", host, host.stopped() + "no tea", "brew more")));
        }
    }

    @Test
    void aLimitIsAClassThatNothingElseKnows() {
        Catalogue catalogue = new Catalogue(List.of(new MadeUp()));
        Observation ten = new Observation(List.of(host("a", 10, nothing())), nowhere(), 0);
        assertThat(catalogue.plan(ten).first().orElseThrow().calculation()).isEqualTo("3 cups");
        assertThat(catalogue.findings(ten.hosts().get(0)))
                .extracting(Finding::limit)
                .startsWith("tea");
        Observation failed = seen(Map.of("connect ENOTEA", 3L), nothing(), server(RUNNING, Map.of(), CALM), 0);
        assertThat(catalogue.verdict(failed).orElseThrow().cause()).isEqualTo("tea");
        assertThat(Catalogue.ALL.verdict(failed).orElseThrow().cause()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void whereAllFitNothingIsFirst() {
        Plan plan = plan(serverOf(20_000, RANGE), host("a", 20_000, RANGE, "x"));
        assertThat(plan.first()).isEmpty();
        assertThat(plan.wanted()).isEqualTo(20_000);
    }

    @Test
    void theFirstLimitIsTheOneThatAllowsTheLeastOfWhatIsAsked() {
        Plan plan = plan(serverOf(50_000, RANGE), host("a", 50_000, RANGE, "x"));
        assertThat(plan.first().orElseThrow().limit()).isEqualTo("files");
        assertThat(plan.first().orElseThrow().allows()).isEqualTo(20_000);
        assertThat(rows(plan, "4-tuples")).containsExactly("a 28232");
    }

    @Test
    void rowsStandFromNarrowToWideWhateverTheOrderOfTheLimits() {
        Facts all = facts(Map.of(Fact.CONNTRACK_MAX, 9L, Fact.CONNTRACK_IN_USE, 1L));
        assertThat(plan(serverOf(1, at("s", "s", nothing())), host("a", 1, all)).allowances())
                .extracting(row -> row.limit() + " " + row.where().get(0).name())
                .containsExactly(
                        "4-tuples a",
                        "files a",
                        "files server",
                        "machine's files a",
                        "memory a",
                        "threads a",
                        "machine's files server",
                        "memory server",
                        "threads server",
                        "conntrack a");
    }

    @Test
    void whatCouldNotBeReadIsAmongTheLimitsAsUnknown() {
        Plan plan = plan(nowhere(), host("a", 6_000, Processes.NONE, nothing(), "x"));
        assertThat(plan.unknown()).isEqualTo(plan.allowances());
        assertThat(plan.unknown())
                .extracting(Allowance::limit)
                .containsExactly("4-tuples", "files", "machine's files", "memory", "threads");
        assertThat(plan.first()).isEmpty();
        assertThat(plan.killing()).isEmpty();
    }

    /** A host may be called so: it is no server, whose limits are those of every host. */
    @Test
    void aHostCalledServerIsNotTheServer() {
        Facts machine = with(nothing(), Fact.MEMORY_AVAILABLE, 5_500_000);
        HostEnd small = host("server", 10_000, processes(10, 1), at("s", "s", nothing()));
        HostEnd large = host("a", 10_000, processes(20_000, 1), machine);
        assertThat(plan(nowhere(), small, large).killing().orElseThrow().where())
                .containsExactly(large);
        assertThat(rows(plan(nowhere(), small, large), "memory")).contains("server unknown", "a 1000");
        assertThat(host("server", 1, nothing()).bytesEach()).isEqualTo(Costs.SOCKET + Costs.IN_AGENT);
    }

    @Test
    void whereItsMachineIsUnknownTheServerTakesNoPart() {
        assertThat(plan(nowhere(), host("a", 10, nothing())).allowances())
                .allSatisfy(row -> assertThat(row.where()).extracting(End::name).containsExactly("a"));
    }

    /** The commands can't disagree: doctor's number of a limit is plan's, of one process that holds nothing yet. */
    @Test
    void doctorAndPlanSayTheSameNumber() {
        Facts facts = facts(Map.of(
                Fact.HARD_FILES, 1_000L,
                Fact.FIRST_PORT, 1_001L,
                Fact.LAST_PORT, 1_900L,
                Fact.MAX_FILES, 5_000L,
                Fact.FILES_IN_USE, 4_200L,
                Fact.CONNTRACK_MAX, 900L,
                Fact.CONNTRACK_IN_USE, 200L,
                Fact.CGROUP_MEMORY_MAX, 4_000_000L,
                Fact.CGROUP_MEMORY, 700_000L));
        HostEnd host = host("a", 2_000, Processes.of(facts, 1, 1, 0, 0), facts, "x");
        Plan plan = plan(nowhere(), host);
        Map<String, String> names = Map.of(
                "RLIMIT_NOFILE", "files",
                "net.ipv4.ip_local_port_range", "4-tuples",
                "fs.file-max", "machine's files",
                "net.netfilter.nf_conntrack_max", "conntrack",
                "memory.max", "memory");
        facts = with(facts, Fact.CGROUP_MEMORY_MAX, 40_000_000);
        HostEnd roomy = host("a", 2_000, Processes.of(facts, 1, 1, 0, 0), facts, "x");
        names.forEach((finding, limit) -> assertThat(
                        rows(plan(nowhere(), limit.equals("memory") ? host : roomy), limit))
                .as(finding)
                .contains("a "
                        + finding(limit.equals("memory") ? host : roomy, finding)
                                .at()));
        assertThat(plan.first()).isPresent();
    }

    @Test
    void findingsThatStopTheFewestComeFirstThenNoNumberThenTheUnknown() {
        Facts facts = facts(Map.of(Fact.FIRST_PORT, 1L, Fact.LAST_PORT, 100L, Fact.HARD_FILES, 90L, Fact.TW_REUSE, 0L));
        HostEnd host = host("a", 1, Processes.of(facts, 2, 1, 0, 0), facts, "x");
        assertThat(Catalogue.ALL.findings(host))
                .extracting(Finding::limit)
                .startsWith("RLIMIT_NOFILE", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse")
                .endsWith("MemAvailable");
        assertThat(finding(host, "fs.file-max").value()).isEqualTo("unknown");
    }

    @Test
    void ofAMachineThatTellsNothingNothingIsSaid() {
        assertThat(Catalogue.ALL.findings(host("a", 1, nothing()))).isEmpty();
        assertThat(Catalogue.ALL.findings(serverOf(1, nothing()))).isEmpty();
    }

    @Test
    void anErrnoNamesItsLimitWhateverElseFailed() {
        Facts overflowed = with(CALM, Fact.LISTEN_OVERFLOWS, 900);
        Map<String, Long> errors = Map.of("connect EMFILE", 1L, "connect ETIMEDOUT", 99L, "receive closed", 9L);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of("accept EMFILE", 4L), overflowed), 20)
                        .cause())
                .isEqualTo("files");
        Map<String, Long> both = Map.of("connect EMFILE", 1L, "connect EADDRNOTAVAIL", 99L);
        assertThat(verdict(both, nothing(), server(RUNNING, Map.of(), CALM), 0).cause())
                .as("of two the one that explains more")
                .isEqualTo("ports");
    }

    @Test
    void ofWhatIsLeftTheOneThatExplainsMoreIsNamed() {
        ServerEnd calm = server(RUNNING, Map.of(), CALM);
        assertThat(verdict(Map.of("receive timeout", 9L, "receive closed", 2L), CALM, calm, 0)
                        .cause())
                .isEqualTo("slow-server");
        assertThat(verdict(Map.of("receive timeout", 2L, "receive closed", 9L), CALM, calm, 0)
                        .cause())
                .isEqualTo("closed");
    }

    /** Two hosts of one machine, from one of which a part of /proc is hidden: what the other tells holds for both. */
    @Test
    void whatOneEndOfAMachineTellsHoldsForAll() {
        Facts told = facts(Map.of(
                Fact.FIRST_PORT, 1_001L,
                Fact.LAST_PORT, 1_900L,
                Fact.MAX_FILES, 5_000L,
                Fact.FILES_IN_USE, 4_200L,
                Fact.CONNTRACK_MAX, 900L,
                Fact.CONNTRACK_IN_USE, 200L,
                Fact.MEMORY_AVAILABLE, 55_000_000L,
                Fact.THREADS_MAX, 500L,
                Fact.THREADS, 100L));
        Plan plan = plan(nowhere(), host("hidden", 10, nothing(), "x"), host("open", 10, told, "x"));
        assertThat(plan.unknown()).isEmpty();
        assertThat(plan.allowances())
                .extracting(row -> row.limit() + " " + row.allows())
                .contains("4-tuples 900", "machine's files 800", "memory 10000", "conntrack 700");
    }

    @Property
    void nobodySumsOver(
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long wanted, @ForAll @IntRange(min = 1) int max) {
        Facts huge = facts(Map.of(
                Fact.MEMORY_AVAILABLE, 1L << 60,
                Fact.MAX_FILES, 1L << 60,
                Fact.FILES_IN_USE, 0L,
                Fact.THREADS_MAX, 1L << 60,
                Fact.THREADS, 0L));
        HostEnd host = host("a", wanted, new Processes(Facts.UNLIMITED, max, 0, 0, OWN), huge, "x");
        assertThat(plan(nowhere(), toPorts(1000, host)).allowances())
                .filteredOn(Allowance::known)
                .hasSizeGreaterThan(3)
                .allSatisfy(row -> assertThat(row.allows()).isNotNegative());
    }

    @Test
    void theUnknownIsSaidOfTheHostThatFailedWithWhatTheOtherEndSaw() {
        Observation seen = new Observation(
                List.of(
                        host("calm", 0, nothing()),
                        client(statistics(Map.of("connect EPROTO", 2L), 0), "127.0.0.2", "127.0.0.1:8989", CALM, CALM)),
                server(RUNNING, Map.of("accept EPROTO", 1L), CALM),
                0);
        assertThat(verdict(seen).text())
                .contains(" on client1 is not known; seen: connect EPROTO 2; at the server accept EPROTO 1; ")
                .doesNotContain("unaccepted");
        assertThat(verdict(seen).marked(List.of("it is slow")).text()).endsWith(". Note: it is slow");
        assertThat(verdict(seen).text()).doesNotContain("Note");
    }

    /** What is reached first is read first; what has no number stops no connection. */
    @Test
    void findingsStandInTheOrderInWhichTheyAreReached() {
        Facts facts = with(with(RANGE, Fact.HARD_FILES, 40_000), Fact.CPU_QUOTA, 500_000);
        assertThat(Catalogue.ALL.findings(host("a", 1, processes(40_000, 1), facts)))
                .extracting(Finding::limit)
                .startsWith("net.ipv4.ip_local_port_range", "RLIMIT_NOFILE");
        assertThat(Catalogue.ALL.findings(host("a", 1, processes(20_000, 1), facts)))
                .extracting(Finding::limit)
                .startsWith("RLIMIT_NOFILE", "net.ipv4.ip_local_port_range");
    }

    @Test
    void aPlanHasThePaceOfEachLimitThatBoundsIt() {
        Facts cookiesOff = with(with(nothing(), Fact.SYNCOOKIES, 0), Fact.SYN_BACKLOG, 128);
        assertThat(plan(serverOf(10, cookiesOff), host("a", 10, nothing())).paces())
                .hasSize(1);
        assertThat(plan(serverOf(10, nothing()), host("a", 10, nothing())).paces())
                .isEmpty();
    }
}
