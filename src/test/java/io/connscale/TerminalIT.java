package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real script in a real terminal, as a user has it: tmux types, and what its screen shows is looked at. */
@Timeout(180)
class TerminalIT {
    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private String socket = "";
    private String command = "";

    @BeforeEach
    void openTheConsole() throws Exception {
        Needs.command("tmux");
        socket = folder.resolve("tmux")
                .toString(); // its own: a tmux server that is ending still answers on the last one
        Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0}\nhosts: {client1: local, client2: local, "
                        + "few: {command: [prlimit, '--nofile=200:200'], workers: 1}}\n");
        String script = ConsoleScript.in(folder).script().toString();
        command = "cd '" + folder + "' && CONNSCALE_STATE='" + folder + "' exec env TERM=$TYPE '" + script + "'";
        tmux("-f", "/dev/null", "new-session", "-d", "-s", "test", "-x", "120", "-y", "40", "TYPE=$TERM && " + command);
        shows("connscale>");
    }

    /** However a test went. A newer JVM writes its warnings over whatever stands there. */
    @AfterEach
    void closeTheTerminal() throws Exception {
        if (!socket.isEmpty()) {
            String shown = tmux("capture-pane", "-p", "-S", "-", "-t", "test");
            tmux("kill-server");
            assertThat(shown).doesNotContainIgnoringCase("warning");
        }
    }

    @Test
    void tabCompletesHostsAndTheAnswersFollow() throws Exception {
        line("start client1");
        shows("client1  ready in ");
        type("conn");
        tmux("send-keys", "-t", "test", "Tab");
        shows("connscale> connections");
        type("start 10 cl");
        tmux("send-keys", "-t", "test", "Tab");
        shows("connscale> connections start 10 client1");
        line("");
        shows("client1  10 established in ");
        line("strat client1");
        shows("did you mean \"start\"?");
    }

    @Test
    void ctrlCStopsARampAndNotTheConsole() throws Exception {
        line("start client1");
        shows("client1  ready in ");
        line("connections start 5000 client1 --rate 50");
        shows("/5,000 established");
        tmux("send-keys", "-t", "test", "C-c");
        shows(" not tried");
        line("count");
        shows("difference            0");
        assertThat(agents()).hasSize(1);
    }

    /** Its session is another: no key of this terminal reaches it. The server's Pongs show that the console goes on, too. */
    @Test
    void ctrlZWhileACommandRunsStopsNeitherConsoleNorAgents() throws Exception {
        Needs.command("setsid");
        line("set timeout 1s");
        line("set interval 1s");
        line("start client1");
        shows("client1  ready in ");
        line("connections start 5000 client1 --rate 50");
        shows("/5,000 established");
        for (String key : List.of("C-z", "C-\\", "C-z")) {
            tmux("send-keys", "-t", "test", key);
        }
        long agent = agents().get(0).pid();
        assertThat(stat(agent, "sess=")).isEqualTo(Long.toString(agent));
        assertThat(stat(agent, "stat=")).doesNotStartWith("T");
        await().atMost(SOON).untilAsserted(() -> assertThat(screen()).containsPattern("[1-9]\\d\\d/5,000 established"));
        tmux("send-keys", "-t", "test", "C-c");
        shows(" not tried");
        line("count");
        shows("difference            0");
        assertThat(screen()).doesNotContain("lost:").doesNotContain("thread dump");
    }

    private static String said(String... words) throws Exception {
        Process process = new ProcessBuilder(words).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String stat(long pid, String column) throws Exception {
        return said("ps", "-o", column, "-p", Long.toString(pid)).strip();
    }

    /** The screen is held (Ctrl-S) for longer than an agent may be silent, and there is something to print meanwhile. */
    @Test
    void aHeldScreenLosesNoAgent() throws Exception {
        String impatient = "CONNSCALE_JAVA_OPTS=-Dconnscale.silence=4 && export CONNSCALE_JAVA_OPTS && ";
        tmux("respawn-pane", "-k", "-t", "test", impatient + "TYPE=$TERM && " + command);
        shows("help explains");
        line("start client1");
        shows("client1  ready in ");
        line("connections start 600 client1 --rate 60 --no-wait");
        shows("client1  opening 600");
        line("sleep 1000s");
        hold();
        await().during(Duration.ofSeconds(9))
                .atMost(SOON)
                .until(() -> agents().size() == 1 && !screen().contains("established in"));
        tmux("send-keys", "-t", "test", "C-q");
        shows("client1  600 established in ");
        tmux("send-keys", "-t", "test", "C-c");
        shows("interrupted");
        line("count");
        shows("difference            0");
        assertThat(screen()).containsPattern("client1 +600 +0 +0 +0");
    }

    /** Also what cannot be printed yet: the terminal is made to go on. */
    @Test
    void aSignalEndsTheConsoleSoonWhereTheScreenIsHeldAndTheAnswerIsThere() throws Exception {
        tmux("set", "-g", "remain-on-exit", "on");
        line("start client1");
        shows("client1  ready in ");
        line("connections start 5000 client1 --rate 50");
        shows("/5,000 established");
        hold();
        console().destroy();
        await().atMost(Duration.ofSeconds(8))
                .until(() -> tmux("display-message", "-p", "-t", "test", "#{pane_dead}")
                        .strip()
                        .equals("1"));
        shows("connections stay open");
    }

    /** Once a command runs: at the prompt the key means nothing. */
    private void hold() throws Exception {
        String terminal =
                tmux("display-message", "-p", "-t", "test", "#{pane_tty}").strip();
        await().atMost(SOON).until(() -> said("stty", "-a", "-F", terminal).contains(" ixon"));
        tmux("send-keys", "-t", "test", "C-s");
    }

    @Test
    void anAgentThatDiesIsToldAboveTheLineThatIsTyped() throws Exception {
        line("start client1");
        shows("client1  ready in ");
        type("connections stop 7 cl");
        shows("connscale> connections stop 7 cl");
        agents().forEach(ProcessHandle::destroyForcibly);
        shows("exit code 137 (SIGKILL)");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(screen().stripTrailing()).endsWith("connscale> connections stop 7 cl"));
    }

    @Test
    void ctrlCEndsNoConsoleOnADumbTerminalEither() throws Exception {
        tmux("respawn-pane", "-k", "-t", "test", "TYPE=dumb && " + command);
        shows("help explains");
        type("hist");
        shows("connscale> hist");
        tmux("send-keys", "-t", "test", "C-c");
        shows("connscale> hist^C\nconnscale>");
        line("hosts");
        shows("client2  local");
        line("sleep 1000s");
        await().atMost(SOON).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            tmux("send-keys", "-t", "test", "C-c");
            String now = screen();
            if (!now.contains("interrupted")) {
                line("sleep 1000s"); // again, where Ctrl-C came before the command began, and the line was forgotten
            }
            assertThat(now).contains("interrupted");
        });
    }

    /** While a picture is drawn and keys are taken raw. */
    @Test
    void aConsoleWithoutMemoryLeavesTheTerminalAsItWas() throws Exception {
        Files.writeString(folder.resolve("fill.jsh"), ConsoleOutOfMemoryIT.FILLER);
        tmux(
                "respawn-pane",
                "-k",
                "-t",
                "test",
                "export CONNSCALE_JAVA_OPTS=-Xmx48m; TYPE=$TERM; " + command.replace("exec ", "")
                        + "; echo ended with $?; stty -a | grep -o ' icanon'; sleep 1000");
        shows("help explains");
        line("java fill.jsh");
        line("watch");
        shows("ended with 3\n icanon");
        assertThat(screen())
                .contains("error: out of memory (heap)")
                .containsAnyOf("connscale> watch", "attempts/s"); // the picture may have grown over the line
    }

    @Test
    void withoutAPagerALongAnswerWaitsForNobody() throws Exception {
        tmux("resize-window", "-t", "test", "-x", "120", "-y", "10");
        tmux("respawn-pane", "-k", "-t", "test", "TYPE=$TERM && " + command + " --no-pager");
        shows("help explains");
        line("help connections");
        line("hosts");
        shows("client2  local");
        assertThat(tmux("capture-pane", "-p", "-S", "-", "-t", "test"))
                .as("longer than the screen")
                .contains("connscale> help connections", "connscale> hosts");
    }

    @Test
    void whatIsTypedBeforeThePromptIsNotLost() throws Exception {
        tmux("respawn-pane", "-k", "-t", "test", "TYPE=$TERM && " + command);
        line("hosts");
        shows("connscale> hosts");
        shows("client2  local");
    }

    /** The order would take 50 s; its remedy stands at the end of a sentence that is wider than the screen. */
    @Test
    void watchShowsThatFilesRunOutWhileTheyDo() throws Exception {
        Needs.command("prlimit");
        line("start few");
        shows("few  ready in ");
        line("connections start 5000 few --rate 100 --no-wait");
        shows("few  opening 5,000");
        line("watch");
        shows("stopped at 1");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(screen().replace('\n', ' '))
                        .contains("no file left for its agent (RLIMIT_NOFILE 200")
                        .contains("ulimit -n")
                        .contains(
                                "watch · ", "few: connect EMFILE ")); // the picture may be a tick older than the notice
        type("q");
        shows("connscale>");
        assertThat(screen()).doesNotContain("established in ");
    }

    private List<ProcessHandle> agents() throws Exception {
        return console()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").endsWith(" agent"))
                .toList();
    }

    private ProcessHandle console() throws Exception {
        String pane = tmux("display-message", "-p", "-t", "test", "#{pane_pid}").strip();
        return ProcessHandle.of(Long.parseLong(pane)).orElseThrow();
    }

    private void line(String text) throws Exception {
        type(text);
        tmux("send-keys", "-t", "test", "Enter");
    }

    private void type(String text) throws Exception {
        if (!text.isEmpty()) {
            tmux("send-keys", "-t", "test", "-l", text);
        }
    }

    private void shows(String text) {
        await().atMost(SOON).untilAsserted(() -> assertThat(screen()).contains(text));
    }

    private String screen() throws Exception {
        return tmux("capture-pane", "-p", "-t", "test");
    }

    private String tmux(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tmux", "-S", socket));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
        return said;
    }
}
