package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.deploy.Installation.Copying;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar, on a host whose home folder is the test's. */
@Timeout(60)
class DeploymentTest {
    private static final int SIZE = 300_000;

    @TempDir
    Path folder;

    private FarHost host;

    @BeforeEach
    void host() throws IOException, AgentException {
        host = new FarHost(folder, SIZE);
    }

    @Test
    void aColdHostGetsTheJarUnderItsChecksumAndNothingElse() throws Exception {
        Installation there = host.deploy();

        assertThat(there.copying()).isEqualTo(Copying.CHECKED);
        assertThat(there.jar()).isEqualTo(host.farJar().toString());
        assertThat(host.farJar()).hasSameBinaryContentAs(host.jar.path());
        assertThat(host.inCache()).containsExactly(host.jar.farName());
    }

    @Test
    void aWarmHostIsOnlyLookedAt() throws Exception {
        host.deploy();
        Object file = Files.getAttribute(host.farJar(), "unix:ino");

        Installation there = host.deploy();

        assertThat(there.copying()).isEqualTo(Copying.NONE);
        assertThat(there.facts().jarThere()).isTrue();
        assertThat(Files.getAttribute(host.farJar(), "unix:ino")).isEqualTo(file);
    }

    @Test
    void theFolderThatXdgNamesIsTaken() throws Exception {
        Path cache = folder.resolve("elsewhere");

        Installation there = host.with("XDG_CACHE_HOME=" + cache).deploy();

        assertThat(there.jar()).startsWith(cache + "/connscale/connscale-");
    }

    @Test
    void aTruncatedJarIsCopiedAnew() throws Exception {
        Files.createDirectories(host.cache());
        Files.writeString(host.farJar(), "half");

        assertThat(host.deploy().copying()).isEqualTo(Copying.CHECKED);
        assertThat(host.farJar()).hasSameBinaryContentAs(host.jar.path());
    }

    @Test
    void aCopyThatLosesItsEndIsNotTaken() {
        host.through("sh", "-c", "dd bs=1 count=100000 2>/dev/null | sh -s");

        assertThatThrownBy(host::deploy)
                .isInstanceOf(AgentException.class)
                .hasMessageMatching("the copy of the jar broke: \\d+ of 300000 bytes arrived");
        assertThat(host.cache()).isEmptyDirectory();
    }

    @Test
    void aCopyWithOtherBytesIsNotTaken() throws Exception {
        Jar lie = new Jar(host.jar.path(), SIZE, "0".repeat(64));

        assertThatThrownBy(() -> new Deployment(lie).ensure(host.launcher(), Optional.empty(), step -> {}))
                .hasMessage("the copy of the jar broke: its SHA-256 is " + host.jar.sha256() + ", not " + lie.sha256());
        assertThat(host.cache()).isEmptyDirectory();
    }

    @Test
    void withoutAProgramForChecksumsTheSizeIsChecked() throws Exception {
        Path bin = folder.resolve("bin");
        for (String program : List.of("sh", "mkdir", "rmdir", "cat", "rm", "mv", "ls", "wc", "sed", "uname")) {
            FarHost.script(bin.resolve(program), "exec /bin/" + program + " \"$@\"");
        }
        Path java = FarHost.fakeJava(folder.resolve("jdk"), "17.0.1");

        Installation there = new Deployment(host.jar)
                .ensure(host.with("PATH=" + bin).launcher(), Optional.of(java.toString()), step -> {});

        assertThat(there.copying()).isEqualTo(Copying.SIZE_CHECKED);
        assertThat(there.facts().freeKiB()).as("no df there").isEqualTo(HostFacts.UNKNOWN);
    }

    @Test
    void ofTwoAtOnceOneCopies() throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            Future<Installation> one = two.submit(host::deploy);
            Future<Installation> other = two.submit(host::deploy);
            assertThat(List.of(one.get().copying(), other.get().copying()))
                    .containsExactlyInAnyOrder(Copying.CHECKED, Copying.NONE);
        } finally {
            two.shutdownNow();
        }
        assertThat(host.inCache()).containsExactly(host.jar.farName());
    }

    @Test
    void whoFindsTheLockWaitsAndFindsTheJar() throws Exception {
        Files.createDirectories(lock());
        Installation there = new Deployment(host.jar).ensure(host.launcher(), Optional.empty(), step -> {
            if (step.startsWith("waiting")) {
                otherFinishes();
            }
        });

        assertThat(there.copying()).isEqualTo(Copying.NONE);
    }

    private void otherFinishes() {
        try {
            Files.copy(host.jar.path(), host.farJar());
        } catch (java.nio.file.FileAlreadyExistsException e) {
            return;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aLockThatWasLeftBehindIsTaken() throws Exception {
        Files.createDirectories(lock());
        Files.writeString(host.cache().resolve(host.jar.farName() + ".connscale-0.part"), "broken off");

        Installation there = new Deployment(host.jar, 1).ensure(host.launcher(), Optional.empty(), step -> {});

        assertThat(there.copying()).isEqualTo(Copying.CHECKED);
        assertThat(lock()).doesNotExist();
    }

    @Test
    void oldLeftoversAreCleanedUpWhenANewJarComes() throws Exception {
        Path cache = Files.createDirectories(host.cache());
        Path used = aged(Files.createFile(cache.resolve("connscale-used.jar")), 20);
        Path foreign = aged(Files.createFile(cache.resolve("notes.txt")), 400);
        aged(Files.createFile(cache.resolve("connscale-old.jar")), 40);
        aged(Files.createFile(cache.resolve("connscale-old.jar.connscale-0.part")), 3);
        aged(Files.createDirectory(cache.resolve("connscale-old.jar.lock")), 3);

        host.deploy();

        assertThat(cache).isDirectoryNotContaining(file -> file.toString().contains("old"));
        assertThat(used).exists();
        assertThat(foreign).exists();
    }

    @Test
    void aJarInUseStaysYoung() throws Exception {
        host.deploy();
        aged(host.farJar(), 29);

        host.deploy();

        assertThat(Files.getLastModifiedTime(host.farJar()).toInstant())
                .isAfter(Instant.now().minus(Duration.ofDays(1)));
    }

    @Test
    void aFolderThatCantBeMadeIsNamed() throws Exception {
        Files.writeString(host.home.resolve(".cache"), "a file in its place");

        assertThatThrownBy(host::deploy)
                .hasMessageStartingWith("cache folder " + host.cache() + " is not writable: mkdir: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aHostWithoutSpaceIsNamedWithWhatIsNeededAndWhatIsFree() throws Exception {
        Path bin = folder.resolve("bin");
        FarHost.script(bin.resolve("df"), "echo Filesystem; echo '/dev/sda 1000 900 100 90% /'");

        assertThatThrownBy(host.with("PATH=" + bin + ":/usr/bin:/bin")::deploy)
                .hasMessage("no space for the jar in " + host.cache() + ": needs 1316 KiB, has 100 KiB");
    }

    @Test
    void aDiskThatFillsUpMeanwhileIsNamed() throws Exception {
        Path bin = folder.resolve("bin");
        FarHost.script(bin.resolve("cat"), "echo 'cat: write error: No space left on device' >&2; exit 1");

        assertThatThrownBy(host.with("PATH=" + bin + ":/usr/bin:/bin")::deploy)
                .hasMessage("no space for the jar in " + host.cache() + ": cat: write error: No space left on device");
        assertThat(host.cache()).isEmptyDirectory();
    }

    @Test
    void whoGivesUpIsBackAtOnce() throws Exception {
        Files.createDirectories(lock());
        Thread caller = Thread.currentThread();

        assertThatThrownBy(() -> new Deployment(host.jar).ensure(host.launcher(), Optional.empty(), step -> {
                    if (step.startsWith("waiting")) {
                        caller.interrupt();
                    }
                }))
                .isInstanceOf(InterruptedException.class);
    }

    private Path lock() {
        return host.cache().resolve(host.jar.farName() + ".lock");
    }

    private static Path aged(Path file, int days) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }
}
