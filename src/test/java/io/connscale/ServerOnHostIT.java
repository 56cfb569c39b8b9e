package io.connscale;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code server: on: HOST}, through the real script. */
class ServerOnHostIT {
    @TempDir
    Path folder;

    private void hosts(String yaml) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), yaml);
    }

    @Test
    void theServerMayRunInTheAgentOfAHost() throws IOException {
        hosts("server: {ports: " + freePort() + ", on: client2}\nhosts: {client1: local, client2: local}\n");
        Ran ran = ConsoleScript.in(folder)
                .run(
                        "-o",
                        "json",
                        "-e",
                        "start client1",
                        "-e",
                        "connections start 50 client1",
                        "-e",
                        "count",
                        "-e",
                        "server stop",
                        "-e",
                        "server",
                        "-e",
                        "server start",
                        "-e",
                        "connections start 7 client1",
                        "-e",
                        "count");
        assertThat(ran.exit()).as(ran.err()).isZero();
        List<String> answers = ran.out().lines().toList();
        assertThat(answers.get(2)).contains("\"server\":{\"established\":50}", "\"difference\":0");
        assertThat(answers.get(4)).contains("\"state\":\"stopped\"");
        assertThat(answers.get(7)).contains("\"server\":{\"established\":7}", "\"difference\":0");
    }
}
