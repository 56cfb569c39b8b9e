package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A host whose cable is pulled out says nothing any more, not even that it is gone: the server finds out. */
@Tag("namespaces")
class DeadPeersIT {
    @Test
    void theServerLetsConnectionsGoWhoseOtherEndIsDead() {
        try (NetworkOfHosts network = NetworkOfHosts.of(1);
                NetworkConsole console = NetworkConsole.withServer(
                        network,
                        "keepalive: 1s, bind: " + network.console().address(),
                        "c: {command: [" + network.host("h1").in() + "], workers: 1, timeout: 10m, interval: 1s}")) {
            console.must("start c");
            assertThat(console.must("connections start 100 c")
                            .at("/hosts/c/established")
                            .asInt())
                    .isEqualTo(100);
            network.host("h1").cut();

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> console.must("server").path("established").asInt() == 0);
            assertThat(console.must("server").at("/errors/receive ETIMEDOUT").asInt())
                    .isEqualTo(100);
            assertThat(network.console().established(NetworkConsole.PORT)).isZero();
        }
    }
}
