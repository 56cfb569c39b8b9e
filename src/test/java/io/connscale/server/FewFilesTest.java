package io.connscale.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.net.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Out of files for real: in a process that may have {@value #FILES} of them. */
@Timeout(60)
class FewFilesTest {
    private static final int FILES = 128; // the JVM and the jars of its class path take half of them

    private static final Pattern ERRORS = Pattern.compile("accept EMFILE=(\\d+)");
    /** Five a second in the minute that this test has; without a pause between two it would be thousands at once. */
    private static final int MAX_ERRORS = 300;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void theServerLivesOnAndAcceptsAgainWhenFilesAreFree(Transport transport) throws Exception {
        Child child = new Child(transport, "server");
        int port = Integer.parseInt(child.line());
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 2 * FILES; i++) {
            peers.add(opened(port).send("Ping"));
        }
        await().until(child::status, status -> status.contains("accept EMFILE"));
        assertThat(errors(child)).isLessThan(MAX_ERRORS);
        assertThat(peers.get(0).receive(4)).isEqualTo("Pong");

        peers.subList(0, peers.size() - 1).forEach(Peer::close);
        assertThat(peers.get(peers.size() - 1).receive(4)).isEqualTo("Pong");
        assertThat(opened(port).ping()).isEqualTo("Pong");
        await().until(child::status, status -> status.startsWith("2 "));
    }

    private static int errors(Child child) {
        String status = child.status();
        Matcher count = ERRORS.matcher(status);
        assertThat(count.find()).as(status).isTrue();
        return Integer.parseInt(count.group(1));
    }

    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void aClientWithoutFilesIsToldSo(Transport transport) throws Exception {
        assertThat(new Child(transport, "client").line()).isEqualTo("EMFILE");
    }

    private Peer opened(int port) {
        Peer peer = new Peer(port);
        open.add(peer);
        return peer;
    }

    /** {@link FewFilesMain} as a process; ends with the test. */
    private final class Child implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;

        Child(Transport transport, String role) throws IOException {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -n " + FILES + "; exec \"$@\"",
                            "sh",
                            java,
                            Transport.flag(transport.name()),
                            "-cp",
                            System.getProperty("java.class.path"),
                            FewFilesMain.class.getName(),
                            role)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.US_ASCII);
            open.add(this);
        }

        String line() throws IOException {
            return String.valueOf(output.readLine());
        }

        String status() {
            try {
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
                return line();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
    }
}
