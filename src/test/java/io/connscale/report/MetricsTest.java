package io.connscale.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import io.connscale.control.Json;
import io.connscale.net.FreePort;
import io.connscale.run.Run;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics, as Prometheus' own programs take them. */
class MetricsTest {
    @TempDir
    private Path folder;

    private static Map<String, Distribution> times() {
        return Map.of("client1.connect", Distribution.NONE, "client1.roundTrip", Distribution.NONE);
    }

    private static Sample last(Run run) {
        return run.samples().get(run.samples().size() - 1);
    }

    @Test
    void namesUnitsAndHelpPassPrometheusOwnCheck() throws Exception {
        Needs.command("promtool");
        byte[] text = Metrics.of(last(PageTest.example()), times());
        Process check = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        check.getOutputStream().write(plain(text));
        check.getOutputStream().close();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(check.exitValue()).isZero();
    }

    /** What promtool reads is the older format: counters and infos under their samples' names. */
    private static byte[] plain(byte[] openMetrics) {
        return new String(openMetrics, StandardCharsets.UTF_8)
                .replaceAll("(?m)^# (TYPE|HELP) (\\S+) (counter)$", "# $1 $2_total counter")
                .replaceAll("(?m)^# TYPE (\\S+) info$", "# TYPE $1_info gauge")
                .replaceAll(
                        "(?m)^# HELP (connscale_(?:connections_(?:attempted|failed|lost)|connection_errors|pings|pongs)) ",
                        "# HELP $1_total ")
                .replaceAll("(?m)^# HELP connscale_build ", "# HELP connscale_build_info ")
                .replaceAll("(?m)^# (UNIT .*|EOF)\n", "")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aPrometheusThatScrapesARunAnswersWithItsNumbers() throws Exception {
        Needs.command("prometheus");
        Run run = PageTest.example();
        try (LivePage page = new LivePage()) {
            URI url = URI.create(page.open("127.0.0.1", 0));
            page.begun(run, times());
            int port = FreePort.freePort();
            Path config = Files.writeString(
                    folder.resolve("prometheus.yml"),
                    Files.readString(Path.of("conf/prometheus.yml"))
                            .replace("127.0.0.1:8990", "127.0.0.1:" + url.getPort())
                            .replace("scrape_interval: 5s", "scrape_interval: 1s"));
            Process prometheus = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("prometheus.log").toFile())
                    .start();
            try {
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(300))
                        .ignoreExceptionsInstanceOf(IOException.class) // not there yet, or 503 while it begins
                        .untilAsserted(() -> assertThat(
                                        ask(port, "sum(connscale_connections{end=\"host\",state=\"established\"})"))
                                .contains("\""
                                        + Objects.requireNonNull(last(run).sum())
                                                .established() + "\""));
                assertThat(ask(port, "connscale_connections{end=\"server\",state=\"established\"}"))
                        .contains("\""
                                + Objects.requireNonNull(last(run).server()).established() + "\"");
                assertThat(ask(port, "sum(connscale_connections_failed_total{end=\"host\"})"))
                        .contains("\"" + Objects.requireNonNull(last(run).sum()).failed() + "\"");
                assertThat(ask(port, "connscale_connections_failed_total{where=\"connect\",error=\"EMFILE\"}"))
                        .contains("\"host\":\"few\"");
                assertThat(ask(port, "sum(connscale_connections_lost_total{end=\"host\"})"))
                        .contains("\"" + Objects.requireNonNull(last(run).sum()).lost() + "\"");
                assertThat(ask(port, "connscale_limit_used{host=\"few\",limit=\"files\"}"))
                        .contains("\"1\"");
                assertThat(ask(port, "connscale_build_info")).contains("\"version\"");
                for (Asked asked : dashboard()) {
                    await().atMost(Duration.ofSeconds(30)) // a rate needs two scrapes
                            .untilAsserted(() -> assertThat(ask(port, asked.expression))
                                    .as(asked.expression)
                                    .contains("\"status\":\"success\"", "\"result\":[{")
                                    .satisfies(answer -> assertThat(asked.labels)
                                            .allSatisfy(
                                                    label -> assertThat(answer).contains('"' + label + "\":\""))));
                }
            } finally {
                prometheus.destroy();
                if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
                    prometheus.destroyForcibly();
                }
            }
        }
    }

    /**
     * An expression of the dashboard.
     *
     * @param labels that its legend needs
     */
    private record Asked(String expression, List<String> labels) {}

    private static List<Asked> dashboard() throws IOException {
        Map<?, ?> read = Json.read(Files.readString(Path.of("conf/grafana.json")), Map.class);
        List<Asked> all = new ArrayList<>();
        for (Object panel : (List<?>) Objects.requireNonNull(read.get("panels"))) {
            for (Object target : (List<?>) Objects.requireNonNull(((Map<?, ?>) panel).get("targets"))) {
                Map<?, ?> asked = (Map<?, ?>) target;
                String legend = String.valueOf(asked.get("legendFormat"));
                all.add(new Asked(
                        String.valueOf(asked.get("expr"))
                                .replace("$__rate_interval", "10s")
                                .replaceFirst(" > 0$", ""), // what may have no line
                        Pattern.compile("\\{\\{(\\w+)}}")
                                .matcher(legend)
                                .results()
                                .map(found -> found.group(1))
                                .toList()));
            }
        }
        assertThat(all).hasSizeGreaterThan(10);
        return all;
    }

    private static String ask(int port, String query) throws IOException {
        URI uri = URI.create(
                "http://127.0.0.1:" + port + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        try (InputStream in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** As Grafana's published schema of a dashboard, of its time series panel and of a query to Prometheus wants them: what must be there, and nothing else. */
    @Test
    void theDashboardHasTheMembersOfGrafanasSchema() throws Exception {
        Map<?, ?> read = Json.read(Files.readString(Path.of("conf/grafana.json")), Map.class);
        members(
                read,
                "title uid schemaVersion version editable refresh time timezone tags templating annotations panels");
        members(read.get("time"), "from to");
        members(((List<?>) Objects.requireNonNull(member(read, "templating", "list"))).get(0), "name label type query");
        assertThat(String.valueOf(read.get("uid"))).matches("[a-zA-Z0-9_-]{8,40}");
        List<?> panels = (List<?>) Objects.requireNonNull(read.get("panels"));
        assertThat(panels).extracting(panel -> ((Map<?, ?>) panel).get("id")).doesNotHaveDuplicates();
        Set<Integer> taken = new HashSet<>();
        for (Object panel : panels) {
            members(panel, "id type title datasource gridPos fieldConfig options targets");
            assertThat(member(panel, "type")).isEqualTo("timeseries");
            assertThat(member(panel, "datasource"))
                    .isEqualTo(Map.of("type", "prometheus", "uid", "${datasource}")); // the variable's name
            members(member(panel, "fieldConfig"), "defaults overrides");
            assertThat(member(panel, "fieldConfig", "defaults", "unit")).isIn("short", "s", "bytes", "percentunit");
            members(member(panel, "options"), "legend tooltip");
            assertThat(member(panel, "options", "legend"))
                    .isEqualTo(Map.of(
                            "displayMode", "list", "placement", "bottom", "showLegend", true, "calcs", List.of()));
            assertThat(member(panel, "options", "tooltip")).isEqualTo(Map.of("mode", "multi", "sort", "none"));
            for (int cell : cells((Map<?, ?>) Objects.requireNonNull(member(panel, "gridPos")))) {
                assertThat(taken.add(cell))
                        .as("panels do not lie over each other")
                        .isTrue();
            }
            List<?> targets = (List<?>) Objects.requireNonNull(member(panel, "targets"));
            targets.forEach(target -> members(target, "refId expr legendFormat"));
            assertThat(targets).extracting(target -> member(target, "refId")).doesNotHaveDuplicates();
        }
    }

    private static void members(@Nullable Object map, String names) {
        assertThat(((Map<?, ?>) Objects.requireNonNull(map)).keySet())
                .extracting(String::valueOf)
                .containsExactlyInAnyOrder(names.split(" "));
    }

    private static @Nullable Object member(@Nullable Object map, String... path) {
        Object value = map;
        for (String name : path) {
            value = ((Map<?, ?>) Objects.requireNonNull(value)).get(name);
        }
        return value;
    }

    /** Of the grid, whose rows have 24. */
    private static List<Integer> cells(Map<?, ?> place) {
        members(place, "x y w h");
        List<Integer> cells = new ArrayList<>();
        int left = (int) Objects.requireNonNull(member(place, "x"));
        int top = (int) Objects.requireNonNull(member(place, "y"));
        int right = left + (int) Objects.requireNonNull(member(place, "w"));
        assertThat(right).isBetween(left + 1, 24);
        for (int y = top; y < top + (int) Objects.requireNonNull(member(place, "h")); y++) {
            for (int x = left; x < right; x++) {
                cells.add(24 * y + x);
            }
        }
        return cells;
    }

    /** hosts.yaml has no such name, but a record from elsewhere may. */
    @Test
    void prometheusReadsAHostsNameWithQuotesAsItIs() throws Exception {
        Needs.command("promtool");
        Run odd = OddRecord.in(folder);
        byte[] text = Metrics.of(last(odd), Map.of(OddRecord.NAME + ".roundTrip", Distribution.NONE));
        assertThat(new String(text, StandardCharsets.UTF_8))
                .contains("host=\"" + OddRecord.NAME.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                .doesNotContain("host=\"client1\"");
        Process check = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        check.getOutputStream().write(plain(text));
        check.getOutputStream().close();
        assertThat(new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(check.waitFor()).isZero();
    }

    @Test
    void theDashboardAsksForMetricsThatThereAre() throws Exception {
        String text = new String(Metrics.of(last(PageTest.example()), times()), StandardCharsets.UTF_8);
        String dashboard = Files.readString(Path.of("conf/grafana.json"));

        assertThat(Pattern.compile("connscale_[a-z_]+")
                        .matcher(dashboard)
                        .results()
                        .map(found -> found.group()))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(text).contains(name.replaceAll("_(bucket|total)$", "")));
    }

    @Test
    void whyConnectionsFailedAndWhyTheyWereLostAreToldApart() throws Exception {
        Sample last = last(PageTest.example());
        String text = new String(Metrics.of(last, Map.of()), StandardCharsets.UTF_8);
        assertThat(text)
                .contains(
                        "connscale_connections_failed_total{end=\"host\",error=\"EMFILE\",host=\"few\",where=\"connect\"} 226",
                        "connscale_connections_failed_total{end=\"host\",host=\"few\"} 0",
                        "connscale_connections_failed_total{end=\"host\",host=\"client1\"} 0",
                        "connscale_connections_lost_total{end=\"host\",error=\"ECONNRESET\",host=\"client1\",where=\"receive\"} "
                                + Objects.requireNonNull(last.hosts().get("client1"))
                                        .lost())
                .doesNotContain("connscale_connections_lost_total{end=\"host\",error=\"EMFILE\"");
    }

    @Test
    void beforeTheFirstSampleThereIsTheBuildAlone() {
        assertThat(new String(Metrics.of(null, Map.of()), StandardCharsets.UTF_8))
                .contains("connscale_build_info{")
                .doesNotContain("connscale_connections")
                .endsWith("# EOF\n");
    }
}
