package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1:8989,127.0.0.1,8989", "'[::1]:1',0:0:0:0:0:0:0:1,1", "localhost:65535,127.0.0.1,65535"})
    void readsServerAddresses(String text, String host, int port) throws AgentException {
        InetSocketAddress address = Addresses.targets(List.of(text), List.of()).get(0);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "a\nb"})
    void whatIsNoServerAddressIsNamed(String text) {
        assertThatThrownBy(() -> Addresses.targets(List.of("127.0.0.1:1", text), List.of()))
                .isInstanceOfSatisfying(AgentException.class, e -> {
                    assertThat(e.message()).endsWith("is not a server address").doesNotContain("\n");
                    assertThat(e.hint()).isEqualTo("write host:port or [address]:port");
                });
    }

    @Test
    void anEmptyHostIsNotTheLoopback() {
        assertThatThrownBy(() -> Addresses.targets(List.of(":8989"), List.of())).hasMessage("an address is empty");
        assertThatThrownBy(() -> Addresses.sources(List.of(" "))).hasMessage("an address is empty");
    }

    @Test
    void aNameThatNobodyKnowsIsNamed() {
        assertThatThrownBy(() -> Addresses.sources(List.of("no such name")))
                .isInstanceOf(AgentException.class)
                .hasMessage("the name \"no such name\" is not known on this host");
    }

    @Test
    void sourcesLeaveThePortToTheKernel() throws AgentException {
        assertThat(Addresses.sources(List.of("127.0.0.2", "127.0.0.3")))
                .containsExactly(new InetSocketAddress("127.0.0.2", 0), new InetSocketAddress("127.0.0.3", 0));
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveIsNoSource() {
        assertThat(Addresses.isOurs(new InetSocketAddress("127.0.0.77", 0))).isTrue();
        assertThat(Addresses.isOurs(new InetSocketAddress("192.0.2.1", 0))).isFalse();
    }
}
