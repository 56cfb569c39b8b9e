package io.connscale.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.console.Answer.Format;
import io.connscale.console.FakeCommands.Fake;
import io.connscale.console.FakeCommands.Wait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.ScreenTerminal;
import org.jline.utils.ScreenTerminal.VirtualTerminal;
import org.junit.jupiter.api.Test;

/** Keys at the prompt: lines, Ctrl-C, Ctrl-D, notices, history, colours. */
class ReplTest extends TypedSession {
    ReplTest() throws IOException {}

    @Test
    void aLineTypedIsRunAndAnswered() {
        start(true);
        keys("conn sta 10 client1\r");
        showsExactly("connscale> conn sta 10 client1", "10 on client1 rate null", "connscale>");
    }

    @Test
    void aFailureIsShownAndTheConsoleGoesOn() {
        start(true);
        keys("cuont\r");
        shows("did you mean \"count\"?");
        keys("stop\r");
        showsExactly(
                "connscale> cuont",
                "error: unknown command \"cuont\"",
                "  did you mean \"count\"?",
                "connscale> stop",
                "stopped",
                "connscale>");
    }

    @Test
    void ctrlCInterruptsTheCommandAndNotTheConsole() throws Exception {
        start(true);
        keys("wait\r");
        shows("waiting, 1/2 done");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        keys(CTRL_C);
        showsExactly("connscale> wait", "interrupted", "connscale>");
        keys("stop\r");
        shows("connscale> stop\nstopped\nconnscale>");
    }

    @Test
    void ctrlCEndsTheScriptAroundACommandThatAnswersItPolitely() throws Exception {
        Path script = Files.writeString(directory.resolve("demo.txt"), "wait --politely\nserver\n");
        start(true);
        keys("open " + script + "\r");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        keys(CTRL_C);
        shows("came half way\ninterrupted\nconnscale>");
    }

    @Test
    void ctrlCAtThePromptForgetsTheLine() {
        start(true);
        keys("fail");
        shows("connscale> fail");
        interrupt();
        keys("stop\r");
        shows("stopped");
        assertThat(console.history()).containsExactly("stop");
    }

    @Test
    void ctrlDLeaves() throws Exception {
        start(true);
        keys("fail\r");
        shows("error: it failed");
        keys(CTRL_D);
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whatAThreadEndsWithUnexpectedlyIsOneLineAndNoStackTrace() {
        start(true);
        keys("sto");
        shows("connscale> sto");
        console.unexpected("notices", new IllegalStateException("gone"));
        showsExactly("internal error: IllegalStateException: gone — details in console.log", "connscale> sto");
    }

    /** As JLine closes it at SIGTERM: in a shutdown hook, while the session still reads. */
    @Test
    void aTerminalClosedUnderneathIsTheEndOfTheSessionAndNoException() throws Exception {
        start(true);
        terminal.close();
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
        console.notice("late");
        console.flush(20_000);
        assertThat(err.toString(UTF_8)).isEqualTo("late\n");
    }

    @Test
    void aTerminalClosedWhileACommandRunsIsTheEndOfTheSessionToo() throws Exception {
        start(true);
        keys("wait\r");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        terminal.close();
        console.notice("nobody sees this");
        console.interrupt();
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void exitLeavesAndNoticesThenGoToStandardError() throws Exception {
        start(true);
        keys("exit\r");
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
        console.notice("late");
        console.flush(20_000);
        assertThat(err.toString(UTF_8)).isEqualTo("late\n");
    }

    @Test
    void aNoticeStandsAboveThePromptAndTheTypedLineStays() {
        start(true);
        keys("connections start 5 cli");
        shows("start 5 cli");
        console.notice("client2 lost\u001b[2J: exit 137");
        showsExactly("client2 lost?[2J: exit 137", "connscale> connections start 5 cli");
        keys("ent1\r");
        shows("5 on client1 rate null");
    }

    @Test
    void aNoticeStandsAboveTheProgressLine() throws Exception {
        start(true);
        keys("wait\r");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        console.notice("client2 lost");
        showsExactly("connscale> wait", "client2 lost", "waiting, 1/2 done");
    }

    @Test
    void aProgressLineIsCutToANarrowTerminal() throws Exception {
        terminal.setSize(Size.of(14, 24));
        start(false);
        keys("wait\r");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        shows("waiting, 1/2");
        assertThat(String.join("\n", lines())).doesNotContain("waiting, 1/2 d");
    }

    @Test
    void whatIsSaidIsWrappedAtWords() throws Exception {
        terminal.setSize(Size.of(40, 24));
        start(true);
        shows("connscale>"); // in the moment in which JLine begins to read, it may draw over what is printed
        console.say("connscale 0.1.0 · server 127.0.0.1:8989 (backlog 1024) · 2 hosts · Tab completes, help explains");
        console.notice("client2 lost: ended with exit code 137, killed by the kernel");
        keys("connections start 5 x --arte 7\rexit\r");
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(String.join("\n", lines())).contains("""
                        connscale 0.1.0 · server 127.0.0.1:8989
                          (backlog 1024) · 2 hosts · Tab
                          completes, help explains""", """
                        client2 lost: ended with exit code 137,
                          killed by the kernel""", """
                        error: unknown option "--arte" for
                          connections start
                          did you mean "--rate"?""");
    }

    @Test
    void aSessionWithoutMemoryEndsAsTheCommandsDo() throws Exception {
        start(true);
        keys("broken memory\r");
        assertThat(session.get(20, TimeUnit.SECONDS)).isEqualTo(3);
        shows("error: out of memory (heap)");
    }

    /** As on a serial line, or from expect. */
    @Test
    void aTerminalOfNoSizeIsTakenForTheUsualOne() throws Exception {
        terminal.setSize(Size.of(0, 0));
        start(true);
        keys("connections start 5 cli");
        showsExactly("connscale> connections start 5 cli");
        keys("ent1\rexit\r");
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(terminal.getSize()).isEqualTo(Size.of(0, 0));
    }

    @Test
    void whatIsTypedWhileACommandRunsIsSeenAtTheNextPrompt() throws Exception {
        start(true);
        keys("wait\r");
        assertThat(Wait.running.await(20, TimeUnit.SECONDS)).isTrue();
        keys(CTRL_C + "stop\r");
        shows("stopped");
    }

    @Test
    void severalLinesPastedRunOneAfterTheOther() {
        start(true);
        keys("\u001b[200~stop\nserver\u001b[201~\r");
        shows("stopped\nserver\nconnscale>");
    }

    @Test
    void exclamationMarksAreOnlyCharacters() {
        start(true);
        keys("start client!1\r");
        shows("started client!1");
    }

    @Test
    void theHistoryIsThereInTheNextSessionAndCanBeSearched() throws Exception {
        start(true);
        keys("conn sta 42 client1\rexit\r");
        session.get(20, TimeUnit.SECONDS);
        assertThat(directory.resolve("made/history")).content().contains("conn sta 42 client1");

        VirtualTerminal next = ScreenTerminal.withTerminal("test", "xterm-256color", 80, 24);
        terminal = next.terminal();
        screen = next.screen();
        Console second = new Console(FakeCommands.root(), Format.TABLE, false, Path.of("console.log"), out, err);
        second.serve(command -> ((Fake) command).run(second));
        Repl repl = new Repl(second, terminal, (c, l, t, f) -> List.of(), directory.resolve("made/history"), false);
        run(repl);
        shows("connscale>");
        keys(CTRL_R + "sta 4\r");
        shows("42 on client1 rate null");
    }

    @Test
    void aHistoryThatCannotBeWrittenIsANoticeAndNoMore() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        start(true, file.resolve("history"));
        shows("history is not saved: ");
        keys("stop\r");
        shows("stopped");
    }

    /** The bytes that a terminal of this type is sent while a line fails, a notice comes and Tab lists. */
    private String bytes(String type, boolean colour) throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        terminal = new LineDisciplineTerminal("test", type, sent, UTF_8);
        Repl repl = new Repl(
                console, terminal, (c, l, t, f) -> List.of("client1", "client2"), directory.resolve("history"), colour);
        run(repl);
        keys("count cl\t\rcuont\rtalk\rexit\r");
        assertThat(session.get(20, TimeUnit.SECONDS)).isZero();
        return sent.toString(UTF_8);
    }

    @Test
    void coloursAreSentWhereTheyAreWanted() throws Exception {
        assertThat(bytes("xterm-256color", true)).containsPattern("\u001b\\[[0-9;]*31m");
    }

    @Test
    void withoutColourNoneIsSent() throws Exception {
        assertThat(bytes("xterm-256color", false))
                .contains("did you mean", "client1", "talked")
                .doesNotContainPattern("\u001b\\[[0-9;]*[0-9]m");
    }

    @Test
    void aDumbTerminalIsSentPlainText() throws Exception {
        assertThat(bytes("dumb", true)).contains("did you mean", "talked").doesNotContain("\u001b");
    }
}
