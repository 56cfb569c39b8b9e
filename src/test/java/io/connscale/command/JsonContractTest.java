package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The names and the order in which each command answers in JSON: scripts read them. Numbers are written {@code 0} here, and what
 * machines say of themselves {@code "…"}.
 */
@Timeout(120)
class JsonContractTest {
    private static final String DISTRIBUTION =
            "{\"count\":0,\"mean\":0,\"p50\":0,\"p90\":0,\"p99\":0,\"p99.9\":0,\"max\":0,\"histogram\":\"…\"}";
    private static final String STATS = ("{\"established\":0,\"connecting\":0,\"failed\":0,\"lost\":0,\"stopped\":0,"
                    + "\"attempted\":0,\"pings\":0,\"pongs\":0,\"skipped\":0,\"missed\":0,\"errors\":{},"
                    + "\"perSecond\":{\"attempted\":0,\"failed\":0,\"lost\":0,\"pings\":0,\"pongs\":0},"
                    + "\"micros\":{\"connect\":D,\"roundTrip\":D,\"roundTripSent\":D,\"lifetime\":D,\"loopLag\":D,"
                    + "\"tcpRtt\":D},\"tcp\":{\"sampled\":0,\"retransmitting\":0,\"retransmits\":0},"
                    + "\"process\":{\"processes\":0,\"cpus\":0,\"loopBusy\":0,\"cpuSeconds\":0,\"collections\":0,"
                    + "\"collectionMillis\":0,\"heapBytes\":0,\"directBytes\":0,\"residentBytes\":0,\"bytesPerConnection\":0},"
                    + "\"unreliable\":[]}")
            .replace("D,", DISTRIBUTION + ",")
            .replace("D}", DISTRIBUTION + "}");
    private static final String MACHINES = "\"machines\":{\"…\":{\"cpus\":0,\"busy\":0,\"stolen\":0,\"runnable\":0,"
            + "\"memoryBytes\":0,\"availableBytes\":0}}";
    private static final String FINDING = "\\{\"limit\":\"[^\"]+\",\"values\":(null|\\{[^}]*}),\"stops\":\"…\","
            + "\"stopsAtConnections\":(0|null),\"fixNow\":\"…\",\"fixForGood\":\"…\",\"needsRoot\":(true|false)}";
    private static final String OPENED = "{\"requested\":0,\"established\":0,\"failed\":0,\"seconds\":0,\"errors\":";

    private MiniCluster mini;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    /** The result, or the error, of the last line. */
    private String shape(String... lines) {
        return json(mini, lines)
                .last()
                .replaceFirst("^\\{\"command\":.*?,\"ok\":(true|false),", "")
                .replaceAll("(mean|p50|p90|p99|p99.9|max)\":null", "$1\":0") // of nothing that was timed
                .replaceFirst("}$", "")
                .replaceAll(
                        "\"(histogram|java|transport|launched|sentence|remedy|lift|stops|fixNow|fixForGood)\":"
                                + "\"(?:[^\"\\\\]|\\\\.)*\"",
                        "\"$1\":\"…\"")
                .replaceAll("(\"machines\":\\{)\"[^\"]*\"", "$1\"…\"")
                .replaceAll(":-?[0-9][0-9.E-]*", ":0")
                .replaceAll("\"unreliable\":\\[\"[^]]*]", "\"unreliable\":[]");
    }

    private void established(int connections) {
        json(mini, "start client1", "connections start " + connections + " client1 --rate unlimited");
    }

    @Test
    void hosts() {
        json(mini, "start client1");
        assertThat(shape("hosts"))
                .isEqualTo("\"result\":{\"hosts\":{"
                        + "\"client1\":{\"launched\":\"…\",\"state\":\"ready\",\"address\":\"localhost\",\"java\":\"…\","
                        + "\"files\":0,\"ports\":0,\"pid\":0,\"workers\":0,\"established\":0},"
                        + "\"client2\":{\"launched\":\"…\",\"state\":\"stopped\",\"address\":\"localhost\","
                        + "\"established\":0}}}");
    }

    @Test
    void startAndStop() {
        assertThat(shape("start client1"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":{\"state\":\"ready\",\"seconds\":0,\"launched\":\"…\","
                        + "\"java\":\"…\",\"files\":0,\"ports\":0,\"pid\":0}}}");
        assertThat(shape("stop all"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":{\"state\":\"stopped\"},"
                        + "\"client2\":{\"state\":\"stopped\"}}}");
    }

    @Test
    void connectionsStartAndStop() {
        json(mini, "start all");
        assertThat(shape("connections start 10 all"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":" + OPENED + "{}},\"client2\":" + OPENED + "{}}}}");
        assertThat(shape("connections start 10 client1 --no-wait"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":" + OPENED + "{}}}}");
        assertThat(shape("connections stop 5 client1"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":{\"stopped\":0,\"established\":0}}}");
    }

    @Test
    void connectionsThatFailedHaveTheirErrorsAndAVerdict() {
        assertThat(shape("start client1", "server stop", "connections start 2 client1"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":" + OPENED + "{\"connect ECONNREFUSED\":0}}},"
                        + "\"verdict\":{\"cause\":\"refused\",\"host\":\"server\",\"sentence\":\"…\",\"remedy\":\"…\","
                        + "\"unreliable\":[]}}");
    }

    @Test
    void count() {
        established(5);
        assertThat(shape("count"))
                .isEqualTo("\"result\":{\"server\":{\"established\":0},\"hosts\":{\"client1\":{\"established\":0,"
                        + "\"connecting\":0,\"failed\":0,\"lost\":0}},\"established\":0,\"difference\":0}");
        assertThat(shape("server stop", "count"))
                .isEqualTo("\"result\":{\"server\":{\"established\":null},\"hosts\":{\"client1\":{\"established\":0,"
                        + "\"connecting\":0,\"failed\":0,\"lost\":0}},\"established\":0,\"difference\":null,"
                        + "\"incomparable\":\"the server does not run\"}");
    }

    @Test
    void countOfEndsThatDifferExplainsIt() throws Exception {
        established(1);
        try (var other = new Socket()) { // a client that is none of the hosts'
            int port = mini.server().status().join().listeners().get(0).port();
            other.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(shape("count"))
                    .endsWith("\"established\":0,\"difference\":0,\"explanation\":{\"unaccepted\":0,"
                            + "\"unanswered\":0,\"oldestSeconds\":0,\"youngestSeconds\":0,\"waiting\":0,\"backlog\":0,"
                            + "\"handshakes\":0,\"suspect\":null,\"counters\":null}}");
        }
    }

    @Test
    void stats() {
        established(5);
        assertThat(shape("stats"))
                .isEqualTo(
                        "\"result\":{\"server\":" + STATS + ",\"hosts\":{\"client1\":" + STATS + "}," + MACHINES + "}");
        assertThat(shape("stats client1"))
                .isEqualTo("\"result\":{\"hosts\":{\"client1\":" + STATS + "}," + MACHINES + "}");
        assertThat(shape("start client2", "stats"))
                .isEqualTo("\"result\":{\"server\":" + STATS + ",\"sum\":" + STATS + ",\"hosts\":{\"client1\":" + STATS
                        + ",\"client2\":"
                        + STATS.replace("\"bytesPerConnection\":0", "\"bytesPerConnection\":null") // it has none
                        + "}," + MACHINES + "}");
    }

    @Test
    void server() {
        String listener = "{\"address\":\"127.0.0.1\",\"port\":0,\"backlogAsked\":0,\"backlogGiven\":0}";
        String counts = ",\"established\":0,\"accepted\":0,\"pings\":0,\"errors\":{},\"workers\":0,\"processes\":[]}";
        String running =
                "\"result\":{\"state\":\"running\",\"transport\":\"…\",\"listeners\":[" + listener + "]" + counts;
        assertThat(shape("server")).isEqualTo(running);
        assertThat(shape("server status")).isEqualTo(running);
        assertThat(shape("server stop"))
                .isEqualTo("\"result\":{\"state\":\"stopped\",\"transport\":\"…\",\"listeners\":[]" + counts);
        assertThat(shape("server start")).isEqualTo(running);
    }

    @Test
    void set() {
        String hosts = "\"result\":{\"hosts\":{\"client1\":{\"interval\":\"100ms\",\"timeout\":\"5s\",\"rate\":0},"
                + "\"client2\":{\"interval\":\"100ms\",\"timeout\":\"5s\",\"rate\":\"unlimited\"}}}";
        assertThat(shape("set rate unlimited client2", "set")).isEqualTo(hosts);
    }

    @Test
    void plan() {
        String row = "{\"limit\":\"4-tuples\",\"hosts\":[\"client1\"],\"allows\":0,\"wanted\":0,\"atServer\":false,"
                + "\"sources\":0,\"serverPorts\":0,\"ports\":0,\"held\":0,\"listening\":0,\"ofOthers\":0,\"timeWait\":0,"
                + "\"unusable\":{},\"lift\":\"…\"}";
        assertThat(shape("plan 10 client1"))
                .startsWith("\"result\":{\"wanted\":0,\"fits\":true,\"limits\":[" + row
                        + ",{\"limit\":\"files\",\"hosts\":[\"client1\"],")
                .contains(
                        "{\"limit\":\"memory\",\"hosts\":[\"client1\",\"server\"],\"allows\":0,\"wanted\":0,\"atServer\":true,")
                .endsWith(",\"lift\":\"…\"}],\"verdict\":\"10 fit\"}");
        assertThat(shape("plan 1000M client1"))
                .startsWith("\"result\":{\"wanted\":0,\"fits\":false,\"first\":{\"limit\":\"")
                .containsPattern("\"lift\":\"…\"},\"limits\":\\[\\{\"limit\":\".*],\"verdict\":\"stops at [^\"]+\"}$");
    }

    @Test
    void planOfAnOverlay() {
        assertThat(shape("plan --connections-per-node 3n+15 --files 1024"))
                .isEqualTo(
                        "\"result\":{\"formula\":\"3n+15\",\"nodes\":0,\"limit\":\"files\",\"limits\":[{\"host\":\"\","
                                + "\"limit\":\"files\",\"allows\":0,\"nodes\":0,\"connections\":0}],\"verdict\":\"336 nodes: with 337 a "
                                + "node needs 1,026 connections, and files allow 1,024\"}");
    }

    @Test
    void experimentHalfOpen() {
        String client = "\\{\"state\":\"ESTABLISHED\",\"unacknowledged\":0,\"retries\":0,\"timerSeconds\":null}";
        String server = "\\{\"state\":\"SYN-RECEIVED\",\"unacknowledged\":0,\"retries\":0,\"timerSeconds\":0}";
        String call = "\\{\"call\":\"%s\",\"at\":0,\"seconds\":0,\"outcome\":\"%s\"}";
        assertThat(shape("start client1", "experiment half-open 3 client1 --receive 100ms"))
                .matches("\"result\":\\{\"experiments\":\\[\\{\"host\":\"client1\",\"apart\":false,\"note\":\"[^\"]+\","
                        + "\"over\":true,\"settings\":\\{\"net.ipv4.tcp_abort_on_overflow\":0,"
                        + "\"net.ipv4.tcp_synack_retries\":0,\"net.ipv4.tcp_syncookies\":0},\"counters\":\\{.*},"
                        + "\"backlog\":0,\"waiting\":0,\"connections\":\\[\\{\"sequence\":0,\"plan\":\"receive alone\","
                        + "\"clientPort\":0,\"serverPort\":0,\"calls\":\\[" + call.formatted("connect", "ok") + ","
                        + call.formatted("receive", "timeout") + "],\"forgottenSeconds\":null,\"synAckRetries\":0,"
                        + "\"dataRetries\":0,\"moments\":\\[(\\{\"at\":0,\"client\":" + client + ",\"server\":" + server
                        + "},?)+],\"why\":\"[^\"]+\"}]}]}");
    }

    @Test
    void experimentEaddrinuse() {
        assertThat(shape("start client1", "experiment eaddrinuse client1"))
                .startsWith(
                        "\"result\":{\"host\":\"client1\",\"apart\":false,\"note\":\"no network namespace of its own: ")
                .contains("\"over\":true,\"trials\":[{\"reuseFirst\":false,\"reuseSecond\":false,"
                        + "\"first\":\"127.0.0.1\",\"second\":\"127.0.0.1\",\"closing\":\"server first\","
                        + "\"left\":{\"TIME-WAIT\":0},\"call\":\"bind\",\"outcome\":\"EADDRINUSE\"},")
                .contains("\"left\":{},\"call\":null,\"outcome\":\"ok\"}");
    }

    @Test
    void overlay() {
        String host =
                "{\"nodes\":0,\"wanted\":0,\"established\":0,\"accepted\":0,\"failed\":0,\"lost\":0,\"errors\":{}}";
        assertThat(shape("start all", "overlay --law 3n+15 --nodes 4 --hold 1ms all"))
                .startsWith("\"result\":{\"formula\":\"3n+15\",\"nodes\":0,\"wantedPerNode\":0,\"reachedPerNode\":0,"
                        + "\"triedPerNode\":null,\"reached\":true,\"heldSeconds\":0,\"filesAllowPerNode\":0,\"errors\":{},"
                        + "\"hosts\":{\"client1\":" + host + ",\"client2\":" + host
                        + "},\"plan\":[{\"host\":\"client1\","
                        + "\"limit\":\"files\",\"allows\":0,\"nodes\":0,\"connections\":0},")
                .endsWith(",\"verdict\":\"reached 27.0 of 27 connections per node · held for 0.0 s, 0 lost\"}");
    }

    @Test
    void doctor() {
        String end = "\\{\"findings\":\\[(" + FINDING + ",?)*],\"facts\":\\{\"values\":\\{.*";
        assertThat(shape("start client1", "doctor"))
                .matches("\"result\":\\{\"server\":" + end + "},\"hosts\":\\{\"client1\":" + end + "}}}")
                .containsPattern(FINDING);
        assertThat(shape("doctor client1")).matches("\"result\":\\{\"hosts\":\\{\"client1\":" + end + "}}}");
    }

    @Test
    void theOthers() throws IOException {
        Path script = Files.writeString(folder.resolve("s"), "sleep 1ms\n");
        assertThat(shape("sleep 1ms")).isEqualTo("\"result\":{\"seconds\":0}");
        assertThat(shape("sleep 1ms", "history")).isEqualTo("\"result\":{\"commands\":[\"sleep 1ms\",\"history\"]}");
        assertThat(shape("open " + script)).isEqualTo("\"result\":{\"file\":\"" + script + "\"}");
        assertThat(shape("clear")).isEqualTo("\"result\":{}");
        assertThat(shape("sleep 1ms", "save " + script))
                .isEqualTo("\"result\":{\"file\":\"" + script + "\",\"commands\":0}");
        assertThat(shape("help sleep"))
                .isEqualTo(
                        "\"result\":{\"command\":\"sleep\",\"synopsis\":\"sleep [DURATION]\",\"description\":\"Wait: "
                                + "for scripts. Without DURATION until Ctrl-C or SIGTERM.\",\"words\":[{\"word\":\"DURATION\","
                                + "\"description\":\"500ms, 5s, 2m\"}],\"commands\":[]}");
        assertThat(shape("help"))
                .startsWith("\"result\":{\"commands\":[{\"command\":\"clear\",\"synopsis\":\"clear\",\"");
    }
}
