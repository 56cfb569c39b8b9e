package io.connscale.report;

import io.connscale.Needs;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** Reads a page at its end of {@code millis} of the browser's own time, which passes as fast as it can. */
    public Seen see(URI page) throws IOException, InterruptedException {
        Path console = Files.createTempFile(folder, "console", ".txt");
        Path dom = Files.createTempFile(folder, "dom", ".html");
        run(console, dom, "--dump-dom", "--virtual-time-budget=4000", page.toString());
        return seen(console, dom);
    }

    /** Reads a page that never has all it waits for: after so many milliseconds. */
    public Seen seeAfter(long millis, URI page) throws IOException, InterruptedException {
        Path console = Files.createTempFile(folder, "console", ".txt");
        Path dom = Files.createTempFile(folder, "dom", ".html");
        run(console, dom, "--dump-dom", "--timeout=" + millis, page.toString());
        return seen(console, dom);
    }

    /** A picture of it, for people. */
    public void picture(URI page, int height, Path file) throws IOException, InterruptedException {
        Path unused = Files.createTempFile(folder, "unused", ".txt");
        run(
                unused,
                unused,
                "--screenshot=" + file,
                "--hide-scrollbars",
                "--virtual-time-budget=4000",
                "--window-size=" + width + "," + height,
                page.toString());
    }

    private static Seen seen(Path console, Path dom) throws IOException {
        List<String> said = Files.readAllLines(console, StandardCharsets.UTF_8).stream()
                .filter(line -> line.contains(":CONSOLE"))
                .toList();
        return new Seen(Files.readString(dom), said);
    }

    private void run(Path console, Path out, String... words) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"),
                "--window-size=" + width + ",1000"));
        if (dark) {
            command.add("--blink-settings=preferredColorScheme=0");
        }
        command.addAll(List.of(words));
        Process chromium = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(console.toFile())
                .start();
        chromium.getOutputStream().close();
        if (!chromium.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            chromium.descendants().forEach(ProcessHandle::destroyForcibly);
            chromium.destroyForcibly();
            throw new IOException("chromium has not ended: " + Files.readString(console));
        }
    }
}
