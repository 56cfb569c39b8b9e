package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/connscale-console} itself: how it is called, which Java it takes, how arguments and exit codes pass through. */
class ConsoleScriptIT {
    @TempDir
    private Path folder;

    private ConsoleScript script;

    @BeforeEach
    void script() {
        script = ConsoleScript.in(folder);
    }

    @Test
    void sayingTheVersionPrintsOneLineAndNothingElse() {
        Ran ran = script.run("--version");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).matches("connscale \\d+\\.\\d+\\.\\d+\\S*.*\\n");
        assertThat(ran.exit()).isZero();
    }

    @Test
    void aWrongOptionIsNamedAndEndsWith2() {
        Ran ran = script.run("--no-such-option");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("--no-such-option").doesNotContain("\tat ");
    }

    @Test
    void worksThroughAChainOfSymbolicLinks() throws IOException {
        Path direct = Files.createSymbolicLink(folder.resolve("direct"), script.script());
        Files.createSymbolicLink(folder.resolve("by name"), Path.of("direct"));
        Path elsewhere = Files.createDirectories(folder.resolve("a folder/b"));
        Path relative = Files.createSymbolicLink(elsewhere.resolve("console"), Path.of("../../by name"));

        assertThat(script.calledAs(direct).run("--version").exit()).isZero();
        assertThat(script.calledAs(relative).run("--version").exit()).isZero();
        Files.delete(direct);
    }

    @Test
    void aClosedStandardInputIsAnEmptyOne() throws IOException {
        Path closing =
                Files.writeString(folder.resolve("closing"), "#!/bin/sh\nexec '" + script.script() + "' \"$@\" <&-\n");
        assertThat(closing.toFile().setExecutable(true)).isTrue();
        Path hosts = Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: {client1: local}\n");

        Ran ran = script.calledAs(closing).run("--hosts", hosts.toString());

        assertThat(ran.err())
                .isEqualTo("standard input is empty: nothing to do"
                        + " · -e COMMAND runs a command, --serve keeps the server running\n");
        assertThat(ran.exit()).isZero();
    }

    @Test
    void servesUntilItIsToldToEnd() throws Exception {
        Path hosts = Files.writeString(
                folder.resolve("hosts.yaml"), "server: {ports: 0, autostart: false}\nhosts: {client1: local}\n");

        try (RunningConsole console = script.start("--hosts", hosts.toString(), "-o", "json", "--serve")) {
            await().atMost(Duration.ofSeconds(40)).until(() -> console.out().contains("\"state\":\"running\""));
            console.endOfInput();
            console.process().destroy(); // SIGTERM
            assertThat(console.await(ConsoleScript.SECONDS, TimeUnit.SECONDS).exit())
                    .isEqualTo(143);
        }
    }

    @Test
    void ctrlZDoesNotStopAScript() throws Exception {
        try (RunningConsole console = script.start("--hosts", hosts().toString(), "-e", "sleep 1ms", "-e", "sleep")) {
            await().atMost(Duration.ofSeconds(40)).until(() -> console.out().contains("slept"));
            String pid = Long.toString(console.process().pid());
            assertThat(new ProcessBuilder("kill", "-TSTP", pid).start().waitFor())
                    .isZero();
            await().atMost(Duration.ofSeconds(40)).until(() -> console.err().contains("Ctrl-Z is ignored: "));
        }
    }

    @Test
    void numbersAreOfTheSameDigitsInEveryLanguage() throws IOException {
        Ran ran = script.with("CONNSCALE_JAVA_OPTS", "-Duser.language=ar -Duser.country=EG")
                .run("--hosts", hosts().toString(), "-e", "help start", "-e", "start nobody[1-3]", "-e", "hosts");
        assertThat(ran.out() + ran.err()).doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
        Ran started = script.with("CONNSCALE_JAVA_OPTS", "-Duser.language=ar -Duser.country=EG")
                .run("--hosts", hosts().toString(), "-e", "start client1", "-e", "connections start 10 client1");
        assertThat(started.out()).contains("client1  10 established in ").doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
    }

    private Path hosts() throws IOException {
        return Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: {client1: local}\n");
    }

    @Test
    void spacesAndStarsInArgumentsReachTheConsoleAsTheyAre() {
        Ran ran = script.run("--hosts", folder.resolve("no  such * file").toString(), "-e", "hosts");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("no  such * file");
    }

    @Test
    void anOldJavaIsNamedWithItsPlace() throws IOException {
        Path old = java("old", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");

        Ran ran = script.with("JAVA_HOME", old.toString())
                .with("PATH", old.resolve("bin") + ":/nowhere")
                .run("--version");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .hasLineCount(2)
                .contains("error: Java 17 or newer not found: ")
                .contains("JAVA_HOME has " + old.resolve("bin/java") + ", which is Java 11.0.2")
                .contains("PATH has " + old.resolve("bin/java") + ", which is Java 11.0.2");
    }

    @Test
    void aMissingJavaIsSaidWithWhereItWasLookedFor() {
        Ran ran = script.with("JAVA_HOME", folder.toString())
                .with("PATH", "/nowhere")
                .run("--version");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err())
                .contains("JAVA_HOME has no " + folder.resolve("bin/java"))
                .contains("PATH has no java");
    }

    @Test
    void theVersionIsReadFromTheFileReleaseWithoutStartingJava() throws IOException {
        Path old = java("jdk8", "touch " + folder.resolve("started"));
        Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"1.8.0_292\"\n");

        Ran ran = script.with("JAVA_HOME", old.toString())
                .with("PATH", "/nowhere")
                .run("--version");

        assertThat(ran.err()).contains("which is Java 1.8.0_292");
        assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    void aJavaOnThePathStandsInForAUselessJavaHome() throws IOException {
        Path old = java("old", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");

        Ran ran = script.with("JAVA_HOME", old.toString())
                .with("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH"))
                .run("--version");

        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).contains("which is Java 11.0.2").contains("instead");
    }

    @Test
    void withoutTheJarAndWithoutMavenItSaysSo() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("a copy/bin")).resolve("connscale-console");
        Files.copy(script.script(), copy);
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        Files.copy(ConsoleScript.PROJECT.resolve("pom.xml"), folder.resolve("a copy/pom.xml"));

        Ran ran = script.calledAs(copy).with("PATH", "/nowhere").run("--version");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("Maven (mvn) is not on PATH");
    }

    @Test
    void theJarMayLieBesideWhereThereAreNoSources() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("installed/bin")).resolve("connscale-console");
        Files.copy(script.script(), copy);
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        Files.copy(Path.of(System.getProperty("connscale.jar")), folder.resolve("installed/connscale-0.jar"));

        Ran ran = script.calledAs(copy).run("--version");

        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).isEmpty();
    }

    /** A home of Java whose {@code bin/java} is a shell script. */
    private Path java(String name, String body) throws IOException {
        Path home = folder.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n" + body + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home;
    }
}
