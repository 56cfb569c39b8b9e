package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.HostStatus;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.MiniCluster;
import io.connscale.cluster.Rack;
import io.connscale.command.TypedLines.Said;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The console's side of very many hosts, with agents in this process: its threads, and what it prints. */
@Timeout(300)
class ManyHostsTest {
    private static final int HOSTS = 2_000;
    private static final int LINES = 12;

    /** Threads of this process that serve agents, by role, without their numbers and hosts. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("^node\\d+", "HOST").replaceAll("-\\d+$", ""))
                .filter(name -> !name.equals("HOST-agent")) // the other end
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static long in(MiniCluster mini, State state) {
        return mini.cluster().statuses().stream()
                .map(HostStatus::state)
                .filter(state::equals)
                .count();
    }

    @Test
    void oneConsoleKeepsTwoThousandAgents() throws Exception {
        Map<String, Long> others = threads(); // tests of this process that have ended may have some yet
        try (Rack rack = new Rack();
                MiniCluster mini = MiniCluster.of().many(HOSTS, rack).start()) {
            table(mini, "start node[1-500]");
            Said rest = table(mini, "start all"); // those that are up are left alone
            assertThat(rest.exit()).isZero();
            assertThat(rest.out().lines().count()).isLessThan(LINES);
            assertThat(rest.out()).contains("node[501-2000]");
            assertThat(rack.mostStarting()).isLessThanOrEqualTo(16);
            assertThat(in(mini, State.READY)).isEqualTo(HOSTS);

            Map<String, Long> threads = threads();
            assertThat(threads.get("HOST-control")).isEqualTo(HOSTS);
            threads.remove("HOST-control");
            others.forEach((role, n) -> threads.computeIfPresent(role, (same, all) -> Math.max(0, all - n)));
            assertThat(threads.values().stream().mapToLong(Long::longValue).sum())
                    .as("threads beside one per host: %s", threads)
                    .isLessThan(300);

            // Both ends agree, so that neither is asked again.
            assertThat(json(mini, "count").exit()).isZero();
            rack.hold(100);
            assertThat(table(mini, "count").out()).startsWith("""
                                          hosts  established  connecting  failed  lost
                            server                         0
                            node[1-2000]  2,000          100           0       0     0
                            sum           2,000      200,000           0       0     0
                            difference               200,000
                            """);

            rack.cut(host -> Integer.parseInt(host.substring("node".length())) > HOSTS / 2);
            await().atMost(Duration.ofSeconds(30)).until(() -> in(mini, State.LOST) == HOSTS / 2);
            assertThat(in(mini, State.READY)).as("the rest goes on").isEqualTo(HOSTS / 2);
            await().untilAsserted(() -> assertThat(mini.notices()).anyMatch(line -> line.contains("2000] (")));
            // The few that are noticed a moment before the others, or after them, are told one by one.
            assertThat(mini.notices())
                    .allMatch(
                            line -> line.matches(
                                    "(node[\\d,\\[\\]-]+)( \\([\\d,]+ hosts\\))? lost, with 100 connections: no heartbeat for 10 s · start \\1 brings .*"));
            assertThat(mini.notices()).hasSizeLessThan(3 * LINES);
            rack.hold(0);
            assertThat(json(mini, "count node[1-1000]").exit()).isZero();
            assertThat(table(mini, "hosts").out().lines().toList())
                    .hasSize(4)
                    .anyMatch(line -> line.startsWith("node[1001-2000]  1,000  thread    lost"))
                    .endsWith("node[1001-2000] (1,000 hosts) lost: no heartbeat for 10 s");
            assertThat(table(mini, "stop all").out().lines()).hasSizeLessThan(LINES);
            await().until(() -> !threads().containsKey("HOST-control"));
        }
    }

    @Test
    void twoHundredAreReadAtAGlance() throws Exception {
        try (Rack rack = new Rack();
                MiniCluster mini = MiniCluster.of().many(200, rack).start()) {
            table(mini, "start all");
            TreeMap<String, Long> errors = new TreeMap<>(Map.of("connect EMFILE", 3L));
            rack.hold(host -> {
                long pings = 1_000L + host.hashCode() % 100;
                boolean fails = host.equals("node7") || host.equals("node8");
                return new Snapshot(100, 0, fails ? 3 : 0, 0, 0, pings, pings, 0, fails ? errors : new TreeMap<>());
            });
            assertThat(table(mini, "count").out().lines().toList().subList(2, 4))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("node[7-8]"),
                            second -> assertThat(second).startsWith("node[1-6,9-200]"));

            String stats = table(mini, "stats").out();
            assertThat(stats.lines()).hasSizeLessThan(30);
            assertThat(stats.lines().toList())
                    .anyMatch(line -> line.matches("node\\[7-8] +2 +100 +0 +3 +0 .*"))
                    .anyMatch(line -> line.matches("node\\[1-6,9-200] +198 +100 +0 +0 .*"))
                    .anyMatch(line -> line.matches("sum +200 +20,000 .*"))
                    .contains("node[7-8]  connect EMFILE 6");
            String json = json(mini, "stats").last();
            assertThat(json.split("\"bytesPerConnection\"", -1))
                    .as("each host and the sum")
                    .hasSizeGreaterThan(201);

            String plan = table(mini, "plan 100k all").out();
            assertThat(plan.lines()).hasSizeLessThan(30);
            assertThat(plan).contains("node[1-200]").contains("stops at ");
            assertThat(table(mini, "plan 1 all").out().lines()).hasSizeLessThan(30);

            Said doctor = table(mini, "doctor");
            assertThat(doctor.exit()).isZero();
            assertThat(doctor.out()).contains("node[1-200] (200)");
            assertThat(doctor.out().lines()).hasSizeLessThan(40);
            assertThat(table(mini, "hosts").out().lines()).hasSize(2);
        }
    }

    @Test
    void whatFailsOnManyIsSaidOnce() throws Exception {
        MiniCluster.Builder builder = MiniCluster.of();
        for (int i = 1; i <= 20; i++) {
            builder.broken("bad" + i, 3);
        }
        try (Rack rack = new Rack();
                MiniCluster bad = builder.many(20, rack).start()) {
            Said said = table(bad, "start all");
            assertThat(said.exit()).isEqualTo(1);
            assertThat(said.out()).contains("node[1-20]");
            assertThat(said.err().lines().toList())
                    .anyMatch(line -> line.startsWith("error: bad[1-20] (20 hosts): the agent ended at once"))
                    .hasSizeLessThan(5);
            assertThat(json(bad, "start bad[1-20]").last().split("the agent ended at once", -1))
                    .hasSize(21);
        }
    }
}
