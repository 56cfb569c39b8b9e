package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketOwnersTest {
    @TempDir
    private Path proc;

    /** A file that is no link can't be read as one, just as a descriptor that was closed after it was listed. */
    @Test
    void descriptorsThatAreClosedMeanwhileHideNoOther() throws IOException {
        Path descriptors = Files.createDirectories(proc.resolve("123/fd"));
        Files.writeString(proc.resolve("123/comm"), "server\n");
        for (int i = 0; i < 20; i++) {
            Files.createFile(descriptors.resolve("1" + i));
        }
        Files.createSymbolicLink(descriptors.resolve("7"), Path.of("socket:[4711]"));
        Files.createSymbolicLink(descriptors.resolve("8"), Path.of("socket:[4712]"));

        assertThat(SocketOwners.of(proc, Set.of(4711L, 4712L), System.nanoTime() + 60_000_000_000L))
                .isEqualTo(Map.of(4711L, "server, pid 123", 4712L, "server, pid 123"));
    }
}
