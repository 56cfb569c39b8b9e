package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code java: bring}: agents on a host whose folders of Javas are empty. */
@Tag("namespaces")
@Timeout(300)
class BroughtJavaIT {
    @TempDir
    private Path folder;

    private Path enter;

    @BeforeEach
    void host() throws IOException {
        Needs.root();
        Needs.command("unshare");
        Files.createDirectories(folder.resolve("home"));
        enter = Files.writeString(folder.resolve("enter"), """
                #!/bin/sh
                exec unshare -m sh -c 'mount -t tmpfs none /usr/lib/jvm; mount -t tmpfs none /opt; %s
                exec env -i HOME=%s/home PATH=/usr/bin:/bin "$@"' sh "$@"
                """.formatted("${MOUNT:-:}", folder));
        assertThat(enter.toFile().setExecutable(true)).isTrue();
    }

    private Ran run(String java, String mount, String... lines) throws IOException {
        Path hosts = Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0}\nhosts: {client1: {command: [" + enter + "]" + java + "}}\n");
        List<String> words = Stream.concat(
                        Stream.of("--hosts", hosts.toString(), "--no-record"),
                        Stream.of(lines).flatMap(line -> Stream.of("-e", line)))
                .toList();
        return ConsoleScript.in(folder).with("MOUNT", mount).run(words.toArray(String[]::new));
    }

    private List<String> inCache() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("home/.cache/connscale"))) {
            return files.map(file -> file.getFileName().toString().replaceAll("[0-9a-f]{64}", "SHA"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aHostWithoutJavaGetsOneOnce() throws IOException {
        Ran without = run("", "", "start client1");
        assertThat(without.err())
                .contains("error: client1: no Java: looked at JAVA_HOME, PATH")
                .contains("java: bring");

        Ran first = run(", java: bring", "", "start client1", "connections start 200 client1", "count", "hosts");
        assertThat(first.err()).isEmpty();
        assertThat(first.out())
                .contains("Java " + System.getProperty("java.version"))
                .contains("200 established")
                .containsPattern("difference +0\n");
        assertThat(inCache()).containsExactly("connscale-SHA.jar", "java-SHA", "java-SHA.used");
        Path java = only("java-");
        Object inode = Files.getAttribute(java.resolve("bin/java"), "unix:ino");

        assertThat(run(", java: bring", "", "start client1").exit()).isZero();
        assertThat(Files.getAttribute(java.resolve("bin/java"), "unix:ino")).isEqualTo(inode);
    }

    private Path only(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("home/.cache/connscale"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix) && Files.isDirectory(file))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whereNothingMayBeExecutedThatIsSaid() throws IOException {
        Files.createDirectories(folder.resolve("home/.cache"));
        Ran ran = run(
                ", java: bring", "mount -t tmpfs -o noexec,mode=700 none " + folder + "/home/.cache", "start client1");
        assertThat(ran.err())
                .contains("error: client1: the Java that was brought does not run there: ")
                .contains("may programs be executed in ");
    }
}
