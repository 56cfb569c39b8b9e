package io.connscale.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.run.Run;
import io.connscale.run.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run that goes on, over HTTP: what a browser sees of it, and who is refused. */
class LivePageTest {
    private static final Duration SECONDS = Duration.ofSeconds(20);

    private final LivePage page = new LivePage();

    @TempDir
    private Path folder;

    private Run run;
    private URI url;

    @BeforeEach
    void open() throws Exception {
        run = PageTest.example();
        url = URI.create(page.open("127.0.0.1", 0));
    }

    @AfterEach
    void close() {
        page.close();
    }

    /** The run without its last samples. */
    private Run begun(int samples) {
        return new Run(run.folder(), run.info(), run.samples().subList(0, samples), run.events());
    }

    private Sample last() {
        return run.samples().get(run.samples().size() - 1);
    }

    /** A connection that has asked for {@code path}. */
    private Socket ask(String request, String host) throws IOException {
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout((int) SECONDS.toMillis());
        socket.getOutputStream()
                .write((request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private String status(String request, String host) throws IOException {
        try (Socket socket = ask(request, host)) {
            return reader(socket).readLine();
        }
    }

    private static String next(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = events.readLine();
        }
        return line == null ? "the stream has ended" : line.substring("data: ".length());
    }

    @Test
    void aBrowserSeesTheSampleThatCameLast() throws Exception {
        page.begun(begun(3), Map.of());
        try (Browser.Window window = Browser.in(folder, 1200).open(url)) {
            await().atMost(SECONDS)
                    .until(() -> window.number("established")
                            .equals(number(run.samples().get(2))));

            int size = run.samples().size();
            for (Sample sample : run.samples().subList(size - LiveRun.MAX_WAITING / 2, size)) {
                page.sample(sample, Map.of());
            }

            await().atMost(SECONDS).until(() -> window.number("established").equals(number(last())));
            assertThat(window.number("server"))
                    .isEqualTo("%,d"
                            .formatted(Objects.requireNonNull(last().server()).established()));
            assertThat(window.text("document.querySelectorAll('canvas').length"))
                    .isNotEqualTo("0");
            assertThat(window.text("document.querySelector('.live').textContent"))
                    .isEqualTo("live");

            page.close();

            await().atMost(SECONDS)
                    .until(() -> window.text("document.querySelector('.live').textContent")
                            .startsWith("no longer live"));
            assertThat(window.console()).isEmpty();
        }
    }

    @Test
    void theTablesGrowWithTheCharts() throws Exception {
        page.begun(begun(3), Map.of());
        try (Browser.Window window = Browser.in(folder, 1200).open(url, Tables.WATCH)) {
            await().atMost(SECONDS)
                    .until(() -> window.number("established")
                            .equals(number(run.samples().get(2))));
            window.text(Tables.OPEN);
            for (Sample sample : run.samples().subList(3, run.samples().size())) {
                page.sample(sample, Map.of());
                Thread.sleep(30); // who is behind by ten is dropped
            }

            List<String> wanted =
                    run.samples().stream().map(LivePageTest::number).toList();
            List<Tables> charts = await().atMost(SECONDS)
                    .until(
                            () -> {
                                window.text(Tables.OPEN);
                                return Tables.compared(window);
                            },
                            all -> all.stream().noneMatch(one -> one.rows().isEmpty())
                                    && Tables.of(all, "Connections at both ends")
                                            .column("hosts")
                                            .equals(wanted));

            assertThat(Tables.wrong(charts).values())
                    .allSatisfy(wrong -> assertThat(wrong).isEmpty());
            assertThat(charts).extracting(Tables::title).contains("Headroom", "Round trip over time", "client1", "few");
            assertThat(window.console()).isEmpty();
        }
    }

    private static String number(Sample sample) {
        return "%,d".formatted(Objects.requireNonNull(sample.sum()).established());
    }

    @Test
    void aHostsNameThatIsHtmlIsText() throws Exception {
        run = OddRecord.in(folder);
        page.begun(begun(3), Map.of());
        try (Browser.Window window = Browser.in(folder, 1200).open(url)) {
            await().atMost(SECONDS)
                    .until(() -> window.number("established")
                            .equals(number(run.samples().get(2))));
            page.sample(last(), Map.of());
            await().atMost(SECONDS).until(() -> window.number("established").equals(number(last())));
            assertThat(window.text("[...document.querySelectorAll('h3')].map(h => h.textContent).join()"))
                    .contains(OddRecord.NAME);
            assertThat(window.text("document.querySelectorAll('img').length")).isEqualTo("0");
            assertThat(window.text("document.title")).isEqualTo("connscale, live");
            assertThat(window.console()).isEmpty();
        }
    }

    @Test
    void whoLooksIsToldOfAllAndThenOfEachSample() throws Exception {
        page.begun(begun(5), Map.of());
        try (Socket socket = ask("GET /events", "localhost")) {
            BufferedReader events = reader(socket);
            assertThat(next(events))
                    .contains("\"whole\":true", "\"id\":\"" + run.info().id() + "\"");

            page.sample(last(), Map.of());

            assertThat(next(events))
                    .contains("\"established\":"
                            + Objects.requireNonNull(last().sum()).established())
                    .doesNotContain("\"whole\"", "\"facts\"");
        }
    }

    @Test
    void answersOnlyByNamesOfThisMachineAndOnlyReads() throws Exception {
        assertThat(status("GET /", "127.0.0.1:" + url.getPort())).contains(" 200 ");
        assertThat(status("GET /", "localhost:" + url.getPort())).contains(" 200 ");
        assertThat(status("GET /", "[::1]:1")).contains(" 200 ");
        assertThat(status("GET /", "rebound.example.org")).contains(" 421 ");
        assertThat(status("GET /events", "127.0.0.1.example.org")).contains(" 421 ");
        assertThat(status("GET /metrics", "0x7f.1.example")).contains(" 421 ");
        assertThat(status("POST /", "localhost")).contains(" 405 ");
        assertThat(status("GET /../etc/passwd", "localhost")).contains(" 404 ");
        assertThat(status("HEAD /", "localhost")).contains(" 200 ");
        try (Socket socket = ask("GET /events\r\nOrigin: http://example.org", "localhost")) {
            BufferedReader lines = reader(socket);
            List<String> head = new ArrayList<>();
            for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                head.add(line.toLowerCase(java.util.Locale.ROOT));
            }
            assertThat(head).noneMatch(line -> line.startsWith("access-control"));
        }
    }

    @Test
    void opensAtTheNameThatIsAnsweredAnyway() throws Exception {
        try (LivePage named = new LivePage()) {
            URI at = URI.create(named.open("localhost", 0));

            assertThat(at.getPort()).isPositive();
        }
    }

    @Test
    void soManyLookAtATimeAndNoMore() throws Exception {
        page.begun(begun(5), Map.of());
        List<Socket> looking = new ArrayList<>();
        try {
            for (int i = 0; i < PageServer.MAX_READERS; i++) {
                Socket socket = ask("GET /events", "localhost");
                looking.add(socket);
                next(reader(socket));
            }
            assertThat(status("GET /events", "localhost")).contains(" 503 ");
            assertThat(status("GET /metrics", "localhost")).contains(" 200 ");

            looking.remove(0).close();

            await().atMost(SECONDS).until(() -> {
                page.sample(last(), Map.of()); // writing shows that it has gone
                return status("GET /events", "localhost").contains(" 200 ");
            });
        } finally {
            for (Socket socket : looking) {
                socket.close();
            }
        }
    }

    @Test
    void whoDoesNotReadIsDroppedAndHoldsUpNobody() {
        LiveRun live = new LiveRun();
        live.begin(begun(5), Map.of());
        AtomicInteger dropped = new AtomicInteger();
        LiveRun.Reader slow = new LiveRun.Reader(dropped::incrementAndGet);
        LiveRun.Reader quick = new LiveRun.Reader(dropped::incrementAndGet);
        live.add(slow, 2);
        live.add(quick, 2);

        int heard = 0;
        for (int i = 0; i < 2 * LiveRun.MAX_WAITING; i++) {
            live.sample(last(), Map.of());
            heard += quick.messages.drainTo(new ArrayList<>());
        }

        assertThat(dropped).hasValue(1);
        assertThat(heard).isEqualTo(2 * LiveRun.MAX_WAITING + 1);
        assertThat(live.add(new LiveRun.Reader(dropped::incrementAndGet), 2))
                .as("its thread has yet to end")
                .isFalse();
        live.remove(slow);
        assertThat(live.add(new LiveRun.Reader(dropped::incrementAndGet), 2))
                .as("there is room again")
                .isTrue();
    }

    @Test
    void whoDoesNotReadMakesRoomThoughItStaysConnected() throws Exception {
        page.begun(begun(5), Map.of());
        List<Socket> stuck = new ArrayList<>();
        try {
            for (int i = 0; i < PageServer.MAX_READERS; i++) {
                stuck.add(ask("GET /events", "localhost"));
            }
            await().atMost(SECONDS)
                    .until(() -> status("GET /events", "localhost").contains(" 503 "));

            await().atMost(SECONDS.multipliedBy(6))
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () -> { // sockets hold megabytes
                                page.begun(run, Map.of()); // as much as there can be at once
                                return status("GET /events", "localhost").contains(" 200 ");
                            });
        } finally {
            for (Socket socket : stuck) {
                socket.close();
            }
        }
    }

    @Test
    void metricsHaveTheLimitsThatWereReadLast() {
        LiveRun live = new LiveRun();
        live.begin(begun(5), Map.of());
        live.sample(last(), Map.of());
        live.sample(without(last(), true), Map.of());

        assertThat(new String(live.metrics(), StandardCharsets.UTF_8))
                .contains("connscale_limit{", "connscale_limit_used{");
    }

    /** The sample without limits, and without its hosts if {@code hosts} is false. */
    private static Sample without(Sample sample, boolean hosts) {
        return without(sample, hosts, sample.states());
    }

    private static Sample without(Sample sample, boolean hosts, Map<String, String> states) {
        return new Sample(
                sample.at(),
                sample.t() + 1,
                sample.seconds(),
                hosts ? sample.difference() : null,
                states,
                sample.server(),
                hosts ? sample.hosts() : Map.of(),
                hosts ? sample.sum() : null,
                sample.machines(),
                null);
    }

    @Test
    void whenAllHostsAreStoppedNoConnectionIsThereAndWhatTheyCountedStays() {
        PageData live = PageData.live(run.info());
        live.add(last());
        Map<String, String> stopped = Map.of("client1", "stopped", "few", "stopped", "spare", "stopped");
        live.add(without(last(), false, stopped));

        assertThat(live.whole().get("end"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("established", 0L)
                .containsEntry("failed", Objects.requireNonNull(last().sum()).failed())
                .containsEntry("lost", Objects.requireNonNull(last().sum()).lost())
                .containsEntry("server", Objects.requireNonNull(last().server()).established());
    }

    /** Of agents that are too busy to answer for a while. */
    @Test
    void whatAnEndSaidAWhileAgoIsNotWhatItHoldsNow() {
        PageData live = PageData.live(run.info());
        PageData over = new PageData(run.info());
        LiveRun served = new LiveRun();
        served.begin(begun(1), Map.of());
        Sample old = old(last());
        live.add(old);
        over.add(old);
        served.sample(old, Map.of());

        assertThat(live.whole().get("end"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("established", null)
                .containsEntry("server", Objects.requireNonNull(last().server()).established());
        assertThat(over.whole().get("end"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry(
                        "established", Objects.requireNonNull(last().sum()).established());
        assertThat(String.valueOf(over.whole().get("series")))
                .doesNotContain("sum={established", "hosts={client1={established");
        assertThat(new String(served.metrics(), StandardCharsets.UTF_8))
                .contains("connscale_connections{end=\"server\"")
                .doesNotContain("connscale_connections{end=\"host\"");
    }

    /** The same, as its hosts said it ten seconds ago. */
    private static Sample old(Sample sample) {
        Map<String, Sample.End> hosts = new LinkedHashMap<>();
        sample.hosts().forEach((name, end) -> hosts.put(name, old(end)));
        return new Sample(
                sample.at(),
                sample.t(),
                sample.seconds(),
                null,
                sample.states(),
                sample.server(),
                hosts,
                old(Objects.requireNonNull(sample.sum())),
                sample.machines(),
                null);
    }

    private static Sample.End old(Sample.End end) {
        return new Sample.End(
                10,
                end.established(),
                end.connecting(),
                end.failed(),
                end.lost(),
                end.stopped(),
                end.attempted(),
                end.pings(),
                end.pongs(),
                end.skipped(),
                end.missed(),
                end.errors(),
                end.failures(),
                null,
                null,
                end.tcp(),
                end.process(),
                null,
                List.of());
    }

    @Test
    void whenNoHostAnswersNothingIsSaidToBeThereNowButHowManyThereWere() {
        PageData live = PageData.live(run.info());
        PageData over = new PageData(run.info());
        for (PageData data : List.of(live, over)) {
            data.add(last());
            data.add(without(last(), false));
        }
        long there = Objects.requireNonNull(last().sum()).established();

        assertThat(live.whole().get("end"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("established", null)
                .containsEntry("most", there);
        assertThat(live.whole().get("hosts"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .isEmpty();
        assertThat(over.whole().get("end"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("established", there);
    }

    @Test
    void closesAtOnceThoughSomebodyLooks() throws Exception {
        page.begun(begun(5), Map.of());
        try (Socket socket = ask("GET /events", "localhost")) {
            BufferedReader events = reader(socket);
            next(events);

            long began = System.nanoTime();
            page.close();

            assertThat(next(events)).isEqualTo("the stream has ended");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThat(page.where()).isEmpty();
        }
    }
}
