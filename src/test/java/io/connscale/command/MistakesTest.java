package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed wrong is answered in one line with a hint, and changes nothing. client1 is ready, client2 is not. */
class MistakesTest {
    private static MiniCluster mini;

    @BeforeAll
    static void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
        assertThat(json(mini, "start client1", "connections start 3 client1").exit())
                .isZero();
    }

    @AfterAll
    static void close() {
        mini.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connections start -5 client1|connections start: \"-5\" is not a number: write 1000, 10k or 1.5M|usage: connections start",
                "connections start 1e99 client1|\"1e99\" is not a number: write 1000, 10k or 1.5M|usage: connections start",
                "connections start 0 client1|\"0\" is out of range: 1 to 1,000,000,000|usage: connections start",
                "connections start 2000M client1|\"2000M\" is out of range: 1 to 1,000,000,000|usage: connections start",
                "connections start 1.5 client1|\"1.5\" is not a whole number|usage: connections start",
                "connections start all client1|\"all\" is not a number|usage: connections start",
                "connections start|connections start: N is missing|usage: connections start",
                "connections start 10|connections start: HOST is missing|usage: connections start",
                "connections start 10 client9|no host \"client9\" in hosts.yaml|did you mean client1?",
                "connections start 10 client2|client2 is stopped|start client2 first",
                "connections start 10 all|client2 is stopped|start client2 first",
                "connections start 10 client1 --rate -5|\"-5\" is not a rate: write 5000, 10k or unlimited|usage: ",
                "connections start 10 client1 --rate 0|\"0\" is not a rate|usage: ",
                "connections start 10 client1 --rate 100M|\"100M\" is not a rate|usage: ",
                "connections start 10 client1 --totl|unknown option \"--totl\"|did you mean \"--total\"?",
                "connections stop 0 client1|\"0\" is out of range|usage: connections stop",
                "connections stop -1 client1|\"-1\" is not a number|usage: connections stop",
                "connections stop 5|HOST is missing|usage: connections stop",
                "connections stop 5 client2|client2 is stopped|start client2 first",
                "connections|connections: start, stop or keep is missing|connections start 10 client1",
                "set interval 0s|set interval: \"0s\" is out of range: 1ms to 24h|usage: set interval",
                "set interval 5|set interval: \"5\" is not a duration: write a number and ms, s, m or h|usage: set interval",
                "set interval -5s|\"-5s\" is not a duration|usage: set interval",
                "set timeout 25h|\"25h\" is out of range: 1ms to 24h|usage: set timeout",
                "set rate -5|\"-5\" is not a rate|usage: set rate",
                "set rate fast|\"fast\" is not a rate|usage: set rate",
                "set rate|RATE is missing|usage: set rate",
                "set interval 5s client9|no host \"client9\"|did you mean client1?",
                "set speed 5|unknown subcommand \"speed\" of set|use active, interval, rate or timeout",
                "start|start: HOST is missing|usage: start",
                "start clinet1|no host \"clinet1\" in hosts.yaml|did you mean client1?",
                "start client[1|pattern \"client[1\" lacks its \"]\"|client[1-4] is four hosts",
                "stop x*|no host \"x*\" in hosts.yaml|the hosts are client1, client2",
                "count nobody|no host \"nobody\" in hosts.yaml|the hosts are client1, client2",
                "server start|the server is running already|server stop ends it",
                "server restart|unknown subcommand \"restart\" of server|did you mean \"start\"?",
                "sleep 5|\"5\" is not a duration|usage: sleep",
                "open /no/such/file|cannot read /no/such/file: no such file or directory|check its name",
                "open|FILE is missing|usage: open",
                "save /no/such/folder/file|cannot write /no/such/folder/file: no such file or directory|save to another file",
                "help cuont|unknown command \"cuont\"|did you mean \"count\"?",
            })
    void aMistakeIsAnsweredInOneLineWithAHint(String typed, String message, String hint) {
        Said said = table(mini, typed);
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines()).hasSize(2);
        assertThat(said.err()).startsWith("error: ").contains(message).contains("\n  " + hint);
        assertThat(json(mini, typed).out())
                .startsWith("{\"command\":\"")
                .contains("\"ok\":false,\"error\":{\"message\":");
        assertThat(json(mini, "count").last()).contains("\"client1\":{\"established\":3,");
    }

    @Test
    void ofManyHostsThatFailEachIsNamedAndTheRestIsDone() throws Exception {
        try (MiniCluster partly =
                MiniCluster.of("good").broken("bad1", 3).broken("bad2", 4).start()) {
            Said said = table(partly, "start all");
            assertThat(said.exit()).isEqualTo(1);
            assertThat(said.out()).startsWith("good  ready in ");
            assertThat(said.err()).isEqualTo("""
                            error: bad1: the agent ended at once with exit code 3
                              the log has all that it said
                            error: bad2: the agent ended at once with exit code 4
                            """);
            assertThat(json(partly, "start bad*").last())
                    .contains("\"ok\":false", "\"others\":[{\"message\":\"bad2: ")
                    .doesNotContain("result");
            assertThat(table(partly, "start bad*").out()).isEmpty();
        }
    }
}
