package io.connscale.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Timeless;
import io.connscale.console.Answer.Format;
import io.connscale.console.FakeCommands.Fake;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Console console(Format format, boolean keepGoing) {
        return console(format, keepGoing, out);
    }

    private Console console(Format format, boolean keepGoing, OutputStream to) {
        Console console = new Console(FakeCommands.root(), format, keepGoing, Path.of("logs/console.log"), to, err);
        console.serve(command -> ((Fake) command).run(console));
        return console;
    }

    private int table(String... lines) {
        return console(Format.TABLE, false).runBatch(List.of(lines), null);
    }

    private int json(String... lines) {
        return console(Format.JSON, false).runBatch(List.of(lines), null);
    }

    private String out() {
        return Timeless.of(out.toString(UTF_8));
    }

    private String err() {
        return err.toString(UTF_8);
    }

    private Path script(String text) throws IOException {
        return Files.writeString(directory.resolve("demo.txt"), text);
    }

    @Test
    void aTableIsAlignedWithThousandsSeparatedAndNumbersToTheRight() {
        assertThat(table("count")).isZero();
        assertThat(out()).isEqualTo("""
                                 established  note
                        server        10,000
                        client1               says "hi", twice
                        """);
        assertThat(err()).isEmpty();
    }

    @Test
    void csvHasAHeadingRowPlainNumbersAndQuotesWhatNeedsThem() {
        assertThat(console(Format.CSV, false).runBatch(List.of("count"), null)).isZero();
        assertThat(out()).isEqualTo("""
                        ,established,note
                        server,10000,
                        client1,,"says ""hi"", twice"
                        """);
    }

    @Test
    void jsonIsOneLineACommandWithItsWordsInFull() {
        assertThat(json("conn sta 10 client1", "count")).isZero();
        assertThat(out()).isEqualTo("""
                        {"command":"connections start 10 client1","ok":true,"result":{"said":"10 on client1 rate null"}}
                        {"command":"count","ok":true,"result":{"server":{"established":10000},"difference":0}}
                        """);
        assertThat(err()).isEmpty();
    }

    @Test
    void anAnswerInJsonSaysWhenItWasAskedForAndHowLongItTook() {
        assertThat(json("count")).isZero();
        assertThat(out.toString(UTF_8))
                .matches(
                        "\\{\"command\":\"count\",.*},\"at\":\"[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z\",\"took\":[0-9.E-]+}\n");
    }

    @Test
    void aFailureInJsonStandsOnStandardOutputWithWhatWasDone() {
        assertThat(json("fail --partly")).isEqualTo(1);
        assertThat(out()).isEqualTo("""
                        {"command":"fail --partly","ok":false,"error":{"message":"it failed","hint":"try again"},"result":{"said":"half"}}
                        """);
        assertThat(err()).isEmpty();
    }

    @Test
    void aFailureInATableStandsOnStandardErrorWithItsHint() {
        assertThat(table("fail --partly")).isEqualTo(1);
        assertThat(out()).isEqualTo("half\n");
        assertThat(err()).isEqualTo("error: it failed\n  try again\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/count|count",
                "  cou  |count",
                "/conn sta 1k 'client1' # a comment|connections start 1k client1",
                "connections start --rate 5 10 \"my host\" b|connections start --rate 5 10 \"my host\" b",
                "connections start 10 --rate=5 a --no-wait b|connections start 10 --rate=5 a --no-wait b",
                "connections start 10 -- -a|connections start 10 -- -a",
                "start client1|start client1",
                "serv st|server status",
                "server|server"
            })
    void aLineIsUnderstoodInFullWords(String typed, String understood) {
        assertThat(json(typed)).as(out()).isZero();
        assertThat(out()).contains("\"command\":\"" + understood.replace("\"", "\\\"") + "\",\"ok\":true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuont|unknown command \"cuont\"|did you mean \"count\"?",
                "xyzzy|unknown command \"xyzzy\"|help lists the commands",
                "Count|unknown command \"Count\"|did you mean \"count\"?",
                "st|\"st\" could be start or stop|type more of the word",
                "connections sotp 1|unknown subcommand \"sotp\" of connections|did you mean \"stop\"?",
                "connections zzz|unknown subcommand \"zzz\" of connections|use start or stop",
                "connections start|connections start: N is missing|usage: connections start",
                "connections start 10|HOST is missing|usage: connections start [--rate=R] [--no-wait] N HOST...",
                "connections start -5 client1|connections start: \"-5\" is not a number|usage: ",
                "connections start 1e99 client1|\"1e99\" is not a number: write 1000, 10k or 1.5M|usage: ",
                "connections start 10 a --rat 5|unknown option \"--rat\" for connections start|did you mean \"--rate\"?",
                "connections start 10 a --rate|--rate|usage: ",
                "stop now|unexpected word \"now\"|usage: stop",
                "count \"a|a closing quote is missing|close the quote",
                "@script|unknown command \"@script\"|help lists the commands"
            })
    void aLineThatIsWrongIsAnsweredInOneLineWithAHint(String typed, String message, String hint) {
        table(typed);
        assertThat(err().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("error: ")
                .contains(message);
        assertThat(err().lines().skip(1)).singleElement().asString().startsWith("  " + hint);
        assertThat(out()).isEmpty();
    }

    @Test
    void aLineOfFiveThousandCharactersIsRefusedInOneLine() {
        assertThat(json("count " + "x".repeat(5_000))).isEqualTo(1);
        assertThat(out().lines())
                .singleElement()
                .asString()
                .hasSizeLessThan(300)
                .contains("more than 4,096 characters");
    }

    @Test
    void aLongLineOfAScriptIsRefusedAndTheNextOneRuns() throws IOException {
        Path file = script("count " + "x".repeat(500_000) + "\nstop");
        assertThat(console(Format.TABLE, true).runBatch(List.of(), file)).isEqualTo(1);
        assertThat(err()).startsWith("error: " + file + ":1: the line is too long: more than 4,096 characters\n");
        assertThat(out()).isEqualTo("stopped\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"co\u0007unt", "count \u001b[2J", "count \u009b2J", "\u0000"})
    void controlCharactersAreRefusedAndNeverPrinted(String typed) {
        assertThat(table(typed)).isEqualTo(1);
        assertThat(err()).startsWith("error: the line has a control character, U+00");
        assertThat(err().replace("\n", "").chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void emptyLinesAndCommentsAreIgnored() {
        assertThat(json("", "   ", "# count", "\t#")).isZero();
        assertThat(out()).isEmpty();
    }

    @Test
    void batchStopsAtTheFirstCommandThatFails() {
        assertThat(table("stop", "fail", "count")).isEqualTo(1);
        assertThat(out()).isEqualTo("stopped\n");
    }

    @Test
    void keepGoingGoesOnAndStillFails() {
        assertThat(console(Format.TABLE, true).runBatch(List.of("fail", "stop"), null))
                .isEqualTo(1);
        assertThat(out()).isEqualTo("stopped\n");
    }

    @Test
    void commandsRunBeforeTheScriptAndExitEndsBoth() throws IOException {
        Path file = script("server\nexit\ncount\n");
        assertThat(console(Format.TABLE, false).runBatch(List.of("stop"), file)).isZero();
        assertThat(out()).isEqualTo("stopped\nserver\n");
    }

    @Test
    void anErrorInAScriptNamesFileAndLine() throws IOException {
        Path file = script("# first\r\nstop\r\ncuont\r\n");
        assertThat(console(Format.TABLE, false).runBatch(List.of(), file)).isEqualTo(1);
        assertThat(err()).startsWith("error: " + file + ":3: unknown command \"cuont\"\n");
    }

    @Test
    void standardInputIsRunLineByLine() {
        ByteArrayInputStream in = new ByteArrayInputStream("stop\nserver".getBytes(UTF_8));
        assertThat(console(Format.TABLE, false).runBatch(in)).isZero();
        assertThat(out()).isEqualTo("stopped\nserver\n");
    }

    /** The JDK opens a file to close standard input, and there may be none left. */
    @Test
    void standardInputIsLeftOpen() {
        ByteArrayInputStream in = new ByteArrayInputStream("stop".getBytes(UTF_8)) {
            @Override
            public void close() throws IOException {
                throw new IOException("Too many open files");
            }
        };
        assertThat(console(Format.TABLE, false).runBatch(in)).isZero();
        assertThat(err()).isEmpty();
    }

    @Test
    void aMissingScriptIsAClearError() {
        assertThat(console(Format.TABLE, false).runBatch(List.of("open " + directory.resolve("none")), null))
                .isEqualTo(1);
        assertThat(err()).contains("no such file or directory");
    }

    @Test
    void aScriptThatOpensItselfEnds() throws IOException {
        Path file = directory.resolve("demo.txt");
        script("open " + file);
        assertThat(console(Format.TABLE, false).runBatch(List.of("open " + file), null))
                .isEqualTo(1);
        assertThat(err()).contains("does it open itself?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overflow", "bug"})
    void anUnexpectedExceptionIsOneLineAndNamesTheLog(String how) {
        assertThat(console(Format.TABLE, true).runBatch(List.of("broken " + how, "stop"), null))
                .isEqualTo(1);
        assertThat(err().lines().findFirst().orElseThrow())
                .startsWith("error: internal error: ")
                .endsWith("details in logs/console.log");
        assertThat(err().lines()).hasSize(2);
        assertThat(out()).isEqualTo("stopped\n");
    }

    @Test
    void noticesGoToStandardErrorWithoutTheirControlCharacters() {
        assertThat(json("talk")).isZero();
        assertThat(err()).isEqualTo("an agent is?[2J lost\n");
        assertThat(out().lines()).hasSize(1);
    }

    @Test
    void anInterruptedCommandSaysSoAndEndsTheBatch() {
        Thread.currentThread().interrupt();
        assertThat(console(Format.TABLE, true).runBatch(List.of("wait", "stop"), null))
                .isEqualTo(130);
        assertThat(err()).isEqualTo("interrupted\n");
        assertThat(out()).isEmpty();
    }

    @Test
    void aReaderThatWentAwayEndsTheBatchQuietly() {
        OutputStream pipe = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(console(Format.TABLE, true, pipe).runBatch(List.of("stop", "fail"), null))
                .isEqualTo(1);
        assertThat(err()).isEmpty();
    }

    @Test
    void aFullDiskBehindStandardOutputIsAnError() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThat(console(Format.TABLE, false, full).runBatch(List.of("stop"), null))
                .isEqualTo(1);
        assertThat(err()).contains("No space left on device");
    }

    @Test
    void theHistoryHasWhatWasTypedAndTheReplayWhatWorked() {
        Console console = console(Format.TABLE, true);
        console.runBatch(List.of("conn sto 5", "# nothing", "cuont", "fail"), null);
        assertThat(console.history()).containsExactly("conn sto 5", "cuont", "fail");
        assertThat(console.replay()).containsExactly("connections stop 5");
    }

    /** Runs {@code wait} with these options, and {@code then} as soon as it waits. */
    private int waiting(Console console, String options, Runnable then) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        FakeCommands.Wait.running = begun;
        CompletableFuture<Integer> code =
                CompletableFuture.supplyAsync(() -> console.runBatch(List.of("wait" + options, "count"), null));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        then.run();
        return code.get(20, TimeUnit.SECONDS);
    }

    /** Memory was full while a class was made ready. */
    @Test
    void memoryThatIsFullBehindAnotherErrorEndsItToo() throws Exception {
        assertThat(console(Format.TABLE, true).runBatch(List.of("broken memory-of-a-class", "count"), null))
                .isEqualTo(Console.EXHAUSTED);
        assertThat(err()).startsWith("error: out of memory (heap)\n  ");
    }

    /** As the agents do: what else would fail for want of memory nobody knows. */
    @Test
    void aCommandWithoutMemoryEndsTheConsoleAndOneWithoutAThreadDoesNot() {
        assertThat(console(Format.TABLE, true).runBatch(List.of("broken memory", "count"), null))
                .isEqualTo(3);
        assertThat(err()).startsWith("error: out of memory (heap)\n  ").contains("CONNSCALE_JAVA_OPTS");
        assertThat(out()).isEmpty();
        assertThat(console(Format.JSON, true).runBatch(List.of("broken memory-of-threads", "stop"), null))
                .isEqualTo(1);
        assertThat(out()).contains("no thread left", "\"said\":\"stopped\"").hasLineCount(2);
    }

    @Test
    void anInterruptedCommandsAnswerSaysSoAndIsTheLast() throws Exception {
        Console console = console(Format.JSON, true);
        assertThat(waiting(console, " --politely", console::interrupt)).isEqualTo(130);
        assertThat(out()).isEqualTo("""
                {"command":"wait --politely","ok":true,"interrupted":true,"result":{"said":"came half way"}}
                """);
    }

    @Test
    void theSecondInterruptLeavesACommandBehindThatDoesNotEnd() throws Exception {
        Console console = console(Format.JSON, false);
        int code = waiting(console, " --for-ever", () -> {
            console.interrupt();
            console.interrupt();
        });
        assertThat(code).isEqualTo(130);
        assertThat(out())
                .startsWith("{\"command\":\"wait --for-ever\",\"ok\":false,\"interrupted\":true,")
                .contains("was abandoned")
                .hasLineCount(1);
        assertThat(console.runBatch(List.of("count"), null)).isZero();
        assertThat(console.interrupt()).as("with no command to interrupt").isFalse();
    }

    @Test
    void theSecondInterruptSaysWhatTheCommandHadSoFar() throws Exception {
        Console json = console(Format.JSON, false);
        waiting(json, " --for-ever --half-done", () -> {
            json.interrupt();
            json.interrupt();
        });
        assertThat(out())
                .contains("\"ok\":false,\"interrupted\":true,", "was abandoned")
                .endsWith("\"result\":{\"said\":\"half of it came up\"}}\n");
        out.reset();
        Console table = console(Format.TABLE, false);
        waiting(table, " --for-ever --half-done", () -> {
            table.interrupt();
            table.interrupt();
        });
        assertThat(out()).isEqualTo("half of it came up\n");
        assertThat(err()).contains("was abandoned");
    }

    @Test
    void aSignalToEndHasTheCommandSayHowFarItCameAndNoOtherBegins() throws Exception {
        Console console = console(Format.JSON, true);
        waiting(console, " --politely", () -> assertThat(ends(console, 20_000)).isTrue());
        assertThat(out())
                .contains("\"interrupted\":true,\"result\":{\"said\":\"came half way\"}")
                .hasLineCount(1);
        assertThat(console.signalled()).isEqualTo(143);
    }

    @Test
    void aSignalToEndDoesNotWaitForACommandThatDoesNotEnd() throws Exception {
        Console console = console(Format.TABLE, true);
        waiting(console, " --for-ever", () -> assertThat(ends(console, 1)).isTrue());
        assertThat(err()).isEqualTo("interrupted: the command did not stop in time, and was abandoned\n");
        assertThat(ends(console, 1)).as("with no command to wait for").isFalse();
    }

    /** JLine handles the SIGCONT that follows a SIGHUP, on a terminal that it has closed. */
    @Test
    void aSignalOfAClosedTerminalIsNotSaidToTheUser() throws Exception {
        Console console = console(Format.TABLE, true);
        console.unexpected("SIGCONT handler", new IllegalStateException("Terminal has been closed"));
        console.unexpected("reader", new IllegalStateException("closed"));
        console.flush(20_000);
        assertThat(err()).doesNotContain("Terminal").hasLineCount(1);
    }

    /** JLine's word for a terminal that has gone; what comes then is printed elsewhere. */
    @Test
    void aTerminalThatGoesWhileSomethingIsDrawnDoesNotEndTheThreadThatPrints() throws Exception {
        AtomicBoolean gone = new AtomicBoolean(true);
        OutputStream terminal = new OutputStream() {
            @Override
            public void write(int b) {
                if (gone.getAndSet(false)) {
                    throw new IOError(new IOException("Input/output error"));
                }
                err.write(b);
            }
        };
        Console console =
                new Console(FakeCommands.root(), Format.TABLE, false, Path.of("logs/console.log"), out, terminal);
        console.notice("lost with the terminal");
        console.notice("the server runs on");
        console.flush(20_000);
        assertThat(err()).isEqualTo("the server runs on\n");
    }

    private static boolean ends(Console console, long millis) {
        try {
            return console.end(143, millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As where the user held it (Ctrl-S), or nobody reads the pipe: until {@code go}. */
    private OutputStream held(CountDownLatch go) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                err.write(b);
            }
        };
    }

    @Test
    void aHeldScreenHoldsUpNobodyWhoHasANoticeOrProgressToTell() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Console console =
                new Console(FakeCommands.root(), Format.TABLE, false, Path.of("logs/console.log"), out, held(go));
        for (int i = 0; i < 5_000; i++) {
            console.notice("agent " + i + " lost");
            console.progress("agent " + i);
        }
        console.flush(1);
        go.countDown();
        console.flush(20_000);
        assertThat(err())
                .contains("agent 0 lost", " notices dropped: the screen was held")
                .doesNotContain("agent 4999 lost");
    }

    @Test
    void aHeldScreenHoldsUpNoPictureAndShowsTheLastOne() {
        CountDownLatch go = new CountDownLatch(1);
        Console console =
                new Console(FakeCommands.root(), Format.TABLE, false, Path.of("logs/console.log"), out, held(go));
        try (Live live = console.live()) {
            console.notice("this one is held");
            for (int i = 0; i < 5_000; i++) {
                live.draw(List.of(), "picture " + i);
            }
            go.countDown();
        }
        assertThat(err().lines()).contains("this one is held", "picture 4999").hasSizeLessThan(10);
    }
}
