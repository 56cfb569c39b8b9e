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

/** {@code plan}, with real agents in this JVM: client1 is ready, client2 is not. */
class PlanCommandTest {
    private static MiniCluster mini;

    @BeforeAll
    static void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
        assertThat(json(mini, "start client1").exit()).isZero();
    }

    @AfterAll
    static void close() {
        mini.close();
    }

    @Test
    void aFewFit() {
        Said said = table(mini, "plan 10 client1");
        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .startsWith("limit ")
                .containsPattern("\n4-tuples +client1 +[0-9,]+ +10  1 source × 1 server port × [(]?[0-9,]+ ports.*\n")
                .containsPattern("\nfiles +client1 ")
                .containsPattern("\nfiles +server ")
                .containsPattern("\nmemory +client1, server ")
                .endsWith("\n10 fit\n");
    }

    @Test
    void aBillionStopsAtTheFirstLimitWithWhatWouldLiftIt() {
        Said said = table(mini, "plan 1000M client1");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).containsPattern("\nstops at [0-9,]+ on [a-z0-9, ]+: .*\n {2}.+\n$");
    }

    @Test
    void jsonHasAll() {
        assertThat(json(mini, "plan 10").last())
                .startsWith("{\"command\":\"plan 10\",\"ok\":true,\"result\":{\"wanted\":10,\"fits\":true,\"limits\":[")
                .contains("\"limit\":\"4-tuples\",\"hosts\":[\"client1\"],\"allows\":")
                .contains("\"sources\":1,\"serverPorts\":1,\"ports\":")
                .contains("\"verdict\":\"10 fit\"");
    }

    @Test
    void hostsThatAreNotStartedAreReadHereWhereTheyAreHere() {
        assertThat(table(mini, "plan 10 client2").out()).contains("client2").endsWith("\n10 fit\n");
    }

    @Test
    void hostsOfOneMachineShareItsPorts() {
        assertThat(table(mini, "plan 10 all").out())
                .containsPattern("\n4-tuples +client1, client2 +[0-9,]+ +20 ")
                .endsWith("\n20 fit\n");
        assertThat(table(mini, "plan 11 all --total").out()).endsWith("\n11 fit\n");
    }

    @ParameterizedTest
    @CsvSource({"--files 1024,336", "--files 4096,'1,360'", "--ports 28233,'9,406'"})
    void anOverlayEndsWhereTheAuthorOfTheFirstConnscaleSaid(String limit, String nodes) {
        assertThat(table(mini, "plan --law '3n+15' " + limit).out()).contains("\n" + nodes + " nodes: with ");
    }

    @Test
    void anOverlayOnAHostEndsAtItsFirstLimit() {
        assertThat(table(mini, "plan --law=n client1").out())
                .containsPattern("\nfiles +client1 ")
                .containsPattern("\nports +client1 ");
        assertThat(json(mini, "plan --law n --files 7").last())
                .contains("\"formula\":\"n\",\"nodes\":7,\"limit\":\"files\"")
                .contains("{\"host\":\"\",\"limit\":\"files\",\"allows\":7,\"nodes\":7,\"connections\":7}");
        assertThat(table(mini, "plan --law 3n+15 --files 17").out()).contains("\n0 nodes: with 1 a node needs 18 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plan|plan: N is missing|plan 100k client1",
                "plan -5|plan: \"-5\" is not a number|plan 100k client1",
                "plan client1|plan: \"client1\" is not a number|plan 100k client1",
                "plan 10 client9|no host \"client9\"|did you mean client1?",
                "plan 10 --files 1024|--files and --ports go with --connections-per-node|plan --connections-per-node 3n+15",
                "plan --law 3n+|plan: column 4 of the formula: a number, n or \"(\" is missing|usage: plan",
                "plan --law 100-n|plan: the formula falls at n = 1|usage: plan",
                "plan --law 3n+15 --total|--total goes with N, not with --connections-per-node|plan --connections-per-node",
                "plan --law 3n+15 10|no host \"10\"|the hosts are",
                "plan --law 3n+15 client1 --files 9|--files and --ports stand for the limits of a host|name none",
                "plan --law 3n+15 --files -1|\"-1\" is not a number|usage: plan",
                "plan --law|plan|usage: plan",
            })
    void aMistakeIsAnsweredInOneLineWithAHint(String typed, String message, String hint) {
        Said said = table(mini, typed);
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines()).hasSize(2);
        assertThat(said.err()).startsWith("error: ").contains(message).contains("\n  " + hint);
    }

    @Test
    void withForceNothingIsCompared() {
        assertThat(table(mini, "connections start 3 client1 --force", "connections stop all client1")
                        .exit())
                .isZero();
    }
}
