package io.connscale.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.Needs;
import io.connscale.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    private static final byte[] NEW = "new".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private Path old(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "the one before");
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    @Test
    void anotherFileTakesThePlaceOfTheOneBefore() throws Exception {
        Path file = old("file");
        Object before = Files.getAttribute(file, "unix:ino");
        WholeFile.write(file, NEW);
        assertThat(file).hasContent("new");
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
        assertThat(folder.toFile().list()).containsExactly("file");
        WholeFile.write(folder.resolve("other"), NEW);
        assertThat(folder.resolve("other")).hasContent("new");
    }

    @Test
    void aNameMayBeAsLongAsIsAllowed() throws Exception {
        Path file = folder.resolve("x".repeat(255));
        WholeFile.write(file, "the one before".getBytes(UTF_8));
        WholeFile.write(file, NEW);
        assertThat(file).hasContent("new");
    }

    @Test
    void onAFullDiskTheOneBeforeStays() throws Exception {
        try (SmallDisk small = new SmallDisk(folder, 64)) {
            Path file = Files.writeString(small.resolve("file"), "the one before");
            byte[] large = new byte[256 << 10];
            Arrays.fill(large, (byte) 'x');
            assertThatThrownBy(() -> WholeFile.write(file, large))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThat(file).hasContent("the one before");
            assertThat(folder.toFile().list()).containsExactly("file");
        }
    }

    @Test
    void aLinkStaysAndWhatItLeadsToIsWritten() throws Exception {
        Path there = Files.createDirectory(folder.resolve("there"));
        Path file = Files.writeString(there.resolve("file"), "the one before");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("there", "link"));
        Files.createSymbolicLink(there.resolve("link"), Path.of("file"));
        WholeFile.write(link, NEW);
        assertThat(link).isSymbolicLink();
        assertThat(file).isRegularFile().hasContent("new");
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), there.resolve("later"));
        WholeFile.write(dangling, NEW);
        assertThat(dangling).isSymbolicLink();
        assertThat(there.resolve("later")).hasContent("new");
        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThatThrownBy(() -> WholeFile.write(loop, NEW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic links");
    }

    @Test
    void permissionsStay() throws Exception {
        for (String mode : new String[] {"rw-------", "rw-rw-rw-", "rwxr-x---"}) {
            Path file = old(mode);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            WholeFile.write(file, NEW);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(mode);
        }
    }

    @Test
    void theOwnerStays() throws Exception {
        Needs.root();
        Path file = old("file");
        Files.setAttribute(file, "unix:uid", 12345);
        Files.setAttribute(file, "unix:gid", 12346);
        WholeFile.write(file, NEW);
        assertThat(file).hasContent("new");
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12345);
        assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(12346);
    }

    @Test
    void aFileThatIsMountedIsWrittenDirectly() throws Exception {
        Needs.root();
        Path file = old("file");
        Path mounted = old("mounted");
        run("mount", "--bind", file.toString(), mounted.toString());
        try {
            WholeFile.write(mounted, NEW);
            assertThat(file).hasContent("new");
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file", "mounted");
        } finally {
            run("umount", mounted.toString());
        }
    }

    @Test
    void aFifoIsWrittenDirectly() throws Exception {
        Path fifo = folder.resolve("fifo");
        run("mkfifo", fifo.toString());
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(fifo);
            } catch (IOException e) {
                return e.toString();
            }
        });
        WholeFile.write(fifo, NEW);
        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("new");
        assertThat(folder.toFile().list()).containsExactly("fifo");
    }

    /** {@code report --to /dev/stdout > FILE}: what is printed afterwards is to be there too. */
    @Test
    void anOpenFileIsWrittenDirectly() throws Exception {
        Path file = old("file");
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            Path link = null;
            try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
                for (Path one : all.toList()) {
                    if (Files.isSymbolicLink(one) && Files.readSymbolicLink(one).equals(file.toRealPath())) {
                        link = one;
                    }
                }
            }
            assertThat(link).isNotNull();
            WholeFile.write(Files.createSymbolicLink(folder.resolve("stdout"), link), NEW);
            assertThat(open.readLine()).isEqualTo("new");
        }
    }

    @Test
    void whatCanNotBeWrittenSaysWhy() throws Exception {
        assertThatThrownBy(() -> WholeFile.write(folder, NEW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Is a directory");
        assertThatThrownBy(() -> WholeFile.write(Path.of("/"), NEW)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> WholeFile.write(folder.resolve("no/file"), NEW))
                .isInstanceOf(NoSuchFileException.class);
    }
}
