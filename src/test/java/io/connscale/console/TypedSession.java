package io.connscale.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.console.Answer.Format;
import io.connscale.console.FakeCommands.Fake;
import io.connscale.console.FakeCommands.Wait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.ScreenTerminal;
import org.jline.utils.ScreenTerminal.VirtualTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session at a terminal in our hands: keys go in, and what the screen then shows is looked at. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TypedSession {
    static final String CTRL_C = "\u0003";
    static final String CTRL_D = "\u0004";
    static final String CTRL_R = "\u0012";

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final Console console = new Console(FakeCommands.root(), Format.TABLE, false, Path.of("console.log"), out, err);
    LineDisciplineTerminal terminal;
    ScreenTerminal screen;
    CompletableFuture<Integer> session = new CompletableFuture<>();

    @TempDir
    Path directory;

    TypedSession() throws IOException {
        VirtualTerminal virtual = ScreenTerminal.withTerminal("test", "xterm-256color", 80, 24);
        terminal = virtual.terminal();
        screen = virtual.screen();
        console.serve(command -> ((Fake) command).run(console));
    }

    @BeforeEach
    void nothingRuns() {
        Wait.running = new CountDownLatch(1);
    }

    void start(boolean colour) {
        start(colour, directory.resolve("made/history"));
    }

    Repl.Lexicon hosts = (command, label, typed, further) ->
            !label.equals("HOST") ? List.of() : further ? List.of("client3") : List.of("client1", "client2", "other");

    void start(boolean colour, Path history) {
        Repl repl = new Repl(console, terminal, hosts, history, colour);
        run(repl);
        shows("connscale>");
    }

    /** On a thread of its own: of the common ones there may be a single one. */
    void run(Repl repl) {
        CompletableFuture<Integer> code = new CompletableFuture<>();
        session = code;
        Thread thread = new Thread(() -> code.complete(repl.run()), "repl-under-test");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void leave() throws Exception {
        if (!session.isDone()) {
            interrupt();
            interrupt();
            keys(CTRL_D);
            session.get(20, TimeUnit.SECONDS);
        }
        terminal.close();
    }

    void keys(String keys) {
        try {
            terminal.processInputBytes(keys.getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Ctrl-C, and no further key before there is a new line: JLine would still take it for the old one. Again, where it came before JLine
     * read the line, and was forgotten.
     */
    void interrupt() {
        long before = prompts();
        AtomicInteger looks = new AtomicInteger();
        await().atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    boolean heard = session.isDone() || prompts() > before;
                    if (!heard && looks.getAndIncrement() % 100 == 0) {
                        keys(CTRL_C);
                    }
                    return heard;
                });
    }

    private long prompts() {
        return lines().stream().filter(line -> line.startsWith("connscale>")).count();
    }

    /** The screen's lines without the empty ones. */
    List<String> lines() {
        return screen.toString()
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    void shows(String text) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(String.join("\n", lines())).contains(text));
    }

    void showsExactly(String... lines) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(lines()).containsExactly(lines));
    }
}
