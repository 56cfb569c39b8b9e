package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What agents are told to connect to. */
class ServerAddressTest {
    private static List<String> targets(String yaml) throws HostsFileException {
        return new ServerAddress(HostsFile.parse("hosts.yaml", yaml), ssh -> "real-" + ssh.host()).targets();
    }

    @Test
    void aPortOfTheAddressIsTheOneThatIsMapped() throws HostsFileException {
        assertThat(targets("server: {ports: 8989, address: \"nat.example.org:4000\"}\nhosts: {a: local}"))
                .containsExactly("nat.example.org:4000");
        assertThat(targets("server: {ports: 8989, address: \"[2001:db8::1]:4000\"}\nhosts: {a: local}"))
                .containsExactly("[2001:db8::1]:4000");
        assertThat(targets("server: {ports: [1, 2], address: \"2001:db8::1\"}\nhosts: {a: local}"))
                .containsExactly("[2001:db8::1]:1", "[2001:db8::1]:2");
        assertThatThrownBy(() -> targets("server: {ports: [1, 2], address: \"nat:4000\"}\nhosts: {a: local}"))
                .hasMessageContaining("has a port, and so have several ports");
        assertThatThrownBy(() -> targets("server: {address: \"me@nat:4000\"}\nhosts: {a: local}"))
                .hasMessageContaining("expected an address or a host name");
    }

    @Test
    void clientsGetWhatAnAliasOfSshStandsFor() throws HostsFileException {
        String server = "server: {on: a, bind: 0.0.0.0, ports: 8989";
        assertThat(targets(server + "}\nhosts: {a: box1}")).containsExactly("real-box1:8989");
        assertThat(targets(server + "}\nhosts: {a: me@box1}")).containsExactly("real-box1:8989");
        assertThat(targets(server + ", address: data1}\nhosts: {a: box1}")).containsExactly("data1:8989");
        assertThat(targets("server: {bind: 10.0.0.1, on: a}\nhosts: {a: box1}")).containsExactly("10.0.0.1:8989");
    }

    /** Connections may be left to a port that the next start will not choose again. */
    @Test
    void aPortThatTheStartChoseIsRememberedWhenTheServerIsStopped() throws Exception {
        ClusterConfig config = HostsFile.parse("hosts.yaml", "server: {ports: 0}\nhosts: {a: local}");
        ServerAddress address = new ServerAddress(config);
        try (PingPongServer server = new PingPongServer(config.server().settings(), Transport.best())) {
            address.of(server);
            assertThat(address.isChosenAtStart()).isTrue();
            int port = Answers.within(30, server.start()).listeners().get(0).port();
            assertThat(address.isChosenAtStart()).isFalse();
            assertThat(address.targets()).containsExactly("127.0.0.1:" + port);
            Answers.within(30, server.stop());
            assertThat(address.targets()).containsExactly("127.0.0.1:" + port);
            assertThat(address.isChosenAtStart()).isTrue();
        }
    }

    @Test
    void anAliasThatCanNotBeLookedUpStaysAndIsLookedUpAgain() throws HostsFileException {
        boolean[] broken = {true};
        ServerAddress address = new ServerAddress(
                HostsFile.parse("hosts.yaml", "server: {on: a, bind: 0.0.0.0}\nhosts: {a: box1}"), ssh -> {
                    if (broken[0]) {
                        throw new AgentException("ssh -G box1 did not end", "");
                    }
                    return "10.0.0.9";
                });
        assertThat(address.targets()).containsExactly("box1:8989");
        broken[0] = false;
        assertThat(address.targets()).containsExactly("10.0.0.9:8989");
    }
}
