package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel says in proc(5), in a folder of our own. */
class LimitsTest {
    private static final int UNKNOWN = Limits.UNKNOWN;
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max cpu time              unlimited            unlimited            seconds
            Max open files            %s %s files
            Max locked memory         8388608              8388608              bytes
            """;

    @TempDir
    private Path proc;

    @Test
    void readsFilesAndPorts() throws IOException {
        write("self/limits", String.format(LIMITS, "1024               ", "524288             "));
        write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        assertThat(read()).isEqualTo(new Limits(1024, 524_288, 32_768, 60_999));
        assertThat(read().ports()).isEqualTo(28_232);
    }

    @Test
    void unlimitedIsMoreThanAnyNumber() throws IOException {
        write("self/limits", String.format(LIMITS, "unlimited", "unlimited"));
        assertThat(read().softFiles()).isEqualTo(Long.MAX_VALUE);
        assertThat(read().hardFiles()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void withoutTheFilesAllIsUnknown() {
        assertThat(read()).isEqualTo(new Limits(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN));
        assertThat(read().ports()).isEqualTo(UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "what?\n", "\0\1", "Max open files\n", "Max open files x y files\n"})
    void whatCannotBeReadIsUnknown(String text) throws IOException {
        write("self/limits", text);
        write("sys/net/ipv4/ip_local_port_range", text);
        assertThat(read()).isEqualTo(new Limits(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN));
    }

    @Test
    void halfARangeIsNoRange() throws IOException {
        write("sys/net/ipv4/ip_local_port_range", "32768\n");
        assertThat(read().ports()).isEqualTo(UNKNOWN);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theRealOnesAreKnown() {
        Limits limits = Limits.ofThisProcess();
        assertThat(limits.softFiles()).isBetween(1L, limits.hardFiles());
        assertThat(limits.ports()).isPositive();
    }

    private Limits read() {
        return Limits.read(proc);
    }

    private void write(String file, String text) throws IOException {
        Path path = proc.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
