package io.connscale.limits;

import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.client;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.statistics;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Addresses that no connection can come from, or go to. */
class SourceAddressTest {
    @Test
    void sourcesThatNoConnectionCanComeFrom() {
        assertThat(ofSource("10.9.9.9", "10.0.0.1:8989", "bind EADDRNOTAVAIL"))
                .contains("no address of this host (source: 10.9.9.9; bind EADDRNOTAVAIL 5)", "ip address add");
        assertThat(ofSource("127.0.0.2", "10.0.0.1:8989", "connect EINVAL"))
                .contains("a loopback source (127.0.0.2) reaches this machine alone", "10.0.0.1:8989");
        assertThat(ofSource("fe80::1", "[fe80::2%eth0]:8989", "connect EINVAL"))
                .contains("fe80::1 is a link-local address and needs its interface", "fe80::1%eth0");
        assertThat(ofSource("fe80::1%eth0", "[fe80::2]:8989", "connect EINVAL")).contains("fe80::2%eth0");
        assertThat(ofSource("10.0.0.2", "10.0.0.1:8989", "connect EINVAL")).contains("is not known");
    }

    private static String ofSource(String source, String target, String reason) {
        HostEnd client = client(statistics(Map.of(reason, 5L), 0), source, target, CALM, CALM);
        return Catalogue.ALL
                .verdict(new Observation(List.of(client), server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow()
                .text();
    }
}
