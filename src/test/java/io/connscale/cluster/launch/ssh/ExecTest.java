package io.connscale.cluster.launch.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a real OpenSSH server. */
@Timeout(60)
class ExecTest {
    @TempDir
    private static Path folder;

    private static TestHome home;
    private static RealSshd sshd;
    private static SshLauncher launcher;

    @BeforeAll
    static void start() throws Exception {
        home = new TestHome(folder.resolve("home"));
        sshd = new RealSshd(home, folder.resolve("sshd"));
        launcher = new SshLauncher(home.launch(sshd.port()), home.keyring());
    }

    @AfterAll
    static void stop() {
        if (launcher != null) {
            launcher.close();
        }
        if (sshd != null) {
            sshd.close();
        }
    }

    private static Process sh(String script) throws Exception {
        return launcher.start(List.of("sh", "-c", script));
    }

    @Test
    void eachWordReachesTheCommandAsItIs() throws Exception {
        Process process = launcher.start(List.of(
                "printf",
                "<%s>",
                "a  b",
                "$HOME `id`",
                "'\"\\ \\\\!! #",
                "*",
                "",
                "ü€",
                "two\nlines",
                "-n",
                "~",
                "%d"));
        assertThat(TestHome.output(process))
                .isEqualTo("<a  b><$HOME `id`><'\"\\ \\\\!! #><*><><ü€><two\nlines><-n><~><%d>");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void closingItsStandardInputIsTheCommandsEndOfFile() throws Exception {
        Process process = launcher.start(List.of("cat"));
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write("hello".getBytes(UTF_8));
        }
        assertThat(TestHome.output(process)).isEqualTo("hello");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void whatIsWrittenBeforeTheEndArrivesWhole() throws Exception {
        byte[] much = new byte[8 << 20];
        new Random(1).nextBytes(much);
        Process process = sh("sleep 0.3; cksum");
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(much);
        }
        assertThat(TestHome.output(process)).endsWith(" " + much.length + "\n");
    }

    @Test
    void whatTheCommandWritesComesWhole() throws Exception {
        Process process = sh("head -c 8000000 /dev/zero");
        assertThat(process.getInputStream().readAllBytes()).hasSize(8_000_000);
        assertThat(process.waitFor()).isZero();
    }

    /** The server may send what the reader of one stream has just allowed it on the other one. */
    @Test
    void whatTheCommandWritesToBothStreamsAtOnceComesWhole() throws Exception {
        for (int i = 0; i < 5; i++) {
            Process process = sh("head -c 4000000 /dev/zero >&2 & head -c 4000000 /dev/zero; wait");
            CompletableFuture<byte[]> errors = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
            assertThat(all(process.getInputStream())).hasSize(4_000_000);
            assertThat(errors).succeedsWithin(30, TimeUnit.SECONDS);
            assertThat(errors.join()).hasSize(4_000_000);
            assertThat(process.waitFor()).isZero();
        }
    }

    private static byte[] all(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void standardErrorIsAStreamOfItsOwn() throws Exception {
        Process process = sh("echo out; echo err >&2");
        assertThat(TestHome.output(process)).isEqualTo("out\n");
        assertThat(process.getErrorStream()).hasBinaryContent("err\n".getBytes(UTF_8));
    }

    @Test
    void exitCodesCome() throws Exception {
        Process process = sh("exit 3");
        assertThat(process.waitFor()).isEqualTo(3);
        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(process.isAlive()).isFalse();
        assertThat(process.onExit()).succeedsWithin(5, TimeUnit.SECONDS).isSameAs(process);
    }

    @Test
    void anUnknownCommandEndsWithTheShellsOwnCode() throws Exception {
        assertThat(launcher.start(List.of("no-such-command")).waitFor()).isEqualTo(127);
    }

    @Test
    void aSignalIs128AndItsNumberAndWhatWasWrittenBeforeItComes() throws Exception {
        Process process = sh("echo last words; kill -9 $$");
        assertThat(TestHome.output(process)).isEqualTo("last words\n");
        assertThat(process.waitFor()).isEqualTo(137);
    }

    @Test
    void aDestroyedCommandLosesItsStandardInput() throws Exception {
        Process process = sh("echo $$; cat; echo gone > " + folder.resolve("gone"));
        process.getInputStream().read();
        process.destroyForcibly();
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(-1);
        Awaitility.await().until(() -> folder.resolve("gone").toFile().exists());
    }

    @Test
    void aCommandThatIsDestroyedWhileItWritesHurtsNoOther() throws Exception {
        Process other = launcher.start(List.of("cat"));
        Process flood = sh("yes");
        flood.getInputStream().readNBytes(100_000);
        flood.destroy();
        assertThat(flood.getInputStream().readAllBytes()).hasSizeLessThan(64 << 20);
        other.getOutputStream().write("still there".getBytes(UTF_8));
        other.getOutputStream().close();
        assertThat(TestHome.output(other)).isEqualTo("still there");
    }

    @Test
    void allCommandsShareOneConnection() throws Exception {
        sh("true").waitFor();
        long logins = sshd.logins();
        sh("true").waitFor();
        assertThat(sh("exit 4").waitFor()).isEqualTo(4);
        assertThat(sshd.logins()).isEqualTo(logins);
    }

    @Test
    void manyWordsAreTaken() throws Exception {
        String script = "x".repeat(20_000);
        Process process = launcher.start(List.of("sh", "-c", "printf %s \"$1\" | wc -c", "sh", script));
        assertThat(TestHome.output(process).strip()).isEqualTo("20000");
    }

    @Test
    void anInterruptedReaderCostsNobodyTheConnection() throws Exception {
        Process process = launcher.start(List.of("cat"));
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                process.getInputStream().read();
            } catch (Exception e) {
                thrown.complete(e);
            }
        });
        reader.start();
        reader.interrupt();
        assertThat(thrown).succeedsWithin(5, TimeUnit.SECONDS);
        process.getOutputStream().write('x');
        process.getOutputStream().close();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void anInterruptedStartIsGivenUpAndTheNextOneWorks() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> launcher.start(List.of("true"))).isInstanceOf(InterruptedException.class);
        assertThat(launcher.start(List.of("true")).waitFor()).isZero();
    }

    @Test
    void aClosedLauncherLeavesNoThreadAndConnectsNoMore() throws Exception {
        SshLauncher own = new SshLauncher(home.launch(sshd.port()), home.keyring());
        Process process = own.start(List.of("cat"));
        own.close();
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> own.start(List.of("true"))).hasMessage("stopped while it was connected to");
        own.close();
        launcher.close();
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("ssh") && !name.startsWith("ssh-agent")));
        launcher = new SshLauncher(home.launch(sshd.port()), home.keyring()); // for the other tests
    }

    @Test
    void theCommandSeesAnEmptyInputWhereNothingIsWritten() throws Exception {
        Process process = launcher.start(List.of("wc", "-c"));
        new ByteArrayInputStream(new byte[0]).transferTo(process.getOutputStream());
        process.getOutputStream().close();
        assertThat(TestHome.output(process).strip()).isEqualTo("0");
    }
}
