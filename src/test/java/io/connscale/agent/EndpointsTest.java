package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @CsvSource({"127.0.0.1:8989,127.0.0.1,8989", "'[::1]:1',0:0:0:0:0:0:0:1,1", "localhost:65535,127.0.0.1,65535"})
    void readsServerAddresses(String text, String host, int port) throws AgentException {
        InetSocketAddress address = Endpoints.targets(List.of(text), List.of()).get(0);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "a\nb"})
    void whatIsNoServerAddressIsNamed(String text) {
        assertThatThrownBy(() -> Endpoints.targets(List.of("127.0.0.1:1", text), List.of()))
                .isInstanceOfSatisfying(AgentException.class, e -> {
                    assertThat(e.message()).endsWith("is not a server address").doesNotContain("\n");
                    assertThat(e.hint()).isEqualTo("write host:port or [address]:port");
                });
    }

    @Test
    void anEmptyHostIsNotTheLoopback() {
        assertThatThrownBy(() -> Endpoints.targets(List.of(":8989"), List.of())).hasMessage("an address is empty");
        assertThatThrownBy(() -> Endpoints.sources(List.of(" "))).hasMessage("an address is empty");
    }

    @Test
    void aNameThatNobodyKnowsIsNamed() {
        assertThatThrownBy(() -> Endpoints.sources(List.of("no such name")))
                .isInstanceOf(AgentException.class)
                .hasMessage("the name \"no such name\" is not known on this host");
    }

    @Test
    void sourcesLeaveThePortToTheKernel() throws AgentException {
        assertThat(Endpoints.sources(List.of("127.0.0.2", "127.0.0.3")))
                .containsExactly(new InetSocketAddress("127.0.0.2", 0), new InetSocketAddress("127.0.0.3", 0));
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveIsNoSource() {
        assertThat(Endpoints.isOurs(new InetSocketAddress("127.0.0.77", 0))).isTrue();
        assertThat(Endpoints.isOurs(new InetSocketAddress("192.0.2.1", 0))).isFalse();
    }
}
