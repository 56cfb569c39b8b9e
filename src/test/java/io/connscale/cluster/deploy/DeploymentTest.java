package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.Needs;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Deployment.Installation.Copying;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar, on a host whose home folder is the test's. */
@Timeout(60)
class DeploymentTest {
    private static final int SIZE = 300_000;

    @TempDir
    Path folder;

    private RemoteHost host;

    @BeforeEach
    void host() throws IOException, AgentException {
        host = new RemoteHost(folder, SIZE);
    }

    @Test
    void aColdHostGetsTheJarUnderItsChecksumAndNothingElse() throws Exception {
        Installation there = host.deploy();

        assertThat(there.copying()).isEqualTo(Copying.CHECKED);
        assertThat(there.jar()).isEqualTo(host.farJar().toString());
        assertThat(host.farJar()).hasSameBinaryContentAs(host.jar.path());
        assertThat(host.inCache()).containsExactly(host.jar.remoteName());
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
        few(bin);
        Path java = RemoteHost.fakeJava(folder.resolve("jdk"), "17.0.1");

        Installation there = new Deployment(host.jar)
                .ensure(host.with("PATH=" + bin).launcher(), Optional.of(java.toString()), step -> {});

        assertThat(there.copying()).isEqualTo(Copying.SIZE_CHECKED);
        assertThat(there.facts().freeKiB()).as("no df there").isEqualTo(HostFacts.UNKNOWN);
        Files.write(host.farJar(), new byte[SIZE]);
        assertThat(new Deployment(host.jar)
                        .ensure(host.launcher(), Optional.of(java.toString()), step -> {})
                        .copying())
                .as("what nothing can check is not taken")
                .isEqualTo(Copying.SIZE_CHECKED);
        assertThat(host.farJar()).hasSameBinaryContentAs(host.jar.path());
    }

    private static void few(Path bin) throws IOException {
        for (String program : List.of("sh", "mkdir", "rmdir", "cat", "rm", "mv", "ls", "wc", "sed", "uname")) {
            RemoteHost.script(bin.resolve(program), "exec /bin/" + program + " \"$@\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shasum", "openssl", "busybox"})
    void anyProgramForChecksumsDoes(String program) throws Exception {
        Needs.command(program);
        Path bin = folder.resolve("bin");
        few(bin);
        RemoteHost.script(bin.resolve(program), "PATH=/usr/bin:/bin exec " + program + " \"$@\"");
        Path java = RemoteHost.fakeJava(folder.resolve("jdk"), "17.0.1");
        for (Copying copying : List.of(Copying.CHECKED, Copying.NONE)) {
            assertThat(new Deployment(host.jar)
                            .ensure(host.with("PATH=" + bin).launcher(), Optional.of(java.toString()), step -> {})
                            .copying())
                    .isEqualTo(copying);
        }
    }

    @Test
    void changedBytesOfTheSameSizeAreReplaced() throws Exception {
        host.deploy();
        Files.write(host.farJar(), new byte[SIZE]);

        assertThat(host.deploy().copying()).isEqualTo(Copying.CHECKED);
        assertThat(host.farJar()).hasSameBinaryContentAs(host.jar.path());
    }

    @Test
    void aFolderOrJarThatAnotherUserMayHavePutThereIsRefused() throws Exception {
        host.deploy();
        Path cache = host.cache();
        Path above = host.home.resolve(".cache");
        String refusal = "cache folder " + cache + " ";

        mode(cache, "rwxrwx---");
        assertThatThrownBy(host::deploy).hasMessage(refusal + "can be written by other users: nothing in it is run");
        mode(cache, "rwx----w-");
        assertThatThrownBy(host::deploy).hasMessage(refusal + "can be written by other users: nothing in it is run");
        mode(cache, "rwx------");
        mode(host.farJar(), "rw-rw-rw-");
        assertThatThrownBy(host::deploy)
                .hasMessage(refusal + "has a jar that can be written by other users: nothing in it is run");
        Files.move(host.farJar(), folder.resolve("planted"));
        Files.createSymbolicLink(host.farJar(), folder.resolve("planted"));
        assertThatThrownBy(host::deploy)
                .hasMessage(refusal + "has a jar that is a symbolic link: nothing in it is run");
        Files.delete(host.farJar());
        mode(above, "rwxrwxrwx");
        assertThatThrownBy(host::deploy)
                .hasMessage(refusal + "is in " + above + ", which everybody can write to: nothing in it is run");
        mode(above, "rwxr-xr-x");
        Files.move(cache, folder.resolve("planted folder"));
        Files.createSymbolicLink(cache, folder.resolve("planted folder"));
        assertThatThrownBy(host::deploy).hasMessage(refusal + "is a symbolic link: nothing in it is run");
    }

    @Test
    void aFolderOfAnotherUserIsRefused() throws Exception {
        Needs.root();
        host.deploy();
        Files.setAttribute(host.cache(), "unix:uid", 4242);
        assertThatThrownBy(host::deploy)
                .hasMessage("cache folder " + host.cache() + " belongs to another user: nothing in it is run");
        Files.setAttribute(host.cache(), "unix:uid", 0);
        Files.setAttribute(host.farJar(), "unix:uid", 4242);
        assertThatThrownBy(host::deploy)
                .hasMessage("cache folder " + host.cache()
                        + " has a jar that belongs to another user: nothing in it is run");
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
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
        assertThat(host.inCache()) // where one came after the other it left a note of its use, too
                .filteredOn(name -> !name.endsWith(".used"))
                .containsExactly(host.jar.remoteName());
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
        Files.writeString(host.cache().resolve(host.jar.remoteName() + ".connscale-0.part"), "broken off");

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
    void aJarInUseIsKeptAsItIsAndSoIsItsArchiveOfClasses() throws Exception {
        host.deploy();
        Path archive = Files.createFile(sibling("-agent-java17.0.15.jsa"));
        FileTime time = Files.getLastModifiedTime(aged(host.farJar(), 99));

        host.deploy();
        new RemoteHost(folder, SIZE + 1).deploy();

        assertThat(Files.getLastModifiedTime(host.farJar()))
                .as("a JVM compares it")
                .isEqualTo(time);
        assertThat(archive).exists();
        aged(sibling(".jar.used"), 40);
        new RemoteHost(folder, SIZE + 2).deploy();
        assertThat(host.farJar()).doesNotExist();
        assertThat(host.inCache()).as("all of it is gone").noneMatch(name -> name.contains(host.jar.sha256()));
    }

    @Test
    void archivesOfClassesGoWithTheirJar() throws Exception {
        Path cache = Files.createDirectories(host.cache());
        mode(cache, "rwx------");
        Path orphan = Files.createFile(cache.resolve("connscale-gone-agent-java17.0.15.jsa"));
        Path brokenOff = aged(Files.createFile(cache.resolve("connscale-x-agent-java17.jsa.4711")), 3);
        Path beingMade = Files.createFile(cache.resolve("connscale-x-agent-java17.jsa.4712"));

        host.deploy();

        assertThat(orphan).doesNotExist();
        assertThat(brokenOff).doesNotExist();
        assertThat(beingMade).exists();
    }

    private Path sibling(String end) {
        return host.farJar().resolveSibling(host.jar.remoteName().replaceAll("\\.jar$", "") + end);
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
        RemoteHost.script(bin.resolve("df"), "echo Filesystem; echo '/dev/sda 1000 900 100 90% /'");

        assertThatThrownBy(host.with("PATH=" + bin + ":/usr/bin:/bin")::deploy)
                .hasMessage("no space for the jar in " + host.cache() + ": needs 1316 KiB, has 100 KiB");
    }

    @Test
    void aDiskThatFillsUpMeanwhileIsNamed() throws Exception {
        Path bin = folder.resolve("bin");
        RemoteHost.script(bin.resolve("cat"), "echo 'cat: write error: No space left on device' >&2; exit 1");

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
        return host.cache().resolve(host.jar.remoteName() + ".lock");
    }

    private static Path aged(Path file, int days) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }
}
