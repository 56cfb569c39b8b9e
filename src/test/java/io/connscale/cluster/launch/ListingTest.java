package io.connscale.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.connscale.control.AgentException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands that print hosts, and what becomes of those that don't. */
@Timeout(60)
class ListingTest {
    private static Listing shell(String script) {
        return new Listing("hosts of @lab", List.of("sh", "-c", script), 20);
    }

    private static String failure(Listing listing) {
        return catchThrowableOfType(AgentException.class, listing::run).message();
    }

    @Test
    void whatItPrintsIsRead() throws Exception {
        assertThat(shell("echo node1; echo warning >&2; echo node2").run()).isEqualTo("node1\nnode2\n");
    }

    @Test
    void aCommandThatIsNotThereIsNamed() {
        assertThat(failure(new Listing("hosts of @lab", List.of("no-such-command", "x"))))
                .isEqualTo("hosts of @lab: no command no-such-command on this machine");
    }

    @Test
    void anExitCodeIsSaidWithItsLastError() {
        AgentException e =
                catchThrowableOfType(AgentException.class, shell("echo node1; echo not logged in >&2; exit 3")::run);
        assertThat(e).hasMessage("hosts of @lab: sh failed with exit code 3: not logged in");
        assertThat(e.hint()).startsWith("run it yourself: sh -c ");
    }

    @Test
    void oneThatDoesNotEndIsEndedWithItsChildren() {
        Listing listing =
                new Listing("hosts of @lab", List.of("sh", "-c", "echo waiting for you >&2; sleep 987; echo x"), 1);
        assertThat(failure(listing)).startsWith("hosts of @lab: sh did not end within 1 s");
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse("")))
                .noneMatch(line -> line.endsWith("sleep 987"));
    }

    @Test
    void oneThatReadsItsInputFindsItsEnd() throws Exception {
        assertThat(shell("cat; echo node1").run()).isEqualTo("node1\n");
    }

    @Test
    void oneThatPrintsForEverIsEnded() {
        assertThat(failure(shell("yes node"))).isEqualTo("hosts of @lab: sh printed more than 16 MiB");
    }
}
