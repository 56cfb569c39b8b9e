package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import io.connscale.net.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A console in surroundings that are not the usual ones: other locales, variables for every JVM, a cut-down Java, an unknown user. */
class OddSurroundingsIT {
    private static final String JAR = System.getProperty("connscale.jar");

    @TempDir
    private Path folder;

    @BeforeEach
    void hosts() throws IOException {
        hosts("{c: local}");
    }

    private void hosts(String hosts) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: " + hosts + "\n");
    }

    /** The program as it is installed, in a folder of this name. */
    private Path installed(String name) throws IOException {
        Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
        Files.createDirectories(folder.resolve(name).resolve("conf"));
        Path jar = Path.of(JAR);
        Files.copy(jar, folder.resolve(name).resolve(jar.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(
                ConsoleScript.PROJECT.resolve("conf/logback.xml"),
                folder.resolve(name).resolve("conf/logback.xml"));
        return Files.copy(
                ConsoleScript.PROJECT.resolve("bin/connscale-console"),
                bin.resolve("connscale-console"),
                StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void works(Ran ran) {
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).contains("5 established");
        assertThat(ran.exit()).isZero();
    }

    private static final String[] FIVE = {"-e", "start c", "-e", "connections start 5 c"};

    @Test
    void aFolderWhoseNameIsNotAsciiAndNoLocale() throws Exception {
        ConsoleScript script = ConsoleScript.in(folder).calledAs(installed("B\u00fccher \u2603"));
        works(script.with("LC_ALL", "C").with("LANG", "").run(FIVE));
        works(script.with("LC_ALL", "").with("LC_CTYPE", "").with("LANG", "").run(FIVE));
        works(script.with("LC_ALL", "").with("LANG", "xx_YY.UTF-8").run(FIVE)); // not installed here
    }

    @Test
    void aCacheFolderWhoseNameIsNotAsciiOnAHostWithoutALocale() throws Exception {
        Path cache = folder.resolve("B\u00fccher");
        hosts("{c: {command: [env, LC_ALL=C, \"XDG_CACHE_HOME=" + cache + "\"]}}");
        works(ConsoleScript.in(folder).run(FIVE));
        assertThat(cache.resolve("connscale")).isNotEmptyDirectory();
    }

    @Test
    void variablesThatEveryJvmReadsAreNamedAndIgnored() throws Exception {
        Ran ran = ConsoleScript.in(folder)
                .with("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC")
                .with("_JAVA_OPTIONS", "-javaagent:/nowhere.jar")
                .with("JDK_JAVA_OPTIONS", "-XX:+NoSuchFlag")
                .run(FIVE);
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).contains("5 established");
        assertThat(ran.err().lines())
                .hasSize(3)
                .allMatch(line -> line.matches("connscale: \\w+ is ignored; CONNSCALE_JAVA_OPTS has .*"));
    }

    @Test
    void andSoTheyAreOnAHost() throws Exception {
        hosts("{c: {command: [env, \"JAVA_TOOL_OPTIONS=-XX:+UseG1GC\", \"XDG_CACHE_HOME=" + folder
                + "/cache\"], jvm: [-Xlog:gc=off]}}");
        Ran ran = ConsoleScript.in(folder).run(FIVE);
        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).contains("5 established");
        assertThat(ran.err())
                .isEqualTo("c: JAVA_TOOL_OPTIONS is ignored there; jvm: in hosts.yaml has flags for an agent\n");
    }

    @Test
    void aJavaThatLacksAModuleSaysWhichOne() throws Exception {
        Path jdk = Path.of(System.getProperty("java.home"));
        Needs.command("java");
        Process jlink = new ProcessBuilder(
                        jdk.resolve("bin/jlink").toString(), "--add-modules", "java.base", "--output", folder + "/bare")
                .redirectErrorStream(true)
                .start();
        assertThat(jlink.waitFor(90, TimeUnit.SECONDS)).isTrue();
        String java = folder.resolve("bare/bin/java").toString();

        Ran console = ConsoleScript.in(folder)
                .with("JAVA_HOME", folder.resolve("bare").toString())
                .run("-e", "hosts");
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err()).startsWith("error: this Java lacks module java.xml, ");

        hosts("{c: {java: " + java + "}, d: {command: [env, \"XDG_CACHE_HOME=" + folder + "/cache\"], java: " + java
                + "}}");
        assertThat(ConsoleScript.in(folder).run("-e", "start c").err())
                .contains("this Java lacks module java.xml, jdk.management: ");
        assertThat(ConsoleScript.in(folder).run("-e", "start d").err())
                .startsWith("error: d: no Java that runs: " + java
                        + ", broken: this Java lacks module java.xml, jdk.management\n");
    }

    @Test
    void aUserWithoutAnEntryInTheSystemsList() throws Exception {
        Needs.root();
        Needs.command("setpriv");
        Path home = Files.createDirectory(folder.resolve("home of nobody"));
        Files.setAttribute(home, "unix:uid", 424242);
        Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        Path script = installed("p");
        String[] words = {
            "setpriv", "--reuid=424242", "--regid=424242", "--clear-groups", script.toString(), "-e", "hosts"
        };
        String before = said(words, home.toString());
        assertThat(before).contains("local");
        assertThat(home.resolve(".connscale/connscale.log")).exists();
        assertThat(said(words, "/proc/nowhere"))
                .contains("this user has no home folder: the log and the history are kept in " + folder
                        + "/connscale · CONNSCALE_STATE names another folder");
        assertThat(folder.resolve("connscale/connscale.log")).exists();
        assertThat(folder.resolve("?")).doesNotExist();
    }

    @Test
    void aDiskThatFillsUpInMidSessionIsToldOfOnce() throws Exception {
        Needs.root();
        Needs.command("unshare");
        hosts("{c: local, far: \"127.0.0.1:1\"}");
        Path state = Files.createDirectory(folder.resolve("state"));
        Path script = folder.resolve("small-disk");
        Files.writeString(
                script,
                "#!/bin/sh\nexec unshare -m --propagation private sh -c 'mount -t tmpfs -o size=64k none \"" + state
                        + "\" && exec \"$@\"' sh '" + ConsoleScript.PROJECT + "/bin/connscale-console' \"$@\"\n");
        Files.setPosixFilePermissions(script, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        try (RunningConsole console = ConsoleScript.in(folder).calledAs(script).start("-v", "--keep-going")) {
            assertThat(console.answer("hosts")).startsWith("host");
            Path inside = Path.of("/proc/" + console.process().pid() + "/root" + state);
            try (OutputStream fill = Files.newOutputStream(inside.resolve("fill"))) {
                fill.write(new byte[1 << 20]);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("No space left");
            }
            console.type("start far\nstart far\nstart far\nhosts\nexit\n"); // each logs much with -v
            assertThat(console.await(60, TimeUnit.SECONDS).err())
                    .containsOnlyOnce("the log " + state
                            + "/connscale.log can't be written any more: No space left on device · CONNSCALE_STATE");
        }
    }

    private String said(String[] words, String home) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().remove("CONNSCALE_STATE");
        builder.environment().put("HOME", home);
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process console = builder.start();
        console.getOutputStream().close();
        String said = new String(console.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(console.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void aServersNameWithTwoAddressesIsUsedWithBothAndLookedUpForEachRequest() throws Exception {
        Path names = Files.writeString(folder.resolve("names"), "127.0.0.2 both.test\n127.0.0.3 both.test\n");
        int port = FreePort.freePort();
        Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: {bind: 0.0.0.0, address: both.test, ports: " + port + "}\n"
                        + "hosts: {c: {jvm: [-Djdk.net.hosts.file=" + names + "]}}\n");
        try (RunningConsole console = ConsoleScript.in(folder).start()) {
            console.type("start c\nconnections start 40 c\n");
            await().atMost(Duration.ofSeconds(60)).until(() -> console.out().contains("40 established"));
            assertThat(held("127.0.0.2", port)).isEqualTo(20);
            assertThat(held("127.0.0.3", port)).isEqualTo(20);
            Files.writeString(names, "127.0.0.4 both.test\n");
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                console.type("connections start 1 c\n");
                return held("127.0.0.4", port) > 0;
            });
            console.type("exit\n");
        }
    }

    private static long held(String address, int port) throws IOException {
        Process ss = new ProcessBuilder("ss", "-Htn", "state", "established", "dst", address + ":" + port).start();
        return new String(ss.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .count();
    }

    @Test
    void archivesOfClassesThatAreOfNoUseAnyMoreAreRemoved() throws Exception {
        Path script = installed("p");
        Path there = folder.resolve("p");
        Instant now = Instant.now();
        Path stale = aged(there.resolve("connscale-0.1.0-java17.0.1.jsa"), now.minus(Duration.ofDays(9_000)));
        Path orphan = aged(there.resolve("connscale-0.0.9-agent-java17.0.1.jsa"), now);
        Path other = aged(there.resolve("connscale-0.1.0-java99.jsa"), now);
        ConsoleScript.in(folder).calledAs(script).run("--version");
        assertThat(stale).doesNotExist();
        assertThat(orphan).doesNotExist();
        assertThat(other).exists();
        try (Stream<Path> all = Files.list(there)) {
            assertThat(all.filter(file -> file.toString().endsWith(".jsa"))).hasSize(2);
        }
    }

    private static Path aged(Path file, Instant time) throws IOException {
        return Files.setLastModifiedTime(Files.createFile(file), FileTime.from(time));
    }
}
