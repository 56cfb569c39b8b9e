package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Twenty real agents over two real sshds, ten over each, which turn away some of those that log in at once. {@code src/bench/hosts} does it with 200. */
@Tag("namespaces")
@Timeout(600)
class ManySshHostsIT {
    private static final int HOSTS = 20;

    private static Map<String, Long> threads(NetworkConsole console) {
        try (Stream<Path> tasks =
                Files.list(Path.of("/proc/" + console.process().pid() + "/task"))) {
            return tasks.map(task -> Folders.read(task.resolve("comm")).strip())
                    .map(name -> name.replaceAll("^node\\d+", "HOST").replaceAll("( .*|-\\d+)$", ""))
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long in(NetworkConsole console, String state) {
        return console.must("hosts")
                .path("hosts")
                .valueStream()
                .filter(host -> host.path("state").asString().equals(state))
                .count();
    }

    @Test
    void oneConsoleKeepsTwentyAndLosesARackOfThem() {
        String jvm = ", jvm: [-Xms8m, -Xmn4m]}";
        HostPlan second = HostPlan.host("h2").withSshd("MaxStartups 2:60:8");
        try (NetworkOfHosts network = NetworkOfHosts.of(HostPlan.host("h1"), second);
                NetworkConsole console =
                        NetworkConsole.with(network, "node[1-10]: {ssh: h1" + jvm, "node[11-20]: {ssh: h2" + jvm)) {
            console.must("start all");
            assertThat(network.host("h2").log()).as("met").contains("MaxStartups");
            console.must("connections start 10 all");
            JsonNode count = console.must("count");
            assertThat(count.path("established").asLong()).isEqualTo(10 * HOSTS);
            assertThat(count.path("difference").asLong()).isZero();
            assertThat(threads(console))
                    .containsEntry("ssh-reader", (long) HOSTS)
                    .containsEntry("HOST-control", (long) HOSTS)
                    .containsEntry("ssh-watch", 1L)
                    .satisfies(
                            all -> assertThat(all.getOrDefault("ssh-alive", 0L)).isLessThanOrEqualTo(4));

            network.host("h2").cut();
            await().atMost(Duration.ofSeconds(60)).until(() -> in(console, "lost") == HOSTS / 2);
            assertThat(in(console, "ready")).as("the rest goes on").isEqualTo(HOSTS / 2);
            assertThat(console.must("count node[1-10]").path("established").asLong())
                    .isEqualTo(10 * HOSTS / 2);
            network.host("h2").restore();

            JsonNode again = console.must("start all").path("hosts");
            assertThat(again.path("node1").path("seconds").asDouble())
                    .as("it runs already")
                    .isZero();
            assertThat(again.path("node20").path("seconds").asDouble()).isPositive();
            assertThat(in(console, "ready")).isEqualTo(HOSTS);
        }
    }
}
