package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first use of a source tree, where there is no jar yet. A shell script stands in for Maven: it notes its process in the file
 * {@code builds} and waits for the file {@code go}. The real Maven's turn is in {@code .ci/run}.
 */
class FirstUseIT {
    private static final Duration LONG = Duration.ofSeconds(ConsoleScript.SECONDS);

    @TempDir
    private Path folder;

    private Path tree;
    private ConsoleScript script;

    @BeforeEach
    void aTreeWithoutAJar() throws IOException {
        tree = Files.createDirectories(folder.resolve("a tree"));
        Path copy = Files.createDirectories(tree.resolve("bin")).resolve("connscale-console");
        Files.copy(ConsoleScript.PROJECT.resolve("bin/connscale-console"), copy);
        Files.copy(ConsoleScript.PROJECT.resolve("pom.xml"), tree.resolve("pom.xml"));
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        script = ConsoleScript.in(folder).calledAs(copy);
    }

    @Test
    void buildsTheJarAndKeepsStandardOutputClean() throws IOException {
        maven("cp '" + System.getProperty("connscale.jar") + "' target/");
        go();

        Ran first = script.run("--version");
        assertThat(first.exit()).isZero();
        assertThat(first.out()).startsWith("connscale ").containsOnlyOnce("\n");
        assertThat(first.err().lines())
                .satisfiesExactly(
                        before -> assertThat(before).contains("building", "target/build.log"),
                        after -> assertThat(after).matches("connscale: built in \\d+ s"));

        Ran second = script.run("--version");
        assertThat(second.err()).isEmpty();
        assertThat(builds()).hasSize(1);
    }

    @Test
    void twoAtOnceBuildOnce() throws IOException {
        Needs.command("flock");
        maven("cp '" + System.getProperty("connscale.jar") + "' target/");

        try (RunningConsole first = script.start("--version")) {
            await().atMost(LONG).until(() -> builds().size() == 1);
            try (RunningConsole second = script.start("--version")) {
                await().atMost(LONG).until(() -> second.err().contains("waiting"));
                go();

                assertThat(first.await(ConsoleScript.SECONDS, TimeUnit.SECONDS).exit())
                        .isZero();
                assertThat(second.await(ConsoleScript.SECONDS, TimeUnit.SECONDS).exit())
                        .isZero();
            }
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void aBuildThatFailsIsShownByItsLastLines() throws IOException {
        maven("seq 1 100; echo '[ERROR] no such dependency'; exit 1");
        go();

        Ran ran = script.run("--version");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("[ERROR] no such dependency", "error: build failed: ", "target/build.log");
        assertThat(ran.err().lines().count()).isLessThan(30);
    }

    @Test
    void aSignalEndsMavenToo() throws IOException {
        maven("exit 1");

        try (RunningConsole console = script.start("--version")) {
            await().atMost(LONG).until(() -> builds().size() == 1);
            console.process().destroy();

            assertThat(console.await(ConsoleScript.SECONDS, TimeUnit.SECONDS).exit())
                    .isEqualTo(143);
        }
        long maven = Long.parseLong(builds().get(0));
        await().atMost(LONG).until(() -> ProcessHandle.of(maven).isEmpty());
    }

    @Test
    void aDamagedArchiveOfClassesIsPassedOver() throws IOException {
        maven("cp '" + System.getProperty("connscale.jar") + "' target/");
        go();
        script.run("--version");
        Path archive = archive();
        assertThat(Files.size(archive)).isPositive();
        assertThat(archive.toFile().setWritable(true)).isTrue();

        Files.writeString(archive, "not an archive");
        Ran ran = script.run("--version");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).startsWith("connscale ").containsOnlyOnce("\n");
        assertThat(ran.err()).isEmpty();
    }

    private Path archive() throws IOException {
        try (var files = Files.newDirectoryStream(tree.resolve("target"), "*.jsa")) {
            return files.iterator().next();
        }
    }

    /** A Maven that does {@code work}, in the tree, once it may go. */
    private void maven(String work) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("maven"));
        String wait = "n=0; until [ -e ../go ] || [ $n -gt 900 ]; do n=$((n+1)); sleep 0.1; done\n";
        Files.writeString(bin.resolve("mvn"), "#!/bin/sh\necho $$ >> ../builds\n" + wait + work + "\n");
        assertThat(bin.resolve("mvn").toFile().setExecutable(true)).isTrue();
        script = script.with("PATH", bin + ":" + System.getenv("PATH"));
    }

    private void go() throws IOException {
        Files.createFile(folder.resolve("go"));
    }

    private List<String> builds() throws IOException {
        Path builds = folder.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }
}
