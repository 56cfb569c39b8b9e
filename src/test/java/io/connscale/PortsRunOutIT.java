package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every (source, port, server address, server port) is used before ports have run out: in a network with 100 ports. */
@Tag("namespaces")
class PortsRunOutIT {
    private static final JsonMapper JSON = new JsonMapper();
    /** The network lives as long as its process. fd00::/8 is for private use (RFC 4193). */
    private static final String NETWORK = """
            #!/bin/sh
            exec unshare --net sh -c '
                ip link set lo up &&
                ip address add fd00::2/128 dev lo nodad &&
                ip address add fd00::3/128 dev lo nodad &&
                echo 40000 40099 > /proc/sys/net/ipv4/ip_local_port_range &&
                exec "$@"' sh '%s' "$@"
            """;

    @TempDir
    Path folder;

    @BeforeAll
    static void needs() {
        Needs.root();
        Needs.command("ip");
        Needs.command("unshare");
    }

    @Test
    void twoPortsAndThreeSourcesAreSixTimesAsMany() throws IOException {
        List<JsonNode> answers = run(
                "{bind: 127.0.0.1, ports: [1001, 1002]}",
                "{source: 127.0.0.2-127.0.0.4}",
                "connections start 700 c",
                "count");
        assertOpened(answers.get(0), 600, 100);
        assertThat(answers.get(1).at("/server/established").asInt()).isEqualTo(600);
    }

    @Test
    void severalPortsAloneMultiplyToo() throws IOException {
        List<JsonNode> answers =
                run("{bind: 127.0.0.1, ports: 1001-1003}", "local", "connections start 1000 c --rate 20k", "count");
        assertOpened(answers.get(0), 300, 700);
        assertThat(answers.get(1).at("/server/established").asInt()).isEqualTo(300);
    }

    @Test
    void sameWithIpv6() throws IOException {
        List<JsonNode> answers = run(
                "{bind: '::1', ports: [1001, 1002]}", "{source: ['::1', fd00::2-fd00::3]}", "connections start 700 c");
        assertOpened(answers.get(0), 600, 100);
    }

    @Test
    void twoAgentsShareThem() throws IOException {
        List<JsonNode> answers = run(
                "{bind: 127.0.0.1, ports: [1001, 1002]}",
                "{source: 127.0.0.2-127.0.0.4}\n  d: {source: 127.0.0.2-127.0.0.4}",
                "connections start 310 c d");
        JsonNode hosts = answers.get(0).at("/hosts");
        assertThat(hosts.at("/c/established").asInt()
                        + hosts.at("/d/established").asInt())
                .isEqualTo(600);
    }

    @Test
    void portsThatAreFreeAgainAreUsedAgain() throws IOException {
        List<JsonNode> answers = run(
                "{bind: 127.0.0.1, ports: [1001, 1002]}",
                "local",
                "connections start 250 c",
                "connections stop 50 c",
                "sleep 1500ms", // tcp_tw_reuse: a second
                "connections start 60 c");
        assertOpened(answers.get(0), 200, 50);
        assertOpened(answers.get(3), 50, 10);
    }

    private static void assertOpened(JsonNode answer, int established, int failed) {
        JsonNode host = answer.at("/hosts/c");
        assertThat(host.at("/established").asInt()).as("%s", answer).isEqualTo(established);
        assertThat(host.at("/failed").asInt()).isEqualTo(failed);
        assertThat(host.at("/errors").toString()).isEqualTo("{\"connect EADDRNOTAVAIL\":" + failed + "}");
    }

    /** What each of {@code commands} came to, after all hosts were started. */
    private List<JsonNode> run(String server, String host, String... commands) throws IOException {
        Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: " + server + "\nclient: {rate: unlimited}\nhosts:\n  c: " + host + "\n");
        ConsoleScript script = ConsoleScript.in(folder);
        Path network = Files.writeString(folder.resolve("network"), NETWORK.formatted(script.script()));
        Files.setPosixFilePermissions(network, PosixFilePermissions.fromString("rwxr-xr-x"));
        ConsoleScript.Ran ran =
                script.calledAs(network).runWith("start all\n" + String.join("\n", commands) + "\n", "-o", "json");
        assertThat(ran.exit()).as(ran.err() + ran.out()).isZero();
        return ran.out()
                .lines()
                .skip(1)
                .map(line -> JSON.readTree(line).at("/result"))
                .toList();
    }
}
