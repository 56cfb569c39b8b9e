package io.connscale.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of the example's record, in a real browser: what it shows, at what widths, and what it does with odd words. */
class PageTest {
    private static final int PHONE = 390;
    private static final int DESK = 1200;

    @TempDir
    private Path folder;

    static Run example() throws IOException, URISyntaxException {
        return Run.read(
                Path.of(PageTest.class.getResource("/io/connscale/run/example").toURI()));
    }

    private static PageData data(Run run) {
        PageData data = new PageData(run.info());
        run.samples().forEach(data::add);
        run.events().forEach(data::add);
        return data;
    }

    private Path written(String html) throws IOException {
        return Files.writeString(folder.resolve("report.html"), html);
    }

    @Test
    void showsHowManyWhatStoppedThemAndTheNumbersOfTheLastSample() throws Exception {
        Run run = example();
        Sample last = run.samples().get(run.samples().size() - 1);
        Path page = written(Page.of("example", List.of(data(run))));

        Browser.Seen seen = Browser.in(folder, DESK).see(page.toUri());

        assertThat(seen.console()).isEmpty();
        assertThat(seen.number("established"))
                .isEqualTo("%,d".formatted(Objects.requireNonNull(last.sum()).established()));
        assertThat(seen.number("server"))
                .isEqualTo("%,d".formatted(Objects.requireNonNull(last.server()).established()));
        assertThat(seen.number("difference")).isEqualTo("%,d".formatted(last.difference()));
        assertThat(seen.number("failed"))
                .isEqualTo("%,d".formatted(Objects.requireNonNull(last.sum()).failed()));
        assertThat(seen.dom())
                .contains("stopped at 187 on few: no file left for its agent", "Raise it where the agent starts");
    }

    /** Also of what is drawn small, and where two runs are drawn over each other. */
    @Test
    void eachChartHasATableOfWhatItDraws() throws Exception {
        Run run = example();
        for (List<PageData> runs : List.of(List.of(timed(run)), List.of(timed(run), timed(run)))) {
            Path page = written(Page.of("example", runs));
            try (Browser.Window window = Browser.in(folder, DESK).open(page.toUri(), Tables.WATCH)) {
                await().until(() -> !window.text(Tables.OPEN).equals("0"));
                List<Tables> charts = await().until(
                                () -> Tables.compared(window),
                                all -> all.stream().noneMatch(one -> one.rows().isEmpty()));

                assertThat(Tables.wrong(charts).values())
                        .allSatisfy(wrong -> assertThat(wrong).isEmpty());
                assertThat(charts)
                        .extracting(Tables::title)
                        .containsExactly(
                                "Connections at both ends",
                                "Difference",
                                "Connects and failures a second",
                                "Pongs a second",
                                "Round trip over time",
                                "Percentiles of the whole run",
                                "Headroom",
                                "CPUs",
                                "Bytes of each connection",
                                "Connect p99",
                                "CPUs by connections",
                                "client1",
                                "few");
                if (runs.size() == 1) {
                    assertThat(Tables.of(charts, "Connections at both ends").column("hosts"))
                            .isEqualTo(run.samples().stream()
                                    .map(Sample::sum)
                                    .map(sum -> sum == null ? "" : "%,d".formatted(sum.established()))
                                    .toList());
                }
                assertThat(window.console()).isEmpty();
            }
        }
    }

    /** The example with times of the whole run. */
    private static PageData timed(Run run) {
        PageData data = data(run);
        Histogram some = new Histogram(2);
        for (int i = 1; i < 5_000; i++) {
            some.recordValue((long) i * i);
        }
        ByteBuffer bytes = ByteBuffer.allocate(some.getNeededByteBufferCapacity());
        int length = some.encodeIntoCompressedByteBuffer(bytes);
        Distribution micros =
                Distribution.decoded(Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
        data.times(Map.of("client1.roundTrip", micros, "few.roundTrip", micros, "few.connect", micros));
        return data;
    }

    @Test
    void fitsOnAPhone() throws Exception {
        Path page = written(Page.of("example", List.of(data(example()))));
        String widest = """
                <script>addEventListener('load', () => setTimeout(() => parent.postMessage(
                  document.documentElement.scrollWidth > document.documentElement.clientWidth ? 'too wide' : 'it fits ' + innerWidth, '*'), 500))</script>""";
        String html = Files.readString(page)
                .replaceFirst("(?s)<meta http-equiv[^>]*>", "")
                .replace("</body>", widest + "</body>");
        Files.writeString(page, html);

        // a window of this browser may not be as narrow, a frame may
        Path phone = Files.writeString(
                folder.resolve("phone.html"),
                "<iframe src=report.html width=%d height=900 style='border:0'></iframe><p></p><script>onmessage = said => document.querySelector('p').append(said.data)</script>"
                        .formatted(PHONE));
        Browser.Seen seen = Browser.in(folder, DESK).see(phone.toUri());

        assertThat(seen.dom()).contains("<p>it fits " + PHONE + "</p>");
    }

    @Test
    void isSmallAndAsksNobody() throws Exception {
        String html = Page.of("example", List.of());

        assertThat(html.length()).isLessThan(400_000);
        assertThat(html.replaceAll("https://github.com/leeoniya/uPlot", "").replaceAll("http://www.w3.org/[^\"']*", ""))
                .doesNotContain("http://", "https://");
    }

    @Test
    void takesNoTextForHtml() throws Exception {
        String evil = "</script><script>document.title='broken in'</script><!--<img src=x onerror=alert(1)>\"'&\u2028";
        Run run = example();
        PageData data = data(run);
        data.add(new Event(Instant.EPOCH, 1, Event.NOTICE, evil, null, null, null));
        data.add(new Event(
                Instant.EPOCH,
                1,
                Event.VERDICT,
                evil,
                null,
                null,
                Map.of("cause", evil, "host", evil, "sentence", evil, "remedy", evil)));
        Path page = written(Page.of(evil, List.of(data)));

        Browser.Seen seen = Browser.in(folder, DESK).see(page.toUri());

        assertThat(seen.console()).isEmpty();
        assertThat(seen.dom()).contains("&lt;/script&gt;&lt;script&gt;").doesNotContain("<title>broken in", "<img");
    }

    @Test
    void aHostsNameThatIsHtmlIsText() throws Exception {
        Run odd = OddRecord.in(folder);
        Path page = written(Report.html(List.of(odd)));

        try (Browser.Window window = Browser.in(folder, DESK).open(page.toUri(), Tables.WATCH)) {
            await().until(() -> !window.text(Tables.OPEN).equals("0"));
            List<Tables> charts = await().until(
                            () -> Tables.compared(window),
                            all -> all.stream().noneMatch(one -> one.rows().isEmpty()));

            assertThat(charts).extracting(Tables::title).contains(OddRecord.NAME, "few");
            assertThat(Tables.of(charts, "Headroom").headings()).contains(OddRecord.NAME + " · files");
            assertThat(window.text("document.querySelectorAll('img').length")).isEqualTo("0");
            assertThat(window.text("document.title")).contains(odd.info().id());
            assertThat(window.console()).isEmpty();
        }
    }

    @Test
    void showsARunOfOneSampleAndOneWithoutAny() throws Exception {
        Run run = example();
        PageData one = new PageData(run.info());
        one.add(run.samples().get(5));
        PageData none = new PageData(run.info());

        Browser browser = Browser.in(folder, DESK);
        Browser.Seen ofOne = browser.see(written(Page.of("one", List.of(one))).toUri());
        Browser.Seen ofNone =
                browser.see(written(Page.of("none", List.of(none))).toUri());

        assertThat(ofOne.console()).isEmpty();
        assertThat(ofOne.dom()).contains("<canvas");
        assertThat(ofNone.console()).isEmpty();
        assertThat(ofNone.number("established")).isEqualTo("unknown");
    }

    @Test
    void drawsSeveralRunsOverEachOther() throws Exception {
        Path page = written(Page.of("two", List.of(data(example()), data(example()))));

        Browser.Seen seen = Browser.in(folder, DESK).darkened().see(page.toUri());

        assertThat(seen.console()).isEmpty();
        assertThat(seen.dom()).contains("runs, one over the other");
    }

    @Test
    void tenThousandSamplesAreAsManyPointsAsAScreenShows() throws Exception {
        Run run = example();
        Sample some = run.samples().get(10);
        PageData data = new PageData(run.info());
        for (int i = 0; i < 10_000; i++) {
            data.add(new Sample(
                    some.at(),
                    i,
                    1.0,
                    0L,
                    some.states(),
                    some.server(),
                    some.hosts(),
                    some.sum(),
                    some.machines(),
                    some.limits()));
        }

        assertThat(Page.of("long", List.of(data)).length()).isLessThan(1_000_000);
    }
}
