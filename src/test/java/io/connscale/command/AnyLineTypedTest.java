package io.connscale.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.console.Answer;
import io.connscale.console.Answer.Format;
import io.connscale.console.CommandException;
import io.connscale.console.Console;
import io.connscale.console.StartOptions;
import io.connscale.console.Table;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import picocli.CommandLine;

/** Whatever is typed: it is a command, or it is refused in words. Commands are understood and not run. */
class AnyLineTypedTest {
    /** Nothing that is typed changes it: each line is given commands of its own. */
    private static final CommandLine ROOT = Commands.root();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Property(tries = 600)
    void aLineOfAnyCharactersIsNoInternalError(@ForAll("characters") String line) {
        understood(line);
    }

    @Property(tries = 800)
    void aLineOfWordsThatMeanSomethingElsewhereIsNoInternalError(@ForAll("words") List<String> words) {
        understood(String.join(" ", words));
    }

    @Property(tries = 600)
    void theProgramsArgumentsAreUnderstoodOrRefused(@ForAll("arguments") List<String> arguments) {
        try {
            assertThat(StartOptions.parse(arguments.toArray(String[]::new))).isNotNull();
        } catch (CommandException e) {
            assertThat(e.text().lines()).hasSize(2);
        }
    }

    private void understood(String line) {
        out.reset();
        err.reset();
        Console console = new Console(ROOT, Format.JSON, false, Path.of("console.log"), out, err);
        console.serve(command -> new Answer(Map.of(), new Table(List.of(), List.of()), List.of()));
        console.runBatch(List.of(line), null);
        assertThat(out.toString(UTF_8) + err.toString(UTF_8)).doesNotContain("internal error");
        assertThat(out.toString(UTF_8).lines()).hasSizeLessThan(2);
    }

    @Provide
    Arbitrary<String> characters() {
        return Arbitraries.strings()
                .ascii()
                .withChars("-=\"'#\\/@,[]*?: \t\n\u0000\u001b\u0085\u202e\u2028\ud83d\ude00ä")
                .ofMaxLength(30);
    }

    @Provide
    Arbitrary<List<String>> words() {
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, Arbitraries.of(NAMES)),
                        net.jqwik.api.Tuple.of(2, Arbitraries.of(VALUES)),
                        net.jqwik.api.Tuple.of(1, characters()))
                .list()
                .ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<String>> arguments() {
        return Arbitraries.oneOf(Arbitraries.of(OPTIONS), Arbitraries.of(VALUES), characters())
                .list()
                .ofMaxSize(5);
    }

    private static final List<String> NAMES = List.of(
            "connections",
            "start",
            "stop",
            "count",
            "watch",
            "open",
            "save",
            "help",
            "set",
            "rate",
            "interval",
            "sleep",
            "server",
            "status",
            "stats",
            "plan",
            "doctor",
            "hosts",
            "history",
            "quit",
            ":q",
            "?",
            "/",
            "//",
            "/exit",
            "c");
    private static final List<String> VALUES = List.of(
            "--",
            "-",
            "---",
            "-5",
            "--rate",
            "--rate=",
            "--rate=x",
            "=",
            "--=",
            "-h",
            "--help",
            "--total=1",
            "--every",
            "--for=1ms",
            "--law",
            "3n+",
            "n^9^9",
            "10k",
            "1.5M",
            "10,000",
            "100/s",
            "1e9",
            "all",
            "client1",
            "client[1",
            "a,b",
            ",",
            "[",
            "~",
            "~/x",
            "@file",
            "\"",
            "''",
            "#",
            "5s",
            "unlimited",
            "\u0000");
    private static final List<String> OPTIONS = List.of(
            "-e",
            "-f",
            "-o",
            "json",
            "--hosts",
            "--keep-going",
            "--serve",
            "--no-pager",
            "-v",
            "--version",
            "--help",
            "--");
}
