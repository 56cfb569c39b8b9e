package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final List<InetSocketAddress> TARGETS = addresses("127.0.0.1", 1, 2, 3);
    private static final List<InetSocketAddress> SOURCES = addresses("127.0.0.2", 0, 1); // told apart by their ports

    @Test
    void takesTargetsInTurn() {
        Endpoints endpoints = new Endpoints(TARGETS, List.of());
        assertThat(List.of(endpoints.target(0), endpoints.target(1), endpoints.target(2), endpoints.target(3)))
                .containsExactly(TARGETS.get(0), TARGETS.get(1), TARGETS.get(2), TARGETS.get(0));
        assertThat(endpoints.source(0)).isNull();
    }

    @Test
    void usesEachPairOnceBeforeOneIsUsedAgain() {
        Endpoints endpoints = new Endpoints(TARGETS, SOURCES);
        Set<List<Object>> pairs = new HashSet<>();
        for (long n = 600_000_000_000L; n < 600_000_000_006L; n++) { // far along: past an int
            pairs.add(List.of(endpoints.target(n), String.valueOf(endpoints.source(n))));
        }
        assertThat(pairs).hasSize(6);
    }

    private static List<InetSocketAddress> addresses(String host, int... ports) {
        return Arrays.stream(ports)
                .mapToObj(port -> new InetSocketAddress(host, port))
                .toList();
    }
}
