package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.Needs;
import java.io.File;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a sandbox forbids io_uring, as a container's does. */
@Timeout(60)
class RingRefusedTest {
    @BeforeEach
    void aSandbox() {
        Needs.command("python3");
        assumeTrue(Ring.refusal().isEmpty(), "no io_uring here: " + Ring.refusal());
    }

    private static String said(String asked) throws Exception {
        URL script = Objects.requireNonNull(RingRefusedTest.class.getResource("no-rings.py"));
        Process process = new ProcessBuilder(
                        "python3",
                        new File(script.toURI()).getPath(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RingRefusedMain.class.getName(),
                        asked)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void whoHasNotAskedForItMissesNothing() throws Exception {
        assertThat(said(Transport.AUTO)).isEqualTo("epoll false");
    }

    @Test
    void whoHasAskedForItIsToldWhatIsUsedInstead() throws Exception {
        assertThat(said(Transport.IO_URING))
                .isEqualTo(
                        "epoll true no io_uring here: a sandbox (seccomp) forbids it (EPERM) · epoll is used instead");
    }
}
