package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.RunningConsole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real console, running on the console's machine of a network with its server at that machine's address. A test types
 * a line and gets its answer. Its home is the machine's, so that it has the keys and the configuration there.
 */
final class NetworkConsole implements AutoCloseable {
    /** The server's; the address is nobody else's. */
    static final int PORT = 8989;

    /** For the longest of commands on a machine that has other work. */
    private static final Duration ANSWERED = Duration.ofMinutes(3);

    private static final JsonMapper JSON = new JsonMapper();

    private final RunningConsole console;

    private NetworkConsole(RunningConsole console) {
        this.console = console;
    }

    /** Every host of the network, by its name, over SSH, with nothing else said. */
    static NetworkConsole of(NetworkOfHosts network) {
        return with(
                network, network.hosts().stream().map(host -> entry(host, "")).toArray(String[]::new));
    }

    /** The line of a host that is reached over SSH, {@code more} being further keys of it, each with a comma before. */
    static String entry(SshHost host, String more) {
        return host.name() + ": {ssh: " + host.name() + more + "}";
    }

    /** These lines of {@code hosts}. */
    static NetworkConsole with(NetworkOfHosts network, String... hosts) {
        return withServer(network, "bind: " + network.console().address(), hosts);
    }

    /** The server with these keys besides its port, and these lines of {@code hosts}. */
    static NetworkConsole withServer(NetworkOfHosts network, String keys, String... hosts) {
        return withEnd(network, "server: {" + keys + ", ports: " + PORT + "}\n", hosts);
    }

    /** In place of our server somebody else's, with these keys, and these lines of {@code hosts}. */
    static NetworkConsole withTarget(NetworkOfHosts network, String keys, String... hosts) {
        return withEnd(network, "target: {" + keys + "}\n", hosts);
    }

    private static NetworkConsole withEnd(NetworkOfHosts network, String server, String... hosts) {
        Path home = network.console().home();
        String client = "client: {interval: 1s, timeout: 60s, rate: 500}\n"; // a loaded machine loses nobody by itself
        Folders.write(home.resolve("hosts.yaml"), server + client + "hosts:\n  " + String.join("\n  ", hosts) + "\n");
        return new NetworkConsole(script(network).start("-o", "json", "--keep-going"));
    }

    /** The home comes from the machine's {@code /etc/passwd}, as a user's does. */
    private static ConsoleScript script(NetworkOfHosts network) {
        ConsoleScript script = ConsoleScript.in(network.console().home());
        return script.calledAs(network.console().program(script.script())).with("CONNSCALE_JAVA_OPTS", "");
    }

    /** What it answers to the line, well or not. */
    JsonNode ask(String line) {
        int before = answers().size();
        console.type(line);
        await(line).atMost(ANSWERED).until(() -> {
            assertThat(console.process().isAlive()).as(console.err()).isTrue();
            return answers().size() > before;
        });
        return JSON.readTree(answers().get(before));
    }

    /** The result that it answers, where it works. */
    JsonNode must(String line) {
        JsonNode answer = ask(line);
        assertThat(answer.path("ok").asBoolean())
                .as("%s%n%s", answer, console.err())
                .isTrue();
        return answer.path("result");
    }

    /** Whole lines only. */
    private List<String> answers() {
        String out = console.out();
        return out.substring(0, out.lastIndexOf('\n') + 1).lines().toList();
    }

    /** How many of a host's connections are in a state of {@code count}. */
    long count(SshHost host, String what) {
        return must("count").path("hosts").path(host.name()).path(what).asLong();
    }

    /** What it told meanwhile. */
    String notices() {
        return console.err();
    }

    Process process() {
        return console.process();
    }

    /** Ends it as a user does, and where that takes too long by force. */
    @Override
    public void close() {
        try (console) {
            console.endOfInput();
            console.await(60, TimeUnit.SECONDS);
        }
    }
}
