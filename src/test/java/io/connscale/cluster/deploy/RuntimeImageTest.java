package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import io.connscale.control.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java that a console brings whose own has no {@code jlink}: what a package has, or a system's JRE. */
class RuntimeImageTest {
    private static final String HERE = System.getProperty("os.arch");

    @TempDir
    private Path folder;

    private Path home;
    private Path beside;
    private Path kept;

    @BeforeEach
    void aJavaWithoutJlink() throws IOException {
        home = folder.resolve("java");
        beside = Files.createDirectories(folder.resolve("lib"));
        kept = Files.createDirectories(folder.resolve("kept"));
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(Files.createDirectories(home.resolve("lib/server")).resolve("classes.jsa"), "this machine's");
        Path settings = Files.writeString(folder.resolve("settings"), "from /etc");
        Files.createSymbolicLink(Files.createDirectories(home.resolve("conf")).resolve("settings"), settings);
    }

    private RuntimeImage image(Optional<Path> foreign) {
        return new RuntimeImage(beside, kept, home, "17.0.99", foreign);
    }

    @Test
    void isThatJavaWhole() throws Exception {
        Jar archive = image(Optional.empty()).archive(HERE);

        assertThat(archive.path().getFileName().toString()).startsWith("runtime-17.0.99-");
        assertThat(tar("-tvzf", archive))
                .containsPattern("-rwx\\S+ .* \\./bin/java\n")
                .containsPattern("-r\\S+ .* \\./conf/settings\n") // a file, no link to a file that is not there
                .doesNotContain("classes.jsa");
        try (var left = Files.list(kept)) {
            assertThat(left).containsExactly(archive.path());
        }
    }

    @Test
    void isPackedOnce() throws Exception {
        Jar first = image(Optional.empty()).archive(HERE);
        Files.delete(home.resolve("bin/java"));

        assertThat(image(Optional.empty()).archive(HERE)).isEqualTo(first);
    }

    /** One that an earlier connscale made there lacked modules, for months. */
    @Test
    void isPackedAnewForAnotherListOfModules() throws Exception {
        Path earlier = Files.writeString(kept.resolve("runtime-17.0.99-linux-x86_64.tar.gz"), "other modules");

        assertThat(image(Optional.empty()).archive("x86_64").path()).isNotEqualTo(earlier);
    }

    @Test
    void isTheOneThatTheBuildMadeWhereThatWasLaidBesideTheJarOrTheArchives() throws Exception {
        String name = "connscale-" + Version.program() + "-java-linux-";
        Path built = Files.writeString(beside.resolve(name + "x86_64.tar.gz"), "a Java");
        Path foreign =
                Files.writeString(kept.resolve(name + "riscv64.tar.gz"), "for a machine that no modules are here for");
        Files.writeString(kept.resolve("connscale-0.0.1-java-linux-s390x.tar.gz"), "another version's");

        assertThat(image(Optional.empty()).archive("amd64")).isEqualTo(Jar.of(built));
        assertThat(image(Optional.empty()).archive("riscv64")).isEqualTo(Jar.of(foreign));
        assertThatThrownBy(() -> image(Optional.empty()).archive("s390x"))
                .isInstanceOfSatisfying(
                        AgentException.class,
                        e -> assertThat(e.hint()).contains(name + "s390x.tar.gz", beside.toString()));
    }

    @Test
    void canNotBeLinkedForAnotherMachine() {
        Path jmods = folder.resolve("jmods of another");

        assertThatThrownBy(() -> image(Optional.of(jmods)).archive("riscv64"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("no Java to bring: " + home + " has no jlink");
        assertThatThrownBy(() -> image(Optional.empty()).archive("riscv64"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("none to bring for riscv64");
    }

    @Test
    void aFolderThatCanNotBeWrittenIsNamed() {
        kept = folder.resolve("not there");

        assertThatThrownBy(() -> image(Optional.empty()).archive(HERE))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.hint()).contains("CONNSCALE_STATE"))
                .hasMessage("no Java to bring: it can't be made in " + kept + ": no such file or directory");
    }

    private static String tar(String how, Jar archive) throws IOException {
        Process tar = new ProcessBuilder("tar", how, archive.path().toString()).start();
        return new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
