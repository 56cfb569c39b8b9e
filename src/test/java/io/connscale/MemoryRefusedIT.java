package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An order that would use up the machine's memory is refused before a single connection is opened. No large machine is needed:
 * with 2,000 files a process, 100 million connections come to more processes than there is memory for.
 */
class MemoryRefusedIT {
    /** By the plan 44 GiB are needed where no more than 10,000 threads may run, and more elsewhere. */
    private static final long MAX_KIB = 40L << 20;

    private static final String FEW_FILES = "#!/bin/sh\nulimit -n 2000\nexec '%s' \"$@\"\n";
    private static final String HOSTS = """
            server: {ports: 0}
            hosts: {client1: {source: 127.0.0.2-127.0.0.250, jvm: [-Dconnscale.workers=processes]}}
            """;

    @TempDir
    Path folder;

    private ConsoleScript script;

    @BeforeEach
    void script() throws IOException {
        Assumptions.assumeTrue(availableKib() < MAX_KIB, "this machine has memory for so many processes");
        Files.writeString(folder.resolve("hosts.yaml"), HOSTS);
        script = ConsoleScript.in(folder);
        Path few = Files.writeString(folder.resolve("few"), FEW_FILES.formatted(script.script()));
        Files.setPosixFilePermissions(few, PosixFilePermissions.fromString("rwxr-xr-x"));
        script = script.calledAs(few).with("CONNSCALE_JAVA_OPTS", "-Dconnscale.workers=processes");
    }

    private static long availableKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+", 3)[1]))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    @Test
    void anOrderThatWouldUseUpTheMemoryIsRefused() {
        Ran ran = script.run("-e", "start client1", "-e", "connections start 100M client1");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .containsPattern("error: 100,000,000 connections would use up the memory of client1, server: "
                        + "[0-9.,]+ [MG]iB available, [0-9.,]+ GiB needed: .* about [0-9,]+ fit\n")
                .contains("open fewer, or all the same with --force");
    }

    @Test
    void nothingOfItIsOpened() {
        Ran ran =
                script.runWith("start client1\nconnections start 100M client1\ncount\n", "-o", "json", "--keep-going");

        List<String> answers = ran.out().lines().toList();
        assertThat(answers.get(1)).contains("\"ok\":false", "would use up the memory", "--force");
        assertThat(answers.get(2)).contains("\"client1\":{\"established\":0,\"connecting\":0,\"failed\":0,\"lost\":0}");
    }
}
