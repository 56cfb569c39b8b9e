package io.connscale.report;

import io.connscale.control.Json;
import io.connscale.control.Resource;
import io.connscale.control.Version;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page as one HTML file that needs no other: {@code page.html} with style, scripts and data in it. Its policy has a browser run those
 * two scripts, by their hashes, and load nothing from anywhere: a name in the data that would be a script is text.
 */
final class Page {
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final Pattern PLACE = Pattern.compile("\\$\\{([a-z-]+)}");

    private Page() {}

    /** Of runs that are in it; more than one are drawn over each other. */
    static String of(String title, List<PageData> runs) {
        return html(title, false, runs.stream().map(PageData::whole).toList());
    }

    /** Without data: its script asks for {@code events} beside it. */
    static String live() {
        return html("connscale, live", true, List.of());
    }

    private static String html(String title, boolean live, List<Map<String, Object>> runs) {
        String charts = Resource.text(Page.class, CHARTS + "uPlot.iife.min.js");
        String script = Resource.text(Page.class, "page.js");
        Map<String, String> parts = Map.of(
                "title",
                text(title),
                "policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; script-src "
                        + hash(charts) + ' ' + hash(script),
                "chart-style",
                Resource.text(Page.class, CHARTS + "uPlot.min.css"),
                "style",
                Resource.text(Page.class, "page.css"),
                "chart-script",
                charts,
                "script",
                script,
                "data",
                data(Map.of("version", Version.program(), "live", live, "runs", runs)));
        return PLACE.matcher(Resource.text(Page.class, "page.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), "")));
    }

    /** In a script element no {@code <} ends it, begins a comment, or begins another one. */
    private static String data(Object value) {
        return Json.line(value).replace("<", "\\u003c");
    }

    private static String text(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
