package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.connscale.Needs;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.config.SshAddress;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.control.AgentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way to a host, from hosts.yaml and from the user's own configuration as the OpenSSH client resolves it. */
class RouteTest {
    @TempDir
    private Path folder;

    private TestHome home;

    @BeforeEach
    void settle() {
        home = new TestHome(folder.resolve("home"));
    }

    private void config(String text) throws Exception {
        Needs.command("ssh");
        Files.writeString(home.folder().resolve("ssh_config"), text);
    }

    private static Launch.Ssh launch(String address) {
        SshAddress parsed = SshAddress.parse(address);
        return new Launch.Ssh(
                parsed.user(),
                parsed.host(),
                parsed.port(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private List<Hop> route(Launch.Ssh launch) throws Exception {
        return Route.to(launch, home.user());
    }

    private Hop only(String address) throws Exception {
        assertThat(route(launch(address))).hasSize(1);
        return route(launch(address)).get(0);
    }

    @Test
    void aNickNameIsLookedUpInTheConfiguration() throws Exception {
        config("""
                Host bench
                  HostName name4.example.org
                  User load
                  Port 2222
                  IdentityFile ~/keys/%h_%r
                  IdentitiesOnly yes
                  UserKnownHostsFile /var/known /etc/more
                  GlobalKnownHostsFile none
                  StrictHostKeyChecking accept-new
                """);
        assertThat(only("bench"))
                .isEqualTo(new Hop(
                        "bench",
                        "name4.example.org",
                        2222,
                        "load",
                        "[name4.example.org]:2222",
                        List.of(home.folder().resolve("keys/name4.example.org_load")),
                        List.of(),
                        Optional.empty(),
                        true,
                        HostKeyCheck.Rule.ACCEPT,
                        List.of(Path.of("/var/known"), Path.of("/etc/more")),
                        List.of()));
    }

    @Test
    void whatHostsYamlSaysOfUnknownHostKeysGoesFirst() throws Exception {
        config("Host *\n  StrictHostKeyChecking no\nHost asks\n  StrictHostKeyChecking ask\n");
        for (String name : List.of("any", "asks")) {
            assertThat(withHostKey(name, Optional.of(HostKey.STRICT))).isEqualTo(HostKeyCheck.Rule.REFUSE);
            assertThat(withHostKey(name, Optional.of(HostKey.ACCEPT_NEW))).isEqualTo(HostKeyCheck.Rule.ACCEPT);
            assertThat(withHostKey(name, Optional.empty())).isEqualTo(HostKeyCheck.Rule.ACCEPT);
        }
        config("Host *\n  StrictHostKeyChecking yes\n");
        assertThat(withHostKey("any", Optional.of(HostKey.ACCEPT_NEW))).isEqualTo(HostKeyCheck.Rule.ACCEPT);
        assertThat(withHostKey("any", Optional.empty())).isEqualTo(HostKeyCheck.Rule.REFUSE);
    }

    private HostKeyCheck.Rule withHostKey(String name, Optional<HostKey> hostKey) throws Exception {
        Launch.Ssh plain = launch(name);
        return route(new Launch.Ssh(
                        plain.user(),
                        name,
                        plain.port(),
                        Optional.empty(),
                        hostKey,
                        Optional.empty(),
                        Optional.empty()))
                .get(0)
                .rule();
    }

    @Test
    void tokensAndVariablesInPathsMeanWhatTheyMeanToOpenSsh() throws Exception {
        config("""
                Host bench
                  HostName 10.0.0.9
                  Port 2222
                  User load
                  IdentityFile ~/k/%n_%h_%r_%p_%k_%%
                  IdentityFile %d/of_%u
                  IdentityFile ${PATH}/x
                  IdentityFile ${CONNSCALE_NOT_SET}/x
                  CertificateFile ~/%n-cert.pub
                  IdentityAgent %d/agent_%h
                """);
        Hop hop = only("bench");
        assertThat(hop.keys())
                .containsExactly(
                        home.folder().resolve("k/bench_10.0.0.9_load_2222_bench_%"),
                        home.folder().resolve("of_" + System.getProperty("user.name")),
                        Path.of(System.getenv("PATH") + "/x"));
        assertThat(hop.certificates()).containsExactly(home.folder().resolve("bench-cert.pub"));
        assertThat(hop.agentSocket())
                .hasValueSatisfying(socket -> assertThat(socket).hasFileName("agent_10.0.0.9"));
    }

    @Test
    void anAgentIsTheEnvironmentsUnlessTheConfigurationNamesOneOrNone() throws Exception {
        config("""
                Host none
                  IdentityAgent none
                Host same
                  IdentityAgent SSH_AUTH_SOCK
                Host variable
                  IdentityAgent $PATH
                """);
        LocalUser user = home.user(Optional.of(Path.of("/run/mine")));
        assertThat(agentOf("plain", user)).contains(Path.of("/run/mine"));
        assertThat(agentOf("same", user)).contains(Path.of("/run/mine"));
        assertThat(agentOf("none", user)).isEmpty();
        assertThat(agentOf("variable", user)).contains(Path.of(System.getenv("PATH")));
    }

    private static Optional<Path> agentOf(String name, LocalUser user) throws Exception {
        return Route.to(launch(name), user).get(0).agentSocket();
    }

    @Test
    void noneMeansNoneAndNotTheDefault() throws Exception {
        config("Host *\n  IdentityFile none\n  UserKnownHostsFile none\n  GlobalKnownHostsFile none\n");
        Hop hop = only("bench");
        assertThat(hop.keys()).isEmpty();
        assertThat(hop.knownHosts()).isEmpty();
        assertThat(hop.globalKnownHosts()).isEmpty();
    }

    @Test
    void aUserOfADomainIsAUser() throws Exception {
        Hop hop = only("me@example.org@name:2222");
        assertThat(hop.user()).isEqualTo("me@example.org");
        assertThat(hop.place()).isEqualTo("name:2222");
    }

    @Test
    void hostsYamlWins() throws Exception {
        config(
                "Host *\n  User other\n  Port 1\n  IdentityFile ~/other\n  UserKnownHostsFile ~/other\n  ProxyJump other\n");
        Launch.Ssh launch = new Launch.Ssh(
                Optional.of("me"),
                "name",
                java.util.OptionalInt.of(2222),
                Optional.of("~/mine"),
                Optional.of(HostKey.ACCEPT_NEW),
                Optional.of("~/my_hosts"),
                Optional.of("you@gate:22"));
        List<Hop> route = route(launch);
        assertThat(route).extracting(Hop::place).containsExactly("other:1", "gate", "name:2222");
        Hop target = route.get(route.size() - 1);
        assertThat(target.user()).isEqualTo("me");
        assertThat(target.port()).isEqualTo(2222);
        assertThat(target.keys()).containsExactly(home.folder().resolve("mine"));
        assertThat(target.keysOnly()).isTrue();
        assertThat(target.knownHosts()).containsExactly(home.folder().resolve("my_hosts"));
        assertThat(target.rule()).isEqualTo(HostKeyCheck.Rule.ACCEPT);
        Hop gate = route.get(route.size() - 2);
        assertThat(gate.user()).isEqualTo("you");
        assertThat(gate.keys())
                .as("the jump host's own keys come too")
                .containsExactly(home.folder().resolve("mine"), home.folder().resolve("other"));
    }

    @Test
    void aHostKeyAliasIsTheNameInTheKnownHostsWithoutAPort() throws Exception {
        config("Host name\n  Port 2222\n  HostKeyAlias cluster\n");
        assertThat(only("name").knownAs()).isEqualTo("cluster");
    }

    @Test
    void aListOfJumpHostsIsGoneThroughInItsOrderAndTheFirstMayHaveItsOwn() throws Exception {
        config("Host c\n  ProxyJump a,u@b:2200\nHost a\n  ProxyJump z\n");
        assertThat(route(launch("c"))).extracting(Hop::place).containsExactly("z", "a", "b:2200", "c");
    }

    @Test
    void jumpHostsInACircleEnd() throws Exception {
        config("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n");
        assertThatThrownBy(() -> route(launch("a")))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("more than 8 jump hosts");
    }

    @Test
    void aProxyCommandIsRefusedWithAnotherWay() throws Exception {
        config("Host name\n  ProxyCommand nc %h %p\n");
        assertThatThrownBy(() -> route(launch("name")))
                .hasMessageContaining("ProxyCommand")
                .asInstanceOf(type(AgentException.class))
                .satisfies(e -> assertThat(e.hint()).startsWith("launch: openssh in hosts.yaml "));
    }

    @Test
    void aMistakeInTheConfigurationIsToldInItsWords() throws Exception {
        config("Host *\n  Prot 22\n");
        assertThatThrownBy(() -> route(launch("name")))
                .hasMessageContaining("ssh can't read its configuration")
                .hasMessageContaining("ssh_config")
                .hasMessageContaining("prot");
    }

    @Test
    void aClientThatHangsIsGivenUp() {
        LocalUser user = new LocalUser("me", folder, Optional.empty(), List.of("sh", "-c", "sleep 60", "ssh"));
        assertThatThrownBy(() -> Route.to(launch("name"), user)).hasMessageContaining("did not end within 5 s");
    }

    @Test
    void withoutAClientTheDefaultsAreOpenSshs() throws Exception {
        LocalUser user = new LocalUser("me", folder, Optional.empty(), List.of("/nowhere/ssh"));
        assertThat(Route.to(launch("Name"), user))
                .containsExactly(new Hop(
                        "Name",
                        "Name",
                        22,
                        "me",
                        "name",
                        List.of(
                                folder.resolve(".ssh/id_rsa"),
                                folder.resolve(".ssh/id_ecdsa"),
                                folder.resolve(".ssh/id_ed25519")),
                        List.of(),
                        Optional.empty(),
                        false,
                        HostKeyCheck.Rule.ASK,
                        List.of(folder.resolve(".ssh/known_hosts"), folder.resolve(".ssh/known_hosts2")),
                        List.of(Path.of("/etc/ssh/ssh_known_hosts"), Path.of("/etc/ssh/ssh_known_hosts2"))));
    }
}
