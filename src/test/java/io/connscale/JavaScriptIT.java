package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts of Java, which the console runs in its own process. */
class JavaScriptIT {
    @TempDir
    private Path folder;

    @BeforeEach
    void hosts() throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: {client1: local}\n");
    }

    private Ran run(String script, String... arguments) throws IOException {
        Files.writeString(folder.resolve("a script.jsh"), script);
        return ConsoleScript.in(folder).run(arguments);
    }

    @Test
    void drivesTheHostsOfTheConsole() throws IOException {
        Ran ran = run("""
                // a loop of several lines is one snippet
                var client1 = scale.start("client1");
                var opened = client1.open(100);
                for (int i = 0; i < 2; i++) {
                    client1.close(5);
                }
                System.out.println(opened.established() + " " + scale.count().difference().getAsLong());
                /exit
                this is never read
                """, "-e", "java 'a script.jsh'", "-e", "count");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).startsWith("100 0\n").containsPattern("client1 +90 ");
        assertThat(ran.exit()).isZero();
    }

    @Test
    void theFirstMistakeEndsItWithItsLine() throws IOException {
        Ran ran = run("int x = 1;\n\nint y = x +;\nSystem.out.println(1);\n", "-f", "a script.jsh");

        assertThat(ran.err()).contains("error: a script.jsh:3: illegal start of expression");
        assertThat(ran.out()).isEmpty();
        assertThat(ran.exit()).isEqualTo(1);
    }

    @Test
    void whatASnippetThrowsIsNamed() throws IOException {
        Ran ran = run("int x = 1;\nscale.start(\"nobody\");\n", "-f", "a script.jsh");

        assertThat(ran.err()).contains("a script.jsh:2: io.connscale.api.ConnscaleException: no host nobody");
        assertThat(ran.exit()).isEqualTo(1);
    }
}
