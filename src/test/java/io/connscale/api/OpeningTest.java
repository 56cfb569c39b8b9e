package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.config.HostsFile;
import io.connscale.control.Agent;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Opening that is ended while an agent does not say that it has ended. */
@Timeout(30)
class OpeningTest {
    @TempDir
    Path folder;

    /** Says once how far it is, and then nothing at all. */
    @SuppressWarnings("unchecked")
    private static Agent silentAfter(Agent.Opened progress) {
        return (Agent) Proxy.newProxyInstance(
                Agent.class.getClassLoader(), new Class<?>[] {Agent.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("open")) {
                        ((Consumer<Agent.Opened>) arguments[1]).accept(progress);
                    }
                    return method.getName().equals("allOpened")
                            ? CompletableFuture.completedFuture(null)
                            : new CompletableFuture<>();
                });
    }

    @Test
    void whoDoesNotConfirmTheEndIsNotWaitedForAndWhatIsKnownIsSaid() throws Exception {
        Path file = Files.writeString(
                folder.resolve("hosts.yaml"), "server: {autostart: false}\nhosts: {client1: local}\n");
        try (Parts parts = Parts.of(HostsFile.read(file), User.NOBODY)) {
            Opening opening = new Opening(
                    parts,
                    Map.of("client1", silentAfter(new Agent.Opened(500, 120, 3, 1.5, new TreeMap<>()))),
                    Map.of("client1", 500L),
                    Opening.Request.of(500),
                    Map.of(),
                    Duration.ofSeconds(1));
            assertThat(opening.await(Duration.ofMillis(10))).isFalse();

            opening.stop();
            opening.stop();

            assertThat(opening.await(Duration.ofSeconds(20))).isTrue();
            Opened opened = opening.result();
            assertThat(opened.established()).isEqualTo(120);
            assertThat(opened.failures()).containsOnlyKeys("client1");
            assertThat(opened.failures().get("client1"))
                    .hasMessageStartingWith("client1: the agent did not confirm the end within 1 s");
        }
    }
}
