package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** An overlay whose nodes are on machines of their own, over SSH. */
@Tag("namespaces")
class OverlayOnHostsIT {
    /** Four nodes need 3·4 + 15 = 27 connections each, 54 in all; those that went over the network have left their ports in TIME-WAIT. */
    @Test
    void nodesOfTwoMachinesAreConnectedOverTheirNetwork() {
        try (NetworkOfHosts network = NetworkOfHosts.of(2)) {
            SshHost h1 = network.host("h1");
            SshHost h2 = network.host("h2");
            try (NetworkConsole console = NetworkConsole.with(network, entry(h1), entry(h2))) {
                console.must("start all");
                JsonNode overlay = console.must("overlay --law 3n+15 --nodes 4 --hold 1s all");
                assertThat(overlay.path("wantedPerNode").asInt()).isEqualTo(27);
                assertThat(overlay.path("reached").asBoolean())
                        .as("%s", overlay)
                        .isTrue();
                long established = 0;
                long accepted = 0;
                for (SshHost host : List.of(h1, h2)) {
                    JsonNode on = overlay.path("hosts").path(host.name());
                    assertThat(on.path("nodes").asInt()).isEqualTo(2);
                    assertThat(on.path("lost").asInt()).isZero();
                    established += on.path("established").asLong();
                    accepted += on.path("accepted").asLong();
                    assertThat(host.must("ss", "-Htn", "state", "time-wait", "dst", (host == h1 ? h2 : h1).address()))
                            .isNotEmpty();
                }
                assertThat(established).isEqualTo(54);
                assertThat(accepted).isEqualTo(54);
            }
        }
    }

    /** Its own address, since the name that SSH has for it is none that the other hosts know. */
    private static String entry(SshHost host) {
        return NetworkConsole.entry(host, ", source: " + host.address());
    }
}
