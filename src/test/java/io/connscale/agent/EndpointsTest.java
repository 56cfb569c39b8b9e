package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final List<String> TARGETS = List.of("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3");

    @Test
    void withoutSourcesAPairIsATarget() throws AgentException {
        Endpoints endpoints = Endpoints.of(TARGETS, List.of());
        assertThat(endpoints.pairs()).isEqualTo(3);
        assertThat(endpoints.target(2).getPort()).isEqualTo(3);
        assertThat(endpoints.source(2)).isNull();
    }

    @Test
    void eachSourceMeetsEachTarget() throws AgentException {
        Endpoints endpoints = Endpoints.of(TARGETS, List.of("127.0.0.2", "127.0.0.3"));
        Set<String> pairs = new HashSet<>();
        for (int pair = 0; pair < endpoints.pairs(); pair++) {
            pairs.add(endpoints.source(pair) + " " + endpoints.target(pair));
        }
        assertThat(pairs).hasSize(6);
    }

    @Test
    void morePairsThanAnyoneNeedsAreNotUsed() throws AgentException {
        List<String> sources = IntStream.range(0, 1000)
                .mapToObj(i -> "127.1." + i / 250 + "." + i % 250)
                .toList();
        List<String> targets = IntStream.range(0, 2000)
                .mapToObj(i -> "127.0.0.1:" + (1024 + i))
                .toList();
        Endpoints endpoints = Endpoints.of(targets, sources);
        assertThat(endpoints.pairs()).isEqualTo(Endpoints.MAX_PAIRS);
        assertThat(endpoints.source(endpoints.pairs() - 1)).isNotNull();
    }

    @Test
    void anAddressOfTheOtherFamilyIsNamed() throws AgentException {
        assertThat(Endpoints.of(List.of("[::1]:1"), List.of("::1")).pairs()).isEqualTo(1);
        assertThatThrownBy(() -> Endpoints.of(List.of("[::1]:1"), List.of("127.0.0.1")))
                .isInstanceOf(AgentException.class)
                .hasMessage("no connection goes from 127.0.0.1 to 0:0:0:0:0:0:0:1: one is IPv4, the other IPv6");
    }
}
