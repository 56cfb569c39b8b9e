package io.connscale.report;

import io.connscale.control.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The page's charts and the tables below them, compared in the browser: what uPlot was given to draw, and what is written.
 *
 * @param title of the chart
 * @param headings of the table
 * @param rows of the table
 * @param wrong cells, and other things, that are not as in the chart
 */
record Tables(String title, List<String> headings, List<List<String>> rows, List<String> wrong) {
    /** Runs before the page's scripts: each chart that they make is remembered. */
    static final String WATCH = """
            window.plots = [];
            let made;
            Object.defineProperty(window, 'uPlot', { get: () => made, set: library => {
              made = new Proxy(library, { construct(target, given) { const u = new target(...given); plots.push(u); return u; } });
            } });
            """;

    /** Opens each table that is not open yet; how many there are. */
    static final String OPEN =
            "(all => { all.forEach(one => { one.open = true; }); return all.length; })([...document.querySelectorAll('figure:not([hidden]) details')])";

    private static final String COMPARE = """
            JSON.stringify([...document.querySelectorAll('figure:not([hidden])')].map(figure => {
              const title = figure.querySelector('h3').textContent;
              const u = plots.filter(one => figure.contains(one.root)).pop();
              const cells = selector => [...figure.querySelectorAll(selector)].map(cell => cell.textContent);
              const headings = cells('table.numbers thead th'), rows = [...figure.querySelectorAll('table.numbers tbody tr')].map(row => [...row.cells].map(cell => cell.textContent));
              const wrong = [];
              const same = (what, seen, wanted) => { if (seen !== wanted) wrong.push(what + ': ' + seen + ', not ' + wanted); };
              const [factor, digits] = { 'Headroom': [100, 1], 'CPUs': [1, 2], 'CPUs by connections': [1, 2], 'Pongs a second': [1, 1],
                'Connects and failures a second': [1, 1] }[title] || [1, 0];
              const unit = { k: 1e3, M: 1e6 };
              const read = text => text === '' ? null : Number(text.replace(/,/g, '').replace(/[kM %]+$/, '')) * (unit[text.slice(-1)] || 1);
              const near = (what, text, value, tolerance) => {
                const seen = read(text);
                if (value == null ? seen !== null : !(Math.abs(seen - value) <= tolerance * 1.0001)) wrong.push(what + ': ' + text + ', not ' + value);
              };
              same('columns', headings.slice(1).join(), u.series.slice(1).map(line => line.label).join());
              same('rows', rows.length, u.data[0].length);
              rows.forEach((row, i) => {
                const x = u.data[0][i];
                if (headings[0] === 'percentile') near('percentile ' + i, row[0], 100 - 100 / 10 ** x, .5 * 10 ** -Math.max(0, Math.ceil(x) - 1));
                else if (headings[0] === 'connections') near('connections ' + i, row[0], x, Math.max(.5, x * .005));
                else near('seconds ' + i, row[0], x, .05);
                for (let n = 1; n < row.length; n++) near(headings[n] + ' ' + i, row[n], u.data[n][i] == null ? null : u.data[n][i] * factor, .5 * 10 ** -digits);
              });
              return { title, headings, rows, wrong };
            }))""";

    static List<Tables> compared(Browser.Window window) throws IOException, InterruptedException {
        String answer = window.text(COMPARE);
        if (!answer.startsWith("[")) {
            throw new IOException(answer);
        }
        List<?> charts = Json.read(answer, List.class);
        return charts.stream()
                .map(chart -> Json.read(Json.line(chart), Tables.class))
                .toList();
    }

    /** A column's cells. */
    List<String> column(String heading) {
        int at = headings.indexOf(heading);
        return rows.stream().map(row -> row.get(at)).toList();
    }

    static Tables of(List<Tables> all, String title) {
        return all.stream().filter(one -> one.title.equals(title)).findFirst().orElseThrow();
    }

    static Map<String, List<String>> wrong(List<Tables> all) {
        return all.stream().collect(Collectors.toMap(Tables::title, Tables::wrong));
    }
}
