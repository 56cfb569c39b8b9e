package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Needs;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
    @ParameterizedTest
    @ValueSource(strings = {"sh", "dash", "bash", "zsh", "fish", "csh", "tcsh"})
    void everyLoginShellHandsWordsOnUnchanged(String shell) throws Exception {
        Needs.command(shell);
        List<String> words =
                List.of("printf", "<%s>", "a b", "'\"\\", "\\'", "!!", "$(id)", "two\nlines\n", "", "*?[", "%", "é");
        assertThat(TestHome.run(shell, "-c", ShellWords.line(words)))
                .isEqualTo("<a b><'\"\\><\\'><!!><$(id)><two\nlines\n><><*?[><%><é>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "fish", "csh"})
    void aScriptOfSeveralLinesRuns(String shell) throws Exception {
        Needs.command(shell);
        List<String> words = List.of("sh", "-c", "for i in 1 2; do\n  echo \"$i!\"\ndone # it's \\ done\n");
        assertThat(TestHome.run(shell, "-c", ShellWords.line(words))).isEqualTo("1!\n2!\n");
    }

    @Property(tries = 50)
    void anyWordsComeBack(@ForAll @Size(max = 5) List<String> any) throws Exception {
        List<String> words =
                any.stream().map(word -> word.replaceAll("[\\x00\\p{Cs}]", "_")).toList();
        List<String> line = new java.util.ArrayList<>(List.of("printf", "<%s>", ""));
        line.addAll(words);
        StringBuilder expected = new StringBuilder("<>");
        words.forEach(word -> expected.append('<').append(word).append('>'));
        assertThat(TestHome.run("sh", "-c", ShellWords.line(line))).isEqualTo(expected.toString());
    }

    @Property
    void theLineHasNothingThatAShellReads(@ForAll List<String> words) {
        assertThat(ShellWords.line(words)).matches("exec /bin/sh -c '[^'!\n]*' sh '[A-Za-z0-9_@%+=:,./ \\\\-]*'");
    }
}
