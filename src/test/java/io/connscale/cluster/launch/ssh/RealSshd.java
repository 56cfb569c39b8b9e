package io.connscale.cluster.launch.ssh;

import static io.connscale.net.FreePort.freePort;

import io.connscale.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * OpenSSH's server on a loopback port, with keys and a configuration of its own, whose host key a user knows and who knows
 * that user's key. Ended by its pid.
 */
final class RealSshd implements AutoCloseable {
    private final Path folder;
    private final int port;
    private Process sshd;

    /** @param settings further lines of {@code sshd_config} */
    RealSshd(TestHome home, Path folder, String... settings) throws Exception {
        Needs.command("sshd");
        Needs.command("ssh-keygen");
        this.folder = new TestHome(folder).folder();
        this.port = freePort();
        if ("root".equals(System.getProperty("user.name"))) {
            Files.createDirectories(Path.of("/run/sshd")); // sshd insists on it
        }
        Path hostKey = new TestHome(folder.resolve("host")).key("key", "ed25519", "");
        home.know(port, TestHome.pub(hostKey));
        if (!Files.exists(home.userKey())) {
            home.key("user_key", "ed25519", "");
        }
        letIn(home.userKey());
        Files.write(folder.resolve("sshd_config"), config(hostKey, settings));
        sshd = started();
    }

    private Process started() throws IOException {
        Process process = new ProcessBuilder(program(), "-D", "-e", "-f", folder.resolve("sshd_config") + "")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("sshd.log").toFile()))
                .start();
        Awaitility.await().until(this::answers);
        return process;
    }

    private static String program() throws IOException {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .map(path -> Path.of(path, "sshd"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow()
                .toString(); // it wants its absolute path
    }

    private List<String> config(Path hostKey, String... settings) {
        List<String> lines = new ArrayList<>(List.of(settings));
        lines.addAll(List.of(
                "Port " + port,
                "ListenAddress 127.0.0.1",
                "HostKey " + hostKey,
                "AuthorizedKeysFile " + folder.resolve("authorized_keys"),
                "PidFile none",
                "UsePAM no",
                "StrictModes no",
                "PermitRootLogin yes",
                "PasswordAuthentication no",
                "SetEnv HOME=" + folder, // the user's own rc files may be slow, and a killed one may leave locks behind
                "LogLevel VERBOSE"));
        return lines;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets the owner of this key in. */
    void letIn(Path key) throws IOException {
        Files.writeString(
                folder.resolve("authorized_keys"),
                Files.readString(Path.of(key + ".pub")),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    int port() {
        return port;
    }

    /** The processes that serve connections, and what was started over them. */
    List<ProcessHandle> children() {
        return sshd.descendants().toList();
    }

    /** The process that serves each connection, in the order in which they came. */
    List<ProcessHandle> connections() {
        return sshd.children().sorted(Comparator.comparing(ProcessHandle::pid)).toList();
    }

    /** How often somebody logged in. */
    long logins() {
        return log().lines()
                .filter(line -> line.startsWith("Accepted publickey"))
                .count();
    }

    String log() {
        try {
            return Files.readString(folder.resolve("sshd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void restart() throws IOException {
        close();
        sshd = started();
    }

    @Override
    public void close() {
        children().forEach(ProcessHandle::destroyForcibly);
        sshd.destroyForcibly().onExit().join();
    }
}
