package io.connscale.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.Needs;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in front of commands: what they start and how they fail. */
@Timeout(60)
class CommandLauncherTest {
    private static final List<String> ODD =
            List.of("printf", "%s|", "two words", "$HOME", "it's", "\"", "*", "a\nb", "!!", "\\", "", "é", "#");
    private static final String ODD_PRINTED = "two words|$HOME|it's|\"|*|a\nb|!!|\\||é|#|";
    private static final String NAMESPACE =
            "connscale-" + ProcessHandle.current().pid();

    @AfterEach
    void noNamespaceStays() throws Exception {
        if (Files.exists(Path.of("/run/netns", NAMESPACE))) {
            ip("netns", "delete", NAMESPACE);
        }
    }

    @Test
    void wordsArriveAsTheyAre() throws Exception {
        assertThat(said(List.of("env"), ODD)).isEqualTo(ODD_PRINTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "dash", "bash", "busybox sh", "zsh", "fish", "csh", "tcsh"})
    void wordsArriveAsTheyAreThroughAShellThatReadsThemAgain(String login) throws Exception {
        Needs.command(login.split(" ", -1)[0]);

        assertThat(said(List.of("sh", "-c", "exec " + login + " -c \"$*\"", "sshd"), ODD))
                .isEqualTo(ODD_PRINTED);
        assertThat(said(List.of("sh", "-c", "eval \"$*\"", "sh"), ODD)).isEqualTo(ODD_PRINTED);
    }

    /** It may be waiting for something that it said on standard error, and for that alone. */
    @ParameterizedTest
    @CsvSource({
        "echo 'no such container' >&2; exec sleep 60,no such container",
        "printf Password: >&2; exec sleep 60,Password:"
    })
    void ofAShellThatDoesNotAnswerIsShownWhatItSaidOnStandardError(String words, String said) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", words).start();
        assertThatThrownBy(() -> Handover.exec(shell, List.of("true"), Handover::ended, 2))
                .isInstanceOfSatisfying(
                        AgentException.class,
                        e -> assertThat(e.message())
                                .isEqualTo(
                                        "its shell did not answer for 2 s; last output on stderr: \"" + said + "\""));
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Property(tries = 30)
    void anyWordsArriveAsTheyAre(@ForAll @Size(max = 5) List<String> any) throws Exception {
        List<String> command = new ArrayList<>(List.of("printf", "<%s>", ""));
        any.stream().map(word -> word.replaceAll("[\\x00\\p{Cs}]", "_")).forEach(command::add);
        String printed = command.subList(2, command.size()).stream()
                .map(word -> "<" + word + ">")
                .collect(Collectors.joining());
        assertThat(said(List.of("env"), command)).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash", "busybox sh"})
    void standardInputIsTheCommandsFromItsFirstByte(String shell) throws Exception {
        Needs.command(shell.split(" ", -1)[0]);
        Process process = new CommandLauncher(List.of("sh", "-c", "echo noise; exec " + shell)).start(List.of("cat"));
        byte[] much = "0123456789".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        Thread writer = new Thread(() -> write(process, much));
        writer.start();

        assertThat(process.getInputStream().readAllBytes()).isEqualTo(much);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        writer.join();
    }

    /** SIGTERM first: what stands for a command elsewhere has to end that. */
    @ParameterizedTest
    @CsvSource({"echo here; exec sleep 60,15", "trap '' TERM; echo here; exec sleep 60,9"})
    void theProcessIsTheCommandAndEndsWhenItIsDestroyed(String words, int signal) throws Exception {
        Process process = new CommandLauncher(List.of("env")).start(List.of("sh", "-c", words));
        assertThat(process.getInputStream().read()).isEqualTo('h');
        process.destroyForcibly();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + signal);
    }

    /** {@code srun} and others have handlers of their own for the terminal's keys, whatever was ignored when they began. */
    @ParameterizedTest
    @CsvSource({"env,true", "sudo,false"})
    void onlyWhatAsksOnTheTerminalStaysInItsSession(String program, boolean apart, @TempDir Path folder)
            throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve(program), Path.of("/usr/bin/env"));
        String session = said(List.of(link.toString()), List.of("sh", "-c", "cut -d' ' -f6 /proc/$$/stat"));
        String here = Files.readString(Path.of("/proc/self/stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ", -1)[3];
        assertThat(!session.strip().equals(here)).isEqualTo(apart);
    }

    @Test
    void theTerminalsSignalsAreIgnored() throws Exception {
        assertThat(said(List.of("env"), List.of("sh", "-c", "kill -INT $$; kill -HUP $$; echo still here")))
                .isEqualTo("still here\n");
    }

    @Test
    void aCommandThatIsNotHereIsNamed() {
        assertFailure(List.of("no-such-command", "x"), "no command no-such-command on this machine");
        assertFailure(List.of("/no/such/command"), "no command /no/such/command on this machine");
    }

    @Test
    void aHostWithoutAShellIsNamed() {
        assertThatThrownBy(() -> start(List.of("sh", "-c", "echo \"$1: not found\" >&2; exit 127", "x")))
                .hasMessageMatching("has no sh: ended with exit code 127: sh: not found");
    }

    @Test
    void aCommandThatEndsAtOnceIsNamedWithItsLastWords() {
        assertFailure(
                List.of("sh", "-c", "echo debug >&2; echo connection refused >&2; exit 255"),
                "ended at once with exit code 255: connection refused");
    }

    @Test
    void noiseInsteadOfAnAnswerIsShown() {
        assertFailure(
                List.of("sh", "-c", "echo 'This account is'; echo; echo not available"),
                "ended at once with exit code 0; it said instead: \"This account is\", \"not available\"");
    }

    @Test
    void megabytesOfNoiseAtLoginAreReadWhileItIsWaitedFor() throws Exception {
        String noise = "head -c 5000000 /dev/zero | tr '\\0' x";
        List<String> login = List.of("sh", "-c", noise + " >&2; " + noise + "; echo >&2; exec \"$@\"", "login");
        Process process = new CommandLauncher(login).start(List.of("sh", "-c", "echo out; echo its own error >&2"));

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("out\n");
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("its own error\n");
    }

    @Test
    void whereNoStandardErrorComesThroughTheCommandStartsAllTheSame() throws Exception {
        for (String passed : List.of("2> /dev/null", "2>&1")) {
            Process process = new CommandLauncher(List.of("sh", "-c", "exec \"$@\" " + passed, "login"))
                    .start(List.of("echo", "out"));
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("out\n");
        }
    }

    @Test
    void theLastErrorIsTheOneSaidEvenBehindMegabytes() {
        assertFailure(
                List.of(
                        "sh",
                        "-c",
                        "head -c 5000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo no such pod >&2; exit 1"),
                "ended at once with exit code 1: no such pod");
    }

    @Test
    void anEchoIsNoAnswer() {
        assertThatThrownBy(() -> start(List.of("sh", "-c", "head -n 4")))
                .hasMessageStartingWith("ended at once with exit code 0; it said instead: \"{\", \"printf ");
    }

    @Test
    void whoGivesUpIsBackAtOnce() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> start(List.of("sleep", "1000"))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aNetworkNamespaceIsAHost() throws Exception {
        Needs.root();
        Needs.command("ip");
        ip("netns", "add", NAMESPACE);

        assertThat(said(List.of("ip", "netns", "exec", NAMESPACE), List.of("ip", "-brief", "link")))
                .startsWith("lo ")
                .hasLineCount(1);
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() {
        Needs.root();
        Needs.command("ip");

        assertThatThrownBy(() -> start(List.of("ip", "netns", "exec", "no-such-namespace")))
                .hasMessageStartingWith("ended at once with exit code ")
                .hasMessageContaining("no-such-namespace");
    }

    private static Process start(List<String> words) throws AgentException, InterruptedException {
        return new CommandLauncher(words).start(List.of("true"));
    }

    private static void assertFailure(List<String> words, String message) {
        assertThatThrownBy(() -> start(words))
                .isInstanceOf(AgentException.class)
                .hasMessage(message);
    }

    private static String said(List<String> words, List<String> command) throws Exception {
        Process process = new CommandLauncher(words).start(command);
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void write(Process process, byte[] bytes) {
        try (var to = process.getOutputStream()) {
            to.write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void ip(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
