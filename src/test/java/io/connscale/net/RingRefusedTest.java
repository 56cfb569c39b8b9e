package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.Needs;
import java.io.File;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        assumeTrue(RingHandler.refusal().isEmpty(), "no io_uring here: " + RingHandler.refusal());
    }

    private static String said(String asked) throws Exception {
        URL script = Objects.requireNonNull(RingRefusedTest.class.getResource("no-rings.py"));
        return said(List.of("python3", new File(script.toURI()).getPath()), asked);
    }

    private static String said(List<String> before, String... asked) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RingRefusedMain.class.getName()));
        command.addAll(List.of(asked));
        Process process = new ProcessBuilder(command)
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

    /** It is counted for each user; whoever may lock any memory is not asked. */
    @Test
    void whereNoMoreMemoryMayBeLockedFurtherLoopsGoByEpoll() throws Exception {
        Needs.command("setpriv");
        boolean root = "root".equals(System.getProperty("user.name"));
        String without = root ? "setpriv --bounding-set=-ipc_lock " : "";
        List<String> before = List.of("sh", "-c", "ulimit -l 400; exec " + without + "\"$@\"", "sh");
        assertThat(said(before, Transport.IO_URING, "6")).matches("\\{EpollLinks=[345], RingLinks=[123]} true");
        List<String> none = List.of("sh", "-c", "ulimit -l 64; exec " + without + "\"$@\"", "sh");
        assertThat(said(none, Transport.IO_URING))
                .isEqualTo("epoll true no io_uring here: this user may have no more locked memory (ENOMEM; ulimit -l)"
                        + " · epoll is used instead");
    }

    @Test
    void whoHasAskedForItIsToldWhatIsUsedInstead() throws Exception {
        assertThat(said(Transport.IO_URING))
                .isEqualTo(
                        "epoll true no io_uring here: a sandbox (seccomp) forbids it (EPERM) · epoll is used instead");
    }
}
