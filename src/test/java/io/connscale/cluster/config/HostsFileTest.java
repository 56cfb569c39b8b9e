package io.connscale.cluster.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.config.ServerReader.ThisMachine;
import io.connscale.control.Rate;
import io.connscale.net.Layers;
import io.connscale.net.ProxyHeader;
import io.connscale.net.TlsSettings;
import io.connscale.talk.Exchange;
import io.connscale.talk.TalkSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HostsFileTest {
    /** The contract's example, with the lines that it has as comments put to use, and every further key. */
    private static final String IN_FULL = """
            server:
              bind: 0.0.0.0
              address: bench.example.org
              ports: [8989, 9000-9002]
              backlog: 4k
              acceptors: 2
              autostart: false
              on: client3
              workers: 4
              patience: 2s
              keepalive: off
            client:
              interval: 5s
              timeout: 500ms
              rate: unlimited
              active: 50%
            hosts:
              client1: local
              client2: {rate: 100, interval: 1m, timeout: 2s, active: 0.5%, source: 127.0.0.2-127.0.0.4, workers: auto}
              client3: name3.example.org
              client4: {ssh: bench@name4.example.org, port: 2222, key: ~/.ssh/bench, java: /opt/jdk/bin/java, source: [10.0.0.4, 10.0.0.5]}
              client5: {command: [ip, netns, exec, h5], jvm: [-Xmx1g, -Xss256k], workers: 3}
              client6: {ssh: "[::1]:22", hostKey: accept-new, knownHosts: known, jump: me@gate:2022}
            """;

    private static final ClientConfig CLIENT =
            new ClientConfig(Duration.ofSeconds(5), Duration.ofMillis(500), Rate.UNLIMITED, 0.5);

    @Test
    void aLineMayBeManyHosts() throws HostsFileException {
        ClusterConfig config = parse("""
                hosts:
                  db: local
                  node[01-12,20]: {ssh: "bench@{host}.example.org", key: "~/{host}.key", rate: 7}
                  n[1-2]: {command: [srun, --overlap, -w, "{host}"]}
                groups:
                  rack1: node[01-10]
                  fast: [node20, "@rack1", n1]
                """);
        assertThat(config.names())
                .hasSize(16)
                .startsWith("db", "node01", "node02")
                .endsWith("node20", "n1", "n2");
        HostConfig node = config.host("node12").orElseThrow();
        assertThat(node.launch()).hasToString("ssh bench@node12.example.org");
        assertThat(((Launch.Ssh) node.launch()).key()).contains("~/node12.key");
        assertThat(node.client().rate()).isEqualTo(new Rate(7));
        assertThat(config.host("n2").orElseThrow().launch()).hasToString("srun --overlap -w n2");
        assertThat(config.groups())
                .isEqualTo(Map.of("rack1", List.of("node[01-10]"), "fast", List.of("node20", "@rack1", "n1")));
    }

    @Test
    void betweenBracesRangesNeedNoQuotes() throws Exception {
        ClusterConfig config = parse("""
                hosts: {node[1-12]: local, r[1-2]n[01-02]: {command: [srun, "-w{host}"]}, client1: local}
                groups: {rack1: node[1-10,12], fast: [node3, client1, r1n[01-02]], rest: all!node[1-9], one: "node[1,2]"}
                """);
        assertThat(config.names()).hasSize(17).contains("node12", "r2n02", "client1");
        assertThat(config.groups())
                .isEqualTo(Map.of(
                        "rack1", List.of("node[1-10,12]"),
                        "fast", List.of("node3", "client1", "r1n[01-02]"),
                        "rest", List.of("all!node[1-9]"),
                        "one", List.of("node[1,2]")));
        assertThatThrownBy(() -> parse("hosts: {node[1-12]: local, r[1-2]: {comand: [x]}}"))
                .hasMessageStartingWith("hosts.yaml:1:37: unknown key \"comand\"");
        assertThatThrownBy(() -> parse("hosts: {node[1-12]: local, a: [local}"))
                .hasMessageContaining("a list that is not closed");
    }

    @Test
    void hostsMayComeFromCommandsAlone() throws Exception {
        ClusterConfig config = parse("""
                hosts:
                  from:
                    pods: {list: [kubectl, get, pods, -o, name], command: [kubectl, exec, -i, "{host}", --], rate: 9}
                """);
        assertThat(config.hosts()).isEmpty();
        HostSource pods = config.sources().get(0);
        assertThat(pods.list()).containsExactly("kubectl", "get", "pods", "-o", "name");
        HostConfig pod = pods.hosts("pod/web-1\n\n pod/web-2 \n").get(1);
        assertThat(pod.name()).isEqualTo("web-2");
        assertThat(pod.launch()).hasToString("kubectl exec -i pod/web-2 --");
        assertThat(pod.client().rate()).isEqualTo(new Rate(9));
    }

    @Test
    void twoPrintedHostsThatWouldBeCalledAlikeAreSaid() throws Exception {
        HostSource pods = parse(
                        "hosts: {from: {pods: {list: [kubectl], command: [kubectl, exec, -i, \"{host}\", --]}}}")
                .sources()
                .get(0);
        assertThatThrownBy(() -> pods.hosts("pod/a\ndeploy/a\n"))
                .hasMessage("hosts of @pods: kubectl printed two hosts that would be called \"a\", the second one as"
                        + " \"deploy/a\"");
        assertThat(pods.hosts("pod/a\npod/a\n")).hasSize(1);
    }

    /** As ansible-inventory 2.14.18 prints it, for lab[1:3] and 10.0.0.9 in bench, web-1 in rack below it, other1 elsewhere. */
    @Test
    void whatAnsiblePrintsIsRead() throws Exception {
        HostSource lab = parse("""
                hosts: {from: {lab: {list: [ansible-inventory, --list], ansible: bench, ssh: "bench@{host}"}}}
                """).sources().get(0);
        assertThat(lab.hosts("""
                {
                 "_meta": {
                  "hostvars": {
                   "web-1": {
                    "ansible_host": "10.0.0.21",
                    "ansible_port": 2222,
                    "ansible_user": "me"
                   }
                  }
                 },
                 "all": {
                  "children": [
                   "ungrouped",
                   "bench",
                   "others"
                  ]
                 },
                 "bench": {
                  "children": [
                   "rack"
                  ],
                  "hosts": [
                   "lab1",
                   "lab2",
                   "lab3",
                   "10.0.0.9"
                  ]
                 },
                 "others": {
                  "hosts": [
                   "other1"
                  ]
                 },
                 "rack": {
                  "hosts": [
                   "web-1"
                  ]
                 }
                }
                """))
                .extracting(host -> host.name() + " " + host.launch())
                .containsExactly(
                        "lab1 ssh bench@lab1",
                        "lab2 ssh bench@lab2",
                        "lab3 ssh bench@lab3",
                        "lab-10.0.0.9 ssh bench@10.0.0.9",
                        "web-1 ssh bench@10.0.0.21");
    }

    /** Each way to a group was gone: with forty such groups there are 2^40. */
    @Test
    @Timeout(60)
    void groupsOfAnInventoryThatShareGroupsAreLookedAtOnce() throws Exception {
        HostSource lab = parse("""
                hosts: {from: {lab: {list: [ansible-inventory, --list], ansible: g0, ssh: "{host}"}}}
                """).sources().get(0);
        String groups = IntStream.range(0, 40)
                .mapToObj(n -> "\"g%d\": {\"hosts\": [\"h%d\"], \"children\": [\"g%d\", \"g%d\"]}"
                        .formatted(n, n, (n + 1) % 40, (n + 2) % 40))
                .collect(Collectors.joining(",", "{", "}"));
        assertThat(lab.hosts(groups)).hasSize(40);
    }

    private static ClusterConfig parse(String text) throws HostsFileException {
        return HostsFile.parse("hosts.yaml", text);
    }

    private static Launch.Ssh ssh(String host) {
        return new Launch.Ssh(
                Optional.empty(),
                host,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static HostConfig host(ClusterConfig config, String name) {
        return config.host(name).orElseThrow();
    }

    @Test
    void whoSpeaksSshIsSaidForAHostOrForAll() throws HostsFileException {
        ClusterConfig config =
                parse("launch: openssh\nhosts: {a: far1, b: {ssh: far2}, c: {ssh: far3, launch: sshj}, d: local}");
        assertThat(config.hosts())
                .extracting(host -> host.launch().toString())
                .containsExactly("openssh far1", "openssh far2", "ssh far3", "local");
        assertThat(parse("hosts: {a: far1, b: {ssh: far2, launch: openssh}}").hosts())
                .extracting(host -> host.launch().toString())
                .containsExactly("ssh far1", "openssh far2");
    }

    @Test
    void theShippedFileIsReadAsItIs() throws HostsFileException {
        ClusterConfig config = HostsFile.read(Path.of("hosts.yaml"));

        assertThat(config.server()).isEqualTo(ServerConfig.DEFAULT);
        assertThat(config.names()).containsExactly("client1", "client2");
        assertThat(config.hosts()).allSatisfy(host -> {
            assertThat(host.launch()).isEqualTo(new Launch.Local());
            assertThat(host.client()).isEqualTo(ClientConfig.DEFAULT);
        });
    }

    @Test
    void theShippedFilesCommentedHostsAreReadToo() throws Exception {
        String all = Files.readString(Path.of("hosts.yaml"))
                .replaceAll("(?m)^  # (client\\d:|autostart|on:|workers|patience|keepalive)", "  $1");

        ClusterConfig config = parse(all);

        assertThat(config.names()).containsExactly("client1", "client2", "client3", "client4", "client5", "client6");
        assertThat(config.server().on()).contains("client3");
    }

    @Test
    void aTargetTakesTheServersPlace() throws HostsFileException {
        ClusterConfig config = parse("""
                target:
                  address: broker.example.org
                  ports: [1883, 2000-2001]
                  keepalive: 30s
                  talk: {open: [{send: "HELLO {host}-{n}\\r\\n", expect: "OK\\x00"}], ping: {send: "PING", expect: {line: "+"}}}
                hosts: {client1: local}
                """);
        TargetConfig target = config.target().orElseThrow();

        assertThat(target.targets())
                .containsExactly("broker.example.org:1883", "broker.example.org:2000", "broker.example.org:2001");
        assertThat(target.talk())
                .contains(TalkSettings.of(
                                List.of(new Exchange("HELLO {host}-{n}\\r\\n", "OK\\x00", null, null)),
                                List.of(new Exchange("PING", null, "+", null)))
                        .withKeepalive(30_000));
        assertThat(target.text()).isEqualTo("broker.example.org:1883 and 2 more (by-hand)");
    }

    @Test
    void tlsAndAProxysHeaderLieBetween() throws HostsFileException {
        TargetConfig target = parse("""
                target: {address: broker.example.org, ports: 1, tls: {protocols: TLSv1.3, resumption: false}, proxy: v1}
                hosts: {client1: local}
                """).target().orElseThrow();

        assertThat(target.layers())
                .isEqualTo(new Layers(
                        new ProxyHeader(1, null),
                        TlsSettings.client("broker.example.org")
                                .withProtocols(List.of("TLSv1.3"))
                                .withResumption(false)));
        assertThat(target.text()).isEqualTo("broker.example.org:1 (ping over TLS)");
        assertThat(target.talk()).contains(TalkSettings.of("ping", Map.of()));
    }

    @Test
    void ourServerMayHaveACertificateMade() throws HostsFileException {
        assertThat(parse("hosts: {client1: local}\nserver: {tls: {}}").server().tls())
                .contains(TlsSettings.server(List.of(), List.of()));
        ClusterConfig plain = parse("hosts: {client1: local}");
        assertThat(plain.layers()).isEqualTo(Layers.NONE);
        assertThat(plain.talk()).isEmpty();
    }

    @Test
    void aTargetMayRunOnAHostWhereItIsRead() throws HostsFileException {
        String file = "hosts: {client1: local}\ntarget: {address: \"a:1883\", runs: {on: client1";

        assertThat(parse(file + "}}").target().orElseThrow().listens()).containsExactly(1883);
        assertThat(parse(file + ", port: 883}}").target().orElseThrow().listens())
                .containsExactly(883);
        assertThat(parse(file + ", process: mosquitto}}").target().orElseThrow().runs())
                .contains(new TargetConfig.Runs(
                        "client1", Optional.of("mosquitto"), OptionalLong.empty(), OptionalInt.empty()));
        assertThat(parse(file + ", pid: 12}}")
                        .target()
                        .flatMap(TargetConfig::runs)
                        .orElseThrow()
                        .pid())
                .hasValue(12);
    }

    @Test
    void aTargetThatSpeaksPingHasNoTalkOfItsOwn() throws HostsFileException {
        String file = "hosts: {client1: local}\ntarget: {address: \"[::1]:8989\"";

        assertThat(parse(file + "}").target()).contains(new TargetConfig("[::1]:8989", List.of(), Optional.empty()));
        assertThat(parse(file + ", talk: ping}")).isEqualTo(parse(file + "}"));
        assertThat(parse(file + ", talk: redis}").target().orElseThrow().text()).isEqualTo("[::1]:8989 (redis)");
    }

    @Test
    void everythingLeftOutHasItsDefault() throws HostsFileException {
        ClusterConfig config = parse("server:\nclient:\nhosts: {client1: local, client2: {}}");

        assertThat(config.server()).isEqualTo(ServerConfig.DEFAULT);
        assertThat(config).isEqualTo(parse("hosts: {client1: local, client2: {}}"));
        assertThat(host(config, "client1").client()).isEqualTo(ClientConfig.DEFAULT);
        assertThat(host(config, "client2").launch()).isEqualTo(new Launch.Local());
    }

    @Test
    void everyServerKeyIsRead() throws HostsFileException {
        assertThat(parse(IN_FULL).server())
                .isEqualTo(new ServerConfig(
                        "0.0.0.0",
                        "bench.example.org",
                        List.of(8989, 9000, 9001, 9002),
                        4000,
                        2,
                        false,
                        Optional.of("client3"),
                        new Workers(4),
                        Duration.ofSeconds(2),
                        Duration.ZERO));
    }

    @Test
    void aHostHasTheCommonValuesAndMayOverrideEach() throws HostsFileException {
        ClusterConfig config = parse(IN_FULL);

        assertThat(host(config, "client1").client()).isEqualTo(CLIENT);
        assertThat(host(config, "client2").client())
                .isEqualTo(new ClientConfig(Duration.ofMinutes(1), Duration.ofSeconds(2), new Rate(100), 0.005));
        assertThat(host(config, "client2").source()).containsExactly("127.0.0.2", "127.0.0.3", "127.0.0.4");
    }

    @Test
    void aHostIsLaunchedLocallyOverSshOrByACommand() throws HostsFileException {
        ClusterConfig config = parse(IN_FULL);

        assertThat(config.hosts())
                .extracting(HostConfig::launch)
                .containsExactly(
                        new Launch.Local(),
                        new Launch.Local(),
                        ssh("name3.example.org"),
                        new Launch.Ssh(
                                Optional.of("bench"),
                                "name4.example.org",
                                OptionalInt.of(2222),
                                Optional.of("~/.ssh/bench"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        new Launch.Command(List.of("ip", "netns", "exec", "h5")),
                        new Launch.Ssh(
                                Optional.empty(),
                                "::1",
                                OptionalInt.of(22),
                                Optional.empty(),
                                Optional.of(HostKey.ACCEPT_NEW),
                                Optional.of("known"),
                                Optional.of("me@gate:2022")));
    }

    @Test
    void aHostsJavaFlagsAndWorkersAreRead() throws HostsFileException {
        ClusterConfig config = parse(IN_FULL);

        assertThat(host(config, "client4").java()).contains("/opt/jdk/bin/java");
        assertThat(host(config, "client5").jvm()).containsExactly("-Xmx1g", "-Xss256k");
        assertThat(host(config, "client5").workers()).isEqualTo(new Workers(3));
        assertThat(host(config, "client2").workers()).isEqualTo(Workers.AUTO);
    }

    @Test
    void clientsConnectToWhereTheServerIsBound() throws HostsFileException {
        assertThat(parse("server: {bind: 10.0.0.9}\nhosts: {a: local}").server().address())
                .isEqualTo("10.0.0.9");
    }

    @Test
    void withAWildcardClientsConnectToTheMachineOfTheServer() throws HostsFileException {
        assertThat(parse("server: {bind: \"*\"}\nhosts: {a: local}").server().address())
                .isEqualTo(ThisMachine.name())
                .isNotBlank();
        assertThat(parse("server: {bind: '::', on: a}\nhosts: {a: me@far:22}")
                        .server()
                        .address())
                .isEqualTo("far");
    }

    @Test
    void portZeroIsAnyFreePort() throws HostsFileException {
        assertThat(parse("server: {ports: 0}\nhosts: {a: local}").server().ports())
                .containsExactly(0);
    }

    /** The interface belongs to the machine that uses the address: here it need not be there. */
    @Test
    void aLinkLocalAddressHasItsInterface() throws HostsFileException {
        assertThat(host(parse("hosts: {a: {source: [\"fe80::1%eth0\", \"fe80::1%veth-a.7\"]}}"), "a")
                        .source())
                .containsExactly("fe80::1%eth0", "fe80::1%veth-a.7");
        assertThat(parse("server: {bind: \"fe80::1%eth0\"}\nhosts: {a: local}")
                        .server()
                        .address())
                .isEqualTo("fe80::1%eth0");
        assertThatExceptionOfType(HostsFileException.class)
                .isThrownBy(() -> parse("hosts: {a: {source: [\"fe80::1%\"]}}"));
        assertThatExceptionOfType(HostsFileException.class)
                .isThrownBy(() -> parse("hosts: {a: {source: [\"10.0.0.1%eth0\"]}}"));
    }

    @Test
    void rangesOfIpv6AddressesAreExpandedToo() throws HostsFileException {
        assertThat(host(parse("hosts: {a: {source: [\"fd00::1\", \"fd00::ff-fd00::101\"]}}"), "a")
                        .source())
                .containsExactly("fd00::1", "fd00:0:0:0:0:0:0:ff", "fd00:0:0:0:0:0:0:100", "fd00:0:0:0:0:0:0:101");
    }

    @Test
    void aFileThatIsNotThereIsAnsweredWithWhatToDo(@TempDir Path dir) {
        assertRefused(
                dir.resolve("hosts.yaml"),
                ": no such file: name another with --hosts FILE, or write one with \"hosts: {client1: local}\"");
    }

    @Test
    void aDirectoryIsRefused(@TempDir Path dir) {
        assertRefused(dir, ": a directory: name the file in it");
    }

    @Test
    void aFileThatIsTooLargeIsNotReadToItsEnd(@TempDir Path dir) throws IOException {
        assertRefused(write(dir, new byte[HostsFile.LARGEST + 1]), ": larger than 1 MiB: is this a hosts file?");
    }

    @Test
    void textThatIsNotUtf8IsRefusedWhereItBegins(@TempDir Path dir) throws IOException {
        byte[] latin1 = "hosts:\n  # f\u00fcr\n  a: local".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(write(dir, latin1), ":2:6: not UTF-8: save the file with the encoding UTF-8");
    }

    @Test
    void aFileCutInTheMiddleOfACharacterIsRefused(@TempDir Path dir) throws IOException {
        assertRefused(
                write(dir, new byte[] {'#', (byte) 0xc3}), ":1:2: not UTF-8: save the file with the encoding UTF-8");
    }

    @Test
    void theByteOrderMarkOfSomeEditorsIsNoMistake() throws HostsFileException {
        assertThat(parse("\ufeffhosts: {a: local}\r\n").names()).containsExactly("a");
    }

    private static Path write(Path dir, byte[] content) throws IOException {
        return Files.write(dir.resolve("hosts.yaml"), content);
    }

    private static void assertRefused(Path file, String message) {
        assertThatExceptionOfType(HostsFileException.class)
                .isThrownBy(() -> HostsFile.read(file))
                .withMessage("%s", file + message);
    }

    /** An agent is told by its JVM's flags, and what {@code jvm:} says counts more. */
    @Test
    void aProcessHasATransport() throws HostsFileException {
        ClusterConfig config = parse(
                "transport: epoll\nhosts: {a: far1, b: {transport: io_uring, jvm: [-Xss1m]}, c: {transport: auto}}");

        assertThat(config.hosts())
                .extracting(HostConfig::jvm)
                .containsExactly(
                        List.of("-Dconnscale.transport=epoll"),
                        List.of("-Dconnscale.transport=io_uring", "-Xss1m"),
                        List.of());
        assertThat(config.server().transport()).isEqualTo("epoll");
        assertThat(parse("hosts: {a: local}").server().transport()).isEqualTo("auto");
    }
}
