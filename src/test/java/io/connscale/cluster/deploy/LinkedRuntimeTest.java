package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.control.AgentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java that is brought, for the console's own architecture and for another. */
@Timeout(180)
class LinkedRuntimeTest {
    /** The folder {@code jmods} of a JDK 17 for aarch64; what needs it is skipped without. */
    private static final String AARCH64 = "CONNSCALE_TEST_AARCH64_JMODS";

    private static final Path HOME = Path.of(System.getProperty("java.home"));

    @TempDir
    private Path folder;

    private RuntimeImage image(@Nullable Path foreign) {
        return new RuntimeImage(folder, folder, HOME, System.getProperty("java.version"), Optional.ofNullable(foreign));
    }

    private static String other() {
        return System.getProperty("os.arch").equals("aarch64") ? "x86_64" : "aarch64";
    }

    @Test
    void forAnotherArchitectureItsModulesHaveToBeGiven() {
        AgentException none =
                catchThrowableOfType(AgentException.class, () -> image(null).archive(other()));
        assertThat(none.message()).startsWith("no Java there, and none to bring for " + other());
        assertThat(none.hint()).startsWith("set CONNSCALE_JMODS to the folder jmods of a JDK ");
        AgentException nowhere = catchThrowableOfType(
                AgentException.class, () -> image(folder.resolve("nowhere")).archive(other()));
        assertThat(nowhere)
                .hasMessage("no Java to bring for " + other() + ": no java.base.jmod in " + folder + "/nowhere");
    }

    /** They were taken, and the host was sent a Java that it can't run. */
    @Test
    void modulesForTheWrongArchitectureAreRefused() {
        Path own = HOME.resolve("jmods");
        assumeTrue(Files.isDirectory(own), "needs a JDK with jmods");
        AgentException wrong =
                catchThrowableOfType(AgentException.class, () -> image(own).archive(other()));
        assertThat(wrong.message())
                .startsWith("no Java to bring for " + other() + ": the modules in " + own + " are for ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void realModulesForAarch64MakeAnImageForIt() throws Exception {
        String jmods = System.getenv(AARCH64);
        assumeTrue(jmods != null && !other().equals("x86_64"), "needs " + AARCH64 + ", on another architecture");
        Path packed = image(Path.of(jmods)).archive("arm64").path();
        assertThat(packed.getFileName()).asString().endsWith("-linux-aarch64.tar.gz");
        Process tar =
                new ProcessBuilder("tar", "-C", folder.toString(), "-xzf", packed.toString(), "./bin/java").start();
        assertThat(tar.waitFor()).isZero();
        assertThat(RuntimeImage.architecture(folder.resolve("bin/java"))).isEqualTo("aarch64");
    }
}
