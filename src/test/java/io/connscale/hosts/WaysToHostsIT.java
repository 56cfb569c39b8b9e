package io.connscale.hosts;

import static io.connscale.hosts.HostPlan.host;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a line of {@code hosts.yaml} may say to reach a host, and what of OpenSSH's own configuration counts. */
@Tag("namespaces")
class WaysToHostsIT {
    private static NetworkOfHosts network;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(
                host("plain"),
                host("behind").withSshd("AllowUsers root@10.77.0.11"), // only by way of the first
                host("other-port").withSshd("Port 2222"));
        Machine console = network.console();
        Path config = console.home().resolve(".ssh/config");
        Folders.write(
                config,
                "Host far\n    HostName 10.77.0.12\n    ProxyJump plain\nHost by-command\n    HostName 10.77.0.12\n"
                        + "    ProxyCommand ssh -W %h:%p plain\n" + Folders.read(config));
        console.must("cp", "-p", console.home() + "/.ssh/id_ed25519", console.home() + "/key");
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> leadsToAnAgentOnThatHost() {
        return Stream.of(
                way("a name of ssh_config", "plain", h -> h.name()),
                way("an IPv4 address", "plain", h -> h.address()),
                way("an IPv6 address", "plain", h -> "'root@[" + h.address6() + "]:22'"),
                way("user and port", "plain", h -> "root@" + h.address() + ":22"),
                way("another port", "other-port", h -> "{ssh: " + h.name() + ", port: 2222, hostKey: accept-new}"),
                way("a key", "plain", h -> "{ssh: " + h.address() + ", key: ~/key}"),
                way("a Java", "plain", h -> "{ssh: " + h.name() + ", java: " + java() + "}"),
                way("jump", "behind", h -> "{ssh: " + h.name() + ", jump: plain}"),
                way("ProxyJump of ssh_config", "behind", h -> "far"),
                way("the ssh program", "plain", h -> "{ssh: " + h.name() + ", launch: openssh}"),
                way("the ssh program and jump", "behind", h -> "{ssh: " + h.name() + ", jump: plain, launch: openssh}"),
                way("the ssh program and ProxyCommand", "behind", h -> "{ssh: by-command, launch: openssh}"),
                way("a command", "plain", h -> "{command: [" + h.in() + "]}"),
                way("OpenSSH as the command", "plain", h -> "{command: [ssh, -T, " + h.name() + "]}"));
    }

    private static DynamicTest way(String what, String name, Function<SshHost, String> entry) {
        return DynamicTest.dynamicTest(what, () -> {
            SshHost host = network.host(name);
            try (NetworkConsole console = NetworkConsole.with(network, "c: " + entry.apply(host))) {
                console.must("start c");
                console.must("connections start 20 c");
                assertThat(host.established(NetworkConsole.PORT)).isEqualTo(20);
            }
        });
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin/java");
    }

    @Test
    void aNewHostsKeyIsRememberedAsOpenSshRemembersIt() {
        Path known = network.console().home().resolve("known");
        SshHost plain = network.host("plain");
        String entry = "{ssh: " + plain.address() + ", knownHosts: ~/known, hostKey: ";

        try (NetworkConsole console = NetworkConsole.with(network, "c: " + entry + "accept-new}")) {
            console.must("start c");
        }
        assertThat(known).content().contains(plain.knownHosts().split(" ", 2)[1].strip());
        assertThat(network.console()
                        .run("ssh", "-o", "UserKnownHostsFile=" + known, plain.address(), "true")
                        .exit())
                .isZero();
        try (NetworkConsole console = NetworkConsole.with(network, "c: " + entry + "strict}")) {
            console.must("start c");
        }
    }
}
