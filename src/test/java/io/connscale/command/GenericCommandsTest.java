package io.connscale.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Timeless;
import io.connscale.cluster.Cluster;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.console.Answer.Format;
import io.connscale.console.Console;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that need no host: help, history, open, save, sleep. */
class GenericCommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private int run(Format format, String... lines) {
        Console console = new Console(Commands.root(), format, false, Path.of("console.log"), out, err);
        // These commands ask neither hosts nor server for anything: none is started.
        ServerSettings free = new ServerSettings("127.0.0.1", List.of(0), 1, 1);
        PingPongServer server = new PingPongServer(free, Transport.best());
        CommandContext context = TypedLines.context(cluster(console), server, console);
        console.serve(command -> Commands.run((Command) command, context));
        return console.runBatch(List.of(lines), null);
    }

    private static Cluster cluster(Console console) {
        try {
            return new Cluster(
                    HostsFile.parse("hosts.yaml", "hosts: {client1: local}"), List::of, console::notice, Asker.NOBODY);
        } catch (HostsFileException e) {
            throw new AssertionError(e);
        }
    }

    private String out() {
        return Timeless.of(out.toString(UTF_8));
    }

    private String err() {
        return err.toString(UTF_8);
    }

    @Test
    void helpListsTheCommandsWithTheirSynopses() {
        assertThat(run(Format.TABLE, "/help")).isZero();
        assertThat(out()).containsPattern("sleep \\[DURATION] +Wait").containsPattern("open FILE +Run a script");
    }

    @Test
    void helpOfACommandTellsItsWordsAndTakesItShortened() {
        assertThat(run(Format.TABLE, "help /sle")).isZero();
        assertThat(out()).startsWith("sleep [DURATION]\n").contains("500ms, 5s, 2m");
    }

    @Test
    void helpIsAStructureInJson() {
        assertThat(run(Format.JSON, "help sleep")).isZero();
        assertThat(out())
                .contains("\"command\":\"sleep\",\"synopsis\":\"sleep [DURATION]\"")
                .contains("\"word\":\"DURATION\"");
    }

    @Test
    void helpOfWhatThereIsNotSaysWhatIsNear() {
        assertThat(run(Format.TABLE, "help slepe")).isEqualTo(1);
        assertThat(err()).contains("did you mean \"sleep\"?");
    }

    @Test
    void sleepRefusesWhatIsNoDuration() {
        assertThat(run(Format.TABLE, "sleep 1ms", "sleep long")).isEqualTo(1);
        assertThat(out()).isEqualTo("slept 1ms\n");
        assertThat(err()).isEqualTo("""
                error: sleep: "long" is not a duration: write a number and ms, s, m or h
                  usage: sleep [DURATION]
                """);
    }

    @Test
    void historyIsWhatWasTyped() {
        assertThat(run(Format.TABLE, "sleep 1ms # short", "hist")).isZero();
        assertThat(out()).endsWith("sleep 1ms # short\nhist\n");
    }

    @Test
    void whatIsSavedCanBeOpened() throws IOException {
        Path file = directory.resolve("a session.txt");
        assertThat(run(Format.TABLE, "sle 1ms", "help", "save '" + file + "'", "open '" + file + "'"))
                .isZero();
        assertThat(file).hasContent("sleep 1ms\n");
        assertThat(out()).contains("1 command in " + file).endsWith("slept 1ms\n");
    }

    @Test
    void savingOverwritesAsJShellDoes() throws IOException {
        Path file = Files.writeString(directory.resolve("old"), "old\nolder\n");
        assertThat(run(Format.TABLE, "save " + file)).isZero();
        assertThat(file).isEmptyFile();
    }

    @Test
    void savingWhereNothingCanBeWrittenIsAClearError() {
        assertThat(run(Format.TABLE, "save " + directory.resolve("none/file"))).isEqualTo(1);
        assertThat(err()).contains("cannot write ").contains("no such file or directory");
        assertThat(run(Format.TABLE, "save " + directory)).isEqualTo(1);
        assertThat(err().lines().filter(line -> line.startsWith("error: "))).hasSize(2);
    }

    @Test
    void savingToAFullDiskIsAClearError() {
        assertThat(run(Format.TABLE, "sleep 1ms", "save /dev/full")).isEqualTo(1);
        assertThat(err()).contains("No space left on device");
    }

    @Test
    void exitEndsWithoutAWord() {
        assertThat(run(Format.TABLE, "exit", "help")).isZero();
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit", ":q", "/quit", "qui", "exit"})
    void theConsoleIsLeftByWhatOtherProgramsCallIt(String typed) {
        assertThat(run(Format.TABLE, typed, "history")).isZero();
        assertThat(out()).isEmpty();
        assertThat(err()).isEmpty();
    }

    @Test
    void aQuestionMarkIsHelp() {
        assertThat(run(Format.JSON, "? sleep")).isZero();
        assertThat(out()).startsWith("{\"command\":\"help sleep\",\"ok\":true");
    }

    @ParameterizedTest
    @CsvSource({"connections start --help,connections start", "conn -h,connections", "set rate 5 --help,set rate"})
    void anyCommandKnowsTheOptionHelp(String typed, String synopsis) {
        assertThat(run(Format.TABLE, typed)).isZero();
        assertThat(out()).startsWith(synopsis + " ");
        assertThat(err()).isEmpty();
    }

    @Test
    void clearIsNothingWhereThereIsNoTerminal() {
        assertThat(run(Format.TABLE, "clear")).isZero();
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "save", "open"})
    void anEmptyFileIsNoFile(String command) {
        assertThat(run(Format.TABLE, command + " \"\"")).isEqualTo(1);
        assertThat(err()).startsWith("error: " + command + ": \"\" is not a file's name\n");
    }

    @ParameterizedTest
    @CsvSource({"nope.jsh,no such file or directory", "/tmp,Is a directory"})
    void aScriptOfJavaThatCanNotBeReadIsSaidInWords(String file, String why) {
        assertThat(run(Format.TABLE, "java " + file)).isEqualTo(1);
        assertThat(err()).isEqualTo("error: cannot read " + file + ": " + why + "\n  check its name and permissions\n");
    }

    @Test
    void helpOfAWordBehindTheLastCommandSaysHowThatIsTyped() {
        assertThat(run(Format.TABLE, "help connections start foo")).isEqualTo(1);
        assertThat(err())
                .startsWith(
                        "error: connections start has no subcommands: unexpected word \"foo\"\n  usage: connections");
    }

    @Test
    void anEmptyWordIsNoCommand() {
        assertThat(run(Format.TABLE, "\"\"")).isEqualTo(1);
        assertThat(err()).isEqualTo("error: no command given\n  help lists the commands\n");
    }

    @ParameterizedTest
    @CsvSource({"java,java", "exit,exit", "/quit,exit", "w,watch", "open x,open", "sleep,sleep"})
    void whatEndsOrTakesOverTheConsoleCannotBeWatched(String watched, String named) {
        assertThat(run(Format.TABLE, "watch --for 300ms " + watched, "history")).isEqualTo(1);
        assertThat(err()).startsWith("error: " + named + " cannot be watched\n  watch repeats a command that shows");
        assertThat(out()).isEmpty();
    }

    @Test
    void aWatchedLineThatIsNoCommandIsSaidAtOnce() {
        assertThat(run(Format.TABLE, "watch cuont")).isEqualTo(1);
        assertThat(err()).startsWith("error: unknown command \"cuont\"\n  did you mean \"count\"?");
    }

    @Test
    void aScriptWithinAScriptLeavesTheWordsOfTheOuterOneAlone() throws IOException {
        Path inner = Files.writeString(directory.resolve("inner"), "history\n");
        Path outer = Files.writeString(directory.resolve("outer"), "open " + inner + "\n");
        assertThat(run(Format.JSON, "open " + outer)).isZero();
        assertThat(out().lines().reduce("", (a, b) -> b)).endsWith("\"result\":{\"file\":\"" + outer + "\"}}");
    }

    @Test
    void anOptionAloneNamesNoCommandAndIsToldWhereItGoes() {
        assertThat(run(Format.TABLE, "--rate 5")).isEqualTo(1);
        assertThat(err()).isEqualTo("""
                error: option "--rate" without a command
                  options follow their command: connections start [--rate=RATE] [--total] [--stop-on-limit] [--no-wait] [--steps=STEPS] [--every=DURATION] [--for=DURATION] [--force] [--yes] N HOST...
                """);
    }

    @Test
    void twoDashesAloneNameNoCommand() {
        assertThat(run(Format.TABLE, "--")).isEqualTo(1);
        assertThat(err()).isEqualTo("error: no command given\n  help lists the commands\n");
    }
}
