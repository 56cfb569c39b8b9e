package io.connscale.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.kernel.Limits;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control channel line by line, as {@code docs/PROTOCOL.md} has it. */
class MessageLinesTest {
    private static final Opened OPENED =
            new Opened(1000, 990, 10, 0.25, new TreeMap<>(Map.of("connect EMFILE", 3L, "connect ECONNREFUSED", 7L)));
    private static final Snapshot SNAPSHOT =
            new Snapshot(1, 2, 3, 4, 5, 6, 7, 8, new TreeMap<>(Map.of("receive timeout", 4L)));

    private static final Facts FACTS = new Facts(
            new TreeMap<>(Map.of("net.core.somaxconn", 4096L)),
            List.of(new AcceptQueue("10.0.0.1", 8989, 3)),
            "m",
            "net:[1]",
            "tsc");
    private static final ServerStatus STATUS = new ServerStatus(
            true,
            "epoll",
            List.of(new ServerStatus.Listener("10.0.0.1", 8989, 1024, 128, null)),
            1,
            2,
            3,
            new TreeMap<>(Map.of(ServerStatus.PROTOCOL_ERROR, 1L)));

    private static final Distribution RECORDED = recorded(120);
    private static final String EMPTY = Distribution.NONE.encoded();
    private static final String ONE = RECORDED.encoded();
    private static final Statistics STATISTICS = new Statistics(
            SNAPSHOT,
            9,
            1,
            new Unanswered(1, 4, 3, 2, 5),
            new Times(Distribution.NONE, RECORDED, Distribution.NONE, Distribution.NONE, Distribution.NONE),
            TcpSample.NONE,
            new ProcessLoad(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            new TreeMap<>(Map.of("a", new MachineLoad(2, 100, 50, 1, 3, 4096, 2048))));

    private static final Experiment.Report REPORT = new Experiment.Report(
            true,
            true,
            "",
            new TreeMap<>(Map.of("net.ipv4.tcp_synack_retries", 1L)),
            new TreeMap<>(Map.of("TcpExtListenDrops", 5L)),
            8,
            9,
            List.of(new Experiment.Connection(
                    1,
                    "send, receive",
                    40348,
                    36139,
                    List.of(new Experiment.Call("send", 1.5, 0, "ok")),
                    List.of(new Experiment.Moment(
                            0,
                            new Experiment.End("ESTABLISHED", 4, 2, null),
                            new Experiment.End("SYN-RECEIVED", 0, 1, 1.25))))),
            List.of(new Experiment.Trial(
                    true,
                    false,
                    "127.0.0.1",
                    "0.0.0.0",
                    "server first",
                    new TreeMap<>(Map.of("TIME-WAIT", 3L)),
                    "bind",
                    "EADDRINUSE")),
            "");

    private static Distribution recorded(long micros) {
        LoopStatistics loop = new LoopStatistics();
        loop.connected(micros * 1000);
        return loop.times().connect();
    }

    static Stream<Arguments> messages() {
        Settings settings = new Settings(List.of("127.0.0.1:8989", "[::1]:8989"), List.of("10.0.0.4"), 5000, 4000, 0);
        Limits limits = new Limits(20_000, 20_000, 32_768, 60_999);
        return Stream.of(
                arguments(
                        new Message.Configure(1, settings),
                        "{'type':'configure','id':1,'settings':{'targets':['127.0.0.1:8989','[::1]:8989'],"
                                + "'sources':['10.0.0.4'],'intervalMillis':5000,'timeoutMillis':4000,'ratePerSecond':0}}"),
                arguments(
                        new Message.Configure(1, settings.withWorkers(0)),
                        "{'type':'configure','id':1,'settings':{'targets':['127.0.0.1:8989','[::1]:8989'],"
                                + "'sources':['10.0.0.4'],'intervalMillis':5000,'timeoutMillis':4000,'ratePerSecond':0,"
                                + "'workers':0}}"),
                arguments(
                        new Message.OpenConnections(2, 1000, null), "{'type':'open-connections','id':2,'count':1000}"),
                arguments(
                        new Message.OpenConnections(3, 1000, 100L),
                        "{'type':'open-connections','id':3,'count':1000,'ratePerSecond':100}"),
                arguments(new Message.StopOpening(4), "{'type':'stop-opening','id':4}"),
                arguments(new Message.CloseConnections(5, 10), "{'type':'close-connections','id':5,'count':10}"),
                arguments(new Message.TakeSnapshot(6), "{'type':'take-snapshot','id':6}"),
                arguments(new Message.StillHere(), "{'type':'still-here'}"),
                arguments(
                        new Message.Hello(1, "0.1.0", "17.0.15", 42, "Linux", "amd64", limits),
                        "{'type':'hello','protocol':1,'version':'0.1.0','java':'17.0.15','pid':42,'os':'Linux',"
                                + "'arch':'amd64','limits':{'softFiles':20000,'hardFiles':20000,'firstPort':32768,"
                                + "'lastPort':60999,'reservedPorts':0}}"),
                arguments(
                        new Message.Progress(2, OPENED),
                        "{'type':'progress','id':2,'opened':{'requested':1000,'established':990,'failed':10,"
                                + "'seconds':0.25,'errors':{'connect ECONNREFUSED':7,'connect EMFILE':3}}}"),
                arguments(
                        new Message.ConnectionsOpened(2, Opened.none(1000)),
                        "{'type':'connections-opened','id':2,'opened':{'requested':1000,'established':0,'failed':0,"
                                + "'seconds':0.0,'errors':{}}}"),
                arguments(
                        new Message.ConnectionsClosed(5, new Closed(10, 990)),
                        "{'type':'connections-closed','id':5,'closed':{'closed':10,'established':990}}"),
                arguments(
                        new Message.SnapshotTaken(null, SNAPSHOT),
                        "{'type':'snapshot','snapshot':{'established':1,'connecting':2,'failed':3,'lost':4,'stopped':5,"
                                + "'pings':6,'pongs':7,'skipped':8,'errors':{'receive timeout':4}}}"),
                arguments(
                        new Message.SnapshotTaken(
                                null,
                                new Snapshot(
                                        1,
                                        2,
                                        3,
                                        4,
                                        5,
                                        6,
                                        7,
                                        8,
                                        new TreeMap<>(Map.of("connect EMFILE", 3L)),
                                        new TreeMap<>(Map.of("connect EMFILE", 3L)))),
                        "{'type':'snapshot','snapshot':{'established':1,'connecting':2,'failed':3,'lost':4,'stopped':5,"
                                + "'pings':6,'pongs':7,'skipped':8,'errors':{'connect EMFILE':3},"
                                + "'failures':{'connect EMFILE':3}}}"),
                arguments(
                        new Message.SnapshotTaken(6L, Snapshot.NONE),
                        "{'type':'snapshot','id':6,'snapshot':{'established':0,'connecting':0,'failed':0,'lost':0,"
                                + "'stopped':0,'pings':0,'pongs':0,'skipped':0,'errors':{}}}"),
                arguments(
                        new Message.SnapshotTaken(7L, Snapshot.NONE, 54),
                        "{'type':'snapshot','id':7,'snapshot':{'established':0,'connecting':0,'failed':0,'lost':0,"
                                + "'stopped':0,'pings':0,'pongs':0,'skipped':0,'errors':{}},'workers':54}"),
                arguments(
                        new Message.SnapshotTaken(8L, Snapshot.NONE, 54, new Silence("worker-2", 14)),
                        "{'type':'snapshot','id':8,'snapshot':{'established':0,'connecting':0,'failed':0,'lost':0,"
                                + "'stopped':0,'pings':0,'pongs':0,'skipped':0,'errors':{}},'workers':54,"
                                + "'silence':{'name':'worker-2','seconds':14}}"),
                arguments(
                        new Message.StartExperiment(
                                21, new Experiment(Experiment.HALF_OPEN, true, List.of(1), 1, null, null, 5000L)),
                        "{'type':'start-experiment','id':21,'experiment':{'name':'half-open','apart':true,"
                                + "'sequences':[1],'synackRetries':1,'receiveMillis':5000}}"),
                arguments(new Message.TakeExperiment(22, 21), "{'type':'take-experiment','id':22,'run':21}"),
                arguments(new Message.StopExperiment(23, 21), "{'type':'stop-experiment','id':23,'run':21}"),
                arguments(
                        new Message.ExperimentTaken(22, REPORT),
                        "{'type':'experiment','id':22,'report':{'running':true,'apart':true,'note':'',"
                                + "'settings':{'net.ipv4.tcp_synack_retries':1},'counters':{'TcpExtListenDrops':5},"
                                + "'backlog':8,'waiting':9,'connections':[{'sequence':1,'plan':'send, receive','clientPort':40348,'serverPort':36139,"
                                + "'calls':[{'call':'send','at':1.5,'seconds':0.0,'outcome':'ok'}],'moments':["
                                + "{'at':0.0,'client':{'state':'ESTABLISHED','unacknowledged':4,'retries':2},"
                                + "'server':{'state':'SYN-RECEIVED','unacknowledged':0,'retries':1,"
                                + "'timerSeconds':1.25}}]}],'trials':[{'reuseFirst':true,'reuseSecond':false,"
                                + "'first':'127.0.0.1','second':'0.0.0.0','closing':'server first',"
                                + "'left':{'TIME-WAIT':3},'call':'bind','outcome':'EADDRINUSE'}],'failure':''}}"),
                arguments(new Message.Notice("worker-2 lost"), "{'type':'notice','text':'worker-2 lost'}"),
                arguments(new Message.Done(4), "{'type':'done','id':4}"),
                arguments(new Message.TakeFacts(16, Facts.Depth.LISTENERS), "{'type':'take-facts','id':16}"),
                arguments(
                        new Message.TakeFacts(17, Facts.Depth.SOCKETS),
                        "{'type':'take-facts','id':17,'handshakes':true}"),
                arguments(new Message.TakeFacts(18, Facts.Depth.VALUES), "{'type':'take-facts','id':18,'brief':true}"),
                arguments(Message.TakeFacts.withRoutes(19), "{'type':'take-facts','id':19,'routes':true}"),
                arguments(
                        new Message.TakeForeignServer(18, List.of(1883), null, null),
                        "{'type':'take-foreign-server','id':18,'ports':[1883]}"),
                arguments(
                        new Message.TakeForeignServer(19, List.of(1883), 7L, "mosquitto"),
                        "{'type':'take-foreign-server','id':19,'ports':[1883],'pid':7,'process':'mosquitto'}"),
                arguments(
                        new Message.ForeignServerTaken(
                                18,
                                new ForeignServer(
                                        List.of(new ForeignServer.Member(
                                                7, 1, "mosquitto", 99, true, 5L, null, 8192L, 10, 7L)),
                                        List.of(1883),
                                        3L,
                                        2L,
                                        1L,
                                        null,
                                        List.of(new ForeignServer.Member(
                                                6, 1, "mosquitto", 98, true, null, null, null, 10, null)),
                                        FACTS,
                                        List.of("why"))),
                        "{'type':'foreign-server','id':18,'server':{'processes':[{'pid':7,'parent':1,'name':'mosquitto',"
                                + "'began':99,'listens':true,'files':5,'residentBytes':8192,'cpuNanos':10,'waitedNanos':7}],'ports':[1883],"
                                + "'established':3,'accepted':2,'waiting':1,'ended':[{'pid':6,'parent':1,'name':'mosquitto',"
                                + "'began':98,'listens':true,'cpuNanos':10}],'facts':{'values':{'net.core.somaxconn':4096},'listening':"
                                + "[{'address':'10.0.0.1','port':8989,'waiting':3}],'machine':'m','network':'net:[1]',"
                                + "'clock':'tsc','groups':{},'quotas':[]},'unread':['why']}}"),
                arguments(
                        new Message.FactsTaken(16, FACTS),
                        "{'type':'facts','id':16,'facts':{'values':{'net.core.somaxconn':4096},'listening':"
                                + "[{'address':'10.0.0.1','port':8989,'waiting':3}],'machine':'m','network':'net:[1]',"
                                + "'clock':'tsc','groups':{},'quotas':[]}}"),
                arguments(
                        new Message.StartServer(8, new ServerSettings("10.0.0.1", List.of(8989, 9989), 1024, 2)),
                        "{'type':'start-server','id':8,'settings':{'bind':'10.0.0.1','ports':[8989,9989],"
                                + "'backlog':1024,'acceptors':2}}"),
                arguments(new Message.TakeStatistics(11), "{'type':'take-statistics','id':11}"),
                arguments(new Message.TakeServerStatistics(12), "{'type':'take-server-statistics','id':12}"),
                arguments(
                        new Message.StatisticsTaken(11, STATISTICS),
                        "{'type':'statistics','id':11,'statistics':{'counts':{'established':1,'connecting':2,'failed':3,"
                                + "'lost':4,'stopped':5,'pings':6,'pongs':7,'skipped':8,'errors':{'receive timeout':4}},"
                                + "'attempted':9,'missed':1,'unanswered':{'count':1,'answered':4,'oldestNanos':3,'youngestNanos':2,'waitingNanos':5},'times':{'connect':'"
                                + EMPTY + "','roundTrip':'" + ONE
                                + "','roundTripSent':'" + EMPTY + "','lifetime':'" + EMPTY + "','loopLag':'" + EMPTY
                                + "'},'tcp':{'sampled':0,'rtt':'" + EMPTY
                                + "','retransmitting':0,'retransmits':0,'overdue':0,'unheard':0},"
                                + "'process':{'processes':1,'upNanos':2,'cpuNanos':3,'loopUpNanos':4,'loopCpuNanos':5,"
                                + "'collections':6,'collectionMillis':7,'heapBytes':8,'directBytes':9,'residentBytes':10},"
                                + "'machines':{'a':{'cpus':2,'ticks':100,'idleTicks':50,'stolenTicks':1,'runnable':3,"
                                + "'memoryBytes':4096,'availableBytes':2048}},'unexpected':[]}}"),
                arguments(
                        new Message.StartServer(
                                8, new ServerSettings("10.0.0.1", List.of(8989), 1024, 2).shared(List.of(8989))),
                        "{'type':'start-server','id':8,'settings':{'bind':'10.0.0.1','ports':[8989],"
                                + "'backlog':1024,'acceptors':2,'shared':true}}"),
                arguments(new Message.MakeRoom(9, 1000), "{'type':'make-room','id':9,'connections':1000}"),
                arguments(new Message.StopServer(9), "{'type':'stop-server','id':9}"),
                arguments(new Message.TakeServerStatus(10), "{'type':'take-server-status','id':10}"),
                arguments(
                        new Message.ServerStatusTaken(10, STATUS),
                        "{'type':'server-status','id':10,'status':{'running':true,'transport':'epoll','listeners':"
                                + "[{'address':'10.0.0.1','port':8989,'backlogAsked':1024,'backlogGiven':128}],"
                                + "'established':1,'accepted':2,'pings':3,'errors':{'protocol error':1}}}"),
                arguments(
                        new Message.Failed(7, "no \"settings\" yet", "send configure first"),
                        "{'type':'failed','id':7,'message':'no \\\"settings\\\" yet','hint':'send configure first'}"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageIsThisLineAndTheLineIsThisMessage(Message message, String line) {
        String json = line.replace('\'', '"');
        assertThat(MessageLines.encode(message)).asString(UTF_8).isEqualTo(json + "\n");
        assertThat(MessageLines.decode(json)).isEqualTo(message);
    }

    @Test
    void eachKindOfMessageIsShownHere() {
        assertThat(messages()
                        .map(shown -> shown.get()[0].getClass().getSimpleName())
                        .distinct())
                .containsExactlyInAnyOrder(Stream.of(Message.class.getDeclaredClasses())
                        .filter(Class::isRecord)
                        .map(Class::getSimpleName)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void membersOfANewerVersionAreIgnored(Message message, String line) {
        String newer = line.replace('\'', '"').replaceFirst("\\{", "{\"since\":{\"version\":[9,null]},");
        assertThat(MessageLines.decode(newer)).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Welcome to Ubuntu",
                "[]",
                "null",
                "{",
                "{}",
                "{\"id\":1}",
                "{\"type\":\"done\"}",
                "{\"type\":\"done\",\"id\":null}",
                "{\"type\":\"done\",\"id\":\"x\"}",
                "{\"type\":\"done\",\"id\":1} and more",
                "{\"type\":\"reboot\",\"id\":1}",
                "{\"type\":\"io.connscale.control.Message$Done\",\"id\":1}",
                "{\"type\":\"java.lang.Object\"}",
                "{\"type\":\"open-connections\",\"id\":1}",
                "{\"type\":\"configure\",\"id\":1}",
                "{\"type\":\"configure\",\"id\":1,\"settings\":null}",
                "{\"type\":\"progress\",\"id\":1}",
                "{\"type\":\"snapshot\",\"snapshot\":{}}",
                "{\"type\":\"hello\",\"protocol\":1}",
            })
    void whatIsNoMessageIsForeign(String line) {
        assertThat(MessageLines.decode(line)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"targets\":[],\"intervalMillis\":1,\"timeoutMillis\":1,\"ratePerSecond\":0",
                "\"targets\":[null],\"intervalMillis\":1,\"timeoutMillis\":1,\"ratePerSecond\":0",
                "\"targets\":[\"a:1\"],\"intervalMillis\":0,\"timeoutMillis\":1,\"ratePerSecond\":0",
                "\"targets\":[\"a:1\"],\"intervalMillis\":1,\"timeoutMillis\":86400001,\"ratePerSecond\":0",
                "\"targets\":[\"a:1\"],\"intervalMillis\":1,\"timeoutMillis\":1,\"ratePerSecond\":-1",
                "\"targets\":[\"a:1\"],\"intervalMillis\":1,\"timeoutMillis\":1",
            })
    void settingsThatCannotBeAreNoMessage(String settings) {
        String line = "{\"type\":\"configure\",\"id\":1,\"settings\":{\"sources\":[]," + settings + "}}";
        assertThat(MessageLines.decode(line)).isNull();
    }

    @Test
    void aCountOfNothingIsNoMessage() {
        String opened = "{\"requested\":1,\"established\":0,\"failed\":0,\"seconds\":0,\"errors\":{\"a\":null}}";
        assertThat(MessageLines.decode("{\"type\":\"progress\",\"id\":1,\"opened\":" + opened + "}"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"done\",\"id\":-1}",
                "{\"type\":\"done\",\"id\":1.5}",
                "{\"type\":\"done\",\"id\":\"1\"}",
                "{\"type\":\"notice\",\"text\":5}",
                "{\"type\":\"connections-closed\",\"id\":1,\"closed\":{\"closed\":-5,\"established\":0}}",
                "{\"type\":\"connections-closed\",\"id\":1,\"closed\":{\"closed\":5,\"established\":9000000000000000}}",
                "{\"type\":\"progress\",\"id\":1,\"opened\":{\"requested\":1,\"established\":0,\"failed\":0,"
                        + "\"seconds\":-1.0,\"errors\":{}}}",
                "{\"type\":\"progress\",\"id\":1,\"opened\":{\"requested\":1,\"established\":0,\"failed\":0,"
                        + "\"seconds\":0.0,\"errors\":{\"connect EMFILE\":-3}}}",
                "{\"type\":\"facts\",\"id\":1,\"facts\":{\"values\":{\"a\":-2},\"listening\":[],"
                        + "\"machine\":\"m\",\"network\":\"n\",\"clock\":\"c\"}}",
            })
    void numbersThatCannotBeAndFieldsOfAnotherTypeMakeNoMessage(String line) {
        assertThat(MessageLines.decode(line)).isNull();
        assertThat(MessageLines.problem(line)).isNotEmpty();
    }

    /** Each number can be, but not together with the others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'progress','id':1,'opened':{'requested':5,'established':4,'failed':2,'seconds':1,'errors':{}}"
                        + "|established and failed are more than requested",
                "'hello','protocol':1,'version':'1','java':'17','pid':1,'os':'','arch':'','limits':{'softFiles':1,"
                        + "'hardFiles':1,'firstPort':1024,'lastPort':70000}|lastPort is 70000",
                "'hello','protocol':1,'version':'1','java':'17','pid':1,'os':'','arch':'','limits':{'softFiles':1,"
                        + "'hardFiles':1,'firstPort':60000,'lastPort':2000}|firstPort is above lastPort",
                "'facts','id':1,'facts':{'values':{},'listening':[{'address':'a','port':70000,'waiting':1}],"
                        + "'machine':'m','network':'n','clock':'c'}|port is 70000",
            })
    void numbersThatContradictEachOtherMakeNoMessage(String lineAndWhy) {
        String[] parts =
                ("{'type':" + lineAndWhy.replace("|", "}|")).replace('\'', '"').split("\\|", -1);
        assertThat(MessageLines.decode(parts[0])).isNull();
        assertThat(MessageLines.problem(parts[0])).isEqualTo(parts[1]);
    }

    private static Statistics with(ProcessLoad process, MachineLoad machine) {
        return Statistics.of(process, Map.of("a", machine));
    }

    private static @Nullable Message sent(Statistics statistics) {
        String line = new String(MessageLines.encode(new Message.StatisticsTaken(1, statistics)), UTF_8);
        return MessageLines.decode(line.strip());
    }

    @Test
    void noNumberOfStatisticsIsSuchThatHostsCannotBeAddedUp() {
        MachineLoad machine = new MachineLoad(2, 100, 50, 0, 1, 4096, 2048);
        ProcessLoad month = new ProcessLoad(100, 300_000_000_000_000_000L, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(sent(with(month, machine))).isNotNull();
        ProcessLoad ever = new ProcessLoad(1, Long.MAX_VALUE, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(sent(with(ever, machine))).isNull();
        ProcessLoad heap = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, Long.MAX_VALUE, 0, 0);
        assertThat(sent(with(heap, machine))).isNull();
        ProcessLoad usual = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(sent(with(usual, new MachineLoad(2, 100, 50, 0, 1, Long.MAX_VALUE, 1))))
                .isNull();
        assertThat(sent(with(usual, new MachineLoad(2, 100, 101, 0, 1, 4096, 2048))))
                .isNull();
        assertThat(sent(with(usual, new MachineLoad(2, 100, 50, 0, 1, 4096, 4097))))
                .isNull();
    }

    @Test
    void whereTheKernelDoesNotSayAMachinesMemoryTheRestArrives() {
        Statistics said = with(
                new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, ProcessLoad.UNKNOWN),
                new MachineLoad(2, 100, 50, 0, 1, -1, -1));
        assertThat(sent(said)).isEqualTo(new Message.StatisticsTaken(1, said));
    }

    static Stream<Arguments> problems() {
        String opened = "{'type':'progress','id':1,'opened':{'requested':1,'established':%s,'failed':0,'seconds':%s,"
                + "'errors':%s}}";
        return Stream.of(
                arguments("{'type':'done','id':1", "not JSON"),
                arguments("{'type':'nonsense','id':1}", "unknown type \"nonsense\""),
                arguments("{'id':1}", "type is missing"),
                arguments("{'type':'done'}", "id: is missing"),
                arguments("{'type':'done','id':null}", "id: not a whole number"),
                arguments("{'type':'snapshot'}", "snapshot is missing"),
                arguments("{'type':'snapshot','snapshot':7}", "snapshot: not an object"),
                arguments(opened.formatted("1.5", "0", "{}"), "opened.established: not a whole number"),
                arguments(opened.formatted("'x'", "0", "{}"), "opened.established: not a whole number"),
                arguments(opened.formatted("0", "'x'", "{}"), "opened.seconds: not a number"),
                arguments(opened.formatted("0", "0", "[]"), "opened.errors: not an object"),
                arguments("{'type':'notice','text':5}", "text: not a string"),
                arguments("{'type':'done','id':99999999999999999999999}", "id: not a whole number, or too large a one"),
                arguments(
                        "{'type':'done','id':1,'more':" + "[".repeat(2000) + "]".repeat(2000) + "}",
                        "nested too deeply, or a number or name is too long"));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void whatIsWrongIsSaidInTheWordsOfAUser(String line, String why) {
        assertThat(MessageLines.problem(line.replace('\'', '"'))).isEqualTo(why);
    }

    @Test
    void whatAnAgentSaysOfItselfIsNoLongerThanATableHasRoomFor() {
        String longest = "x".repeat(1000);
        Message.Hello hello = new Message.Hello(1, longest, longest, 1, longest, longest, new Limits(1, 1, 1, 2));
        assertThat(List.of(hello.version(), hello.java(), hello.os(), hello.arch()))
                .allMatch(word -> word.length() <= 61 && word.startsWith("xxx"));
    }

    @Test
    void stringsAndKeysArePlainText() {
        Message decoded = MessageLines.decode("{\"type\":\"progress\",\"id\":1,\"opened\":{\"requested\":1,"
                + "\"established\":0,\"failed\":1,\"seconds\":0.5,\"errors\":{\"connect \\u202eE\\u001b[2J\":1}}}");
        assertThat(((Message.Progress) Objects.requireNonNull(decoded)).opened().errors())
                .containsExactly(Map.entry("connect ?E?[2J", 1L));
    }

    @Test
    void linesOverTheBoundAreForeignAndTheChannelGoesOn() throws IOException {
        String head = "{\"type\":\"done\",\"id\":1,\"more\":\"";
        String longest = head + "x".repeat(MessageLines.MAX_LENGTH - head.length() - 2) + "\"}";
        String tooLong = head + "x".repeat(MessageLines.MAX_LENGTH - head.length() - 1) + "\"}";
        List<Message> ours = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        String lines = longest + "\n" + tooLong + "\n{\"type\":\"done\",\"id\":2}";
        MessageLines.read(new ByteArrayInputStream(lines.getBytes(UTF_8)), ours::add, line -> foreign.add(line.text()));
        assertThat(ours).containsExactly(new Message.Done(1), new Message.Done(2));
        assertThat(foreign).hasSize(1).allMatch(line -> line.length() == MessageLines.MAX_LENGTH);
    }

    /** Where somaxconn can't be read: unknown, and neither 0 nor what was asked for. */
    @Test
    void aBacklogThatIsUnknownStaysUnknown() {
        ServerStatus status = new ServerStatus(
                true,
                "epoll",
                List.of(new ServerStatus.Listener("::1", 1, 1024, null, null)),
                0,
                0,
                0,
                new TreeMap<>());
        String line = new String(MessageLines.encode(new Message.ServerStatusTaken(10, status)), UTF_8);
        assertThat(line).contains("\"backlogAsked\":1024").doesNotContain("\"backlogGiven\":0", "\"backlogGiven\":1");
        assertThat(MessageLines.decode(line.strip())).isEqualTo(new Message.ServerStatusTaken(10, status));
    }
}
