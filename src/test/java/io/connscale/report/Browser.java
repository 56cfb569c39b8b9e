package io.connscale.report;

import io.connscale.Needs;
import io.connscale.control.Json;
import io.connscale.hosts.Folders;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Chromium without a screen: what a page is after its scripts have run, and what they complained of. */
public record Browser(Path folder, int width, boolean dark) {
    private static final long LIMIT_SECONDS = 60;

    /** A page that was read: its elements as HTML, and the lines of its console. */
    public record Seen(String dom, List<String> console) {
        /** The text of the number that the page marks so: {@code established}. */
        public String number(String name) {
            Matcher m = Pattern.compile("data-number=\"" + name + "\">([^<]*)<").matcher(dom);
            return m.find() ? m.group(1) : "not on the page";
        }
    }

    /** One with its profile in {@code folder}, whose window is so many pixels wide. */
    public static Browser in(Path folder, int width) {
        Needs.command("chromium");
        return new Browser(folder, width, false);
    }

    public Browser darkened() {
        return new Browser(folder, width, true);
    }

    /** Reads a page after some seconds of the browser's own time, which passes as fast as it can. */
    public Seen see(URI page) throws IOException, InterruptedException {
        Started ended = run(List.of("--dump-dom", "--virtual-time-budget=4000", page.toString()));
        return new Seen(Files.readString(ended.out), said(ended.console));
    }

    /** Opens a page that goes on changing, until the window is closed. */
    public Window open(URI page) throws IOException, InterruptedException {
        return new Window(start(List.of("--remote-debugging-port=0", page.toString())));
    }

    /** The same; {@code script} runs before the page's own ones. */
    public Window open(URI page, String script) throws IOException, InterruptedException {
        Window window = new Window(start(List.of("--remote-debugging-port=0", "about:blank")));
        window.command("Page.enable", Map.of());
        window.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
        window.command("Page.navigate", Map.of("url", page.toString()));
        return window;
    }

    /** A page that stays open, asked by Chromium's DevTools protocol. */
    public final class Window implements AutoCloseable {
        private static final Pattern LISTENS = Pattern.compile("DevTools listening on ws://([0-9.:]+)/");
        private static final Pattern PAGE = Pattern.compile("\"webSocketDebuggerUrl\": \"(ws://[^\"]*/page/[^\"]*)\"");

        private final Started started;
        private final HttpClient http = HttpClient.newHttpClient();
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        private Window(Started started) throws IOException, InterruptedException {
            this.started = started;
            Awaitility.await()
                    .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .until(() ->
                            LISTENS.matcher(Files.readString(started.console)).find());
            Matcher listens = LISTENS.matcher(Files.readString(started.console));
            listens.find();
            URI list = URI.create("http://" + listens.group(1) + "/json/list");
            Matcher page =
                    PAGE.matcher(http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                            .body());
            if (!page.find()) {
                throw new IOException("chromium shows no page");
            }
            socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create(page.group(1)), new Answers())
                    .join();
        }

        private final class Answers implements WebSocket.Listener {
            private final StringBuilder text = new StringBuilder();

            @Override
            public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
                text.append(part);
                if (last) {
                    if (text.indexOf("{\"id\":") == 0) { // and no event
                        answers.add(text.toString());
                    }
                    text.setLength(0);
                }
                from.request(1);
                return null;
            }
        }

        /** The text that an expression of JavaScript has now. */
        public String text(String expression) throws IOException, InterruptedException {
            String answer = command("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
            Map<?, ?> result = (Map<?, ?>) Json.read(answer, Map.class).get("result");
            return result != null
                            && result.get("result") instanceof Map<?, ?> value
                            && value.get("value") instanceof String text
                    ? text
                    : answer;
        }

        private String command(String method, Map<String, Object> parameters) throws IOException, InterruptedException {
            socket.sendText(Json.line(Map.of("id", 1, "method", method, "params", parameters)), true)
                    .join();
            String answer = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException("chromium does not answer");
            }
            return answer;
        }

        /** The text of the number that the page marks so. */
        public String number(String name) throws IOException, InterruptedException {
            return text("(document.querySelector('[data-number=%s]')||{}).textContent".formatted(name));
        }

        public List<String> console() throws IOException {
            return said(started.console);
        }

        @Override
        public void close() {
            socket.abort();
            started.end();
        }
    }

    private static List<String> said(Path console) throws IOException {
        return Files.readAllLines(console, StandardCharsets.UTF_8).stream()
                .filter(line -> line.contains(":CONSOLE"))
                .toList();
    }

    private record Started(Process chromium, Path profile, Path console, Path out) {
        /**
         * Ends the browser with all of its processes, each of which may still write to the profile after the first has ended, and
         * removes the profile, in which JUnit could otherwise find a new file while it removes its folder.
         */
        private void end() {
            List<ProcessHandle> others = chromium.descendants().toList();
            chromium.destroyForcibly();
            others.forEach(ProcessHandle::destroyForcibly);
            Awaitility.await()
                    .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(() -> Folders.delete(profile));
        }
    }

    private Started start(List<String> words) throws IOException {
        Path console = Files.createTempFile(folder, "console", ".txt");
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path profile = Files.createTempDirectory(folder, "profile");
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--enable-logging=stderr",
                "--user-data-dir=" + profile,
                "--window-size=" + width + ",1000"));
        if (dark) {
            command.add("--blink-settings=preferredColorScheme=0");
        }
        command.addAll(words);
        Process chromium = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(console.toFile())
                .start();
        chromium.getOutputStream().close();
        return new Started(chromium, profile, console, out);
    }

    private Started run(List<String> words) throws IOException, InterruptedException {
        Started started = start(words);
        boolean ended = started.chromium.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        started.end();
        if (!ended) {
            throw new IOException("chromium has not ended: " + Files.readString(started.console));
        }
        return started;
    }
}
