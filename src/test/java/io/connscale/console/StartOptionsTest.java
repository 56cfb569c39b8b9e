package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.console.Answer.Format;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartOptionsTest {
    @TempDir
    Path directory;

    @Test
    void nothingIsAnInteractiveConsoleWithTables() throws CommandException {
        StartOptions options = StartOptions.parse();
        assertThat(options.batch()).isFalse();
        assertThat(options.format()).isEqualTo(Format.TABLE);
        assertThat(options.hosts()).isNull();
    }

    @Test
    void commandsKeepTheirOrderAndStandBesideAScript() throws Exception {
        Path script = Files.writeString(directory.resolve("demo.txt"), "count\n");
        StartOptions options = StartOptions.parse(
                "-e", "start client1", "-f", script.toString(), "-o", "json", "-e", "-5", "--keep-going", "-vv");
        assertThat(options.commands()).containsExactly("start client1", "-5");
        assertThat(options.script()).isEqualTo(script);
        assertThat(options.format()).isEqualTo(Format.JSON);
        assertThat(options.keepGoing()).isTrue();
        assertThat(options.verbosity()).isEqualTo(2);
        assertThat(options.batch()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-o xml|-o \"xml\": write table, json or csv",
                "--host a|unknown option \"--host\"",
                "count|unexpected word \"count\"",
                "-e|-e",
                "--keep -1|--keep -1 is out of range",
                "-f /no/such/file|cannot read the script /no/such/file",
                "--hosts a --hosts b|--hosts"
            })
    void wrongUsageIsOneLineAndAHint(String arguments, String message) {
        assertThatThrownBy(() -> StartOptions.parse(arguments.split(" ")))
                .isInstanceOfSatisfying(CommandException.class, e -> {
                    assertThat(e.message()).contains(message);
                    assertThat(e.hint()).isNotEmpty();
                    assertThat(e.text().lines()).hasSize(2);
                });
    }

    @Test
    void soManyRunsAreKept() throws CommandException {
        assertThat(StartOptions.parse().keep()).isNull();
        assertThat(StartOptions.parse("--keep", "3").keep()).isEqualTo(3);
    }

    @Test
    void helpListsEveryOption() {
        assertThat(StartOptions.usage())
                .startsWith("Usage: connscale-console")
                .contains("--hosts", "-e", "-f", "-o", "--keep-going", "-v", "--version", "--help");
    }
}
