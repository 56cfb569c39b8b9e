package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine's OpenSSH server: its host key, its configuration, its log, and the process. For the test's thread. */
final class Sshd {
    private static final Duration LISTENING = Duration.ofSeconds(30);

    private final Machine machine;
    private final HostPlan plan;
    private final Path folder;
    private @Nullable Process process;

    Sshd(Machine machine, HostPlan plan, Path authorizedKeys) {
        this.machine = machine;
        this.plan = plan;
        this.folder = machine.folder();
        Keys.make(hostKey());
        Folders.write(folder.resolve("sshd_config"), configuration(authorizedKeys));
    }

    private Path hostKey() {
        return folder.resolve("host_key");
    }

    Path log() {
        return folder.resolve("sshd.log");
    }

    /** Takes another host key, from the next start on: a machine that was set up anew. */
    void changeHostKey() {
        Keys.make(hostKey());
    }

    String publicHostKey() {
        return Keys.publicHalf(hostKey());
    }

    /** Starts it, and waits until it listens. */
    void start() {
        Folders.write(log(), "");
        try {
            process = new ProcessBuilder(command())
                    .redirectOutput(log().toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await(plan.name() + " sshd")
                .atMost(LISTENING)
                .pollInterval(Duration.ofMillis(20))
                .until(this::listens);
    }

    private boolean listens() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException(plan.name() + ": sshd ended: " + Folders.read(log()));
        }
        return Folders.read(log()).contains("Server listening on ::");
    }

    private List<String> command() {
        List<String> steps = new ArrayList<>(List.of("mkdir -p /run/sshd")); // its own, where no service made it
        steps.addAll(plan.before());
        steps.add("exec /usr/sbin/sshd -D -e -f " + folder.resolve("sshd_config"));
        return List.of(machine.in().toString(), "sh", "-c", String.join(" && ", steps));
    }

    /** The first line that names a setting wins. No PAM, no subsystem: a host needs neither. */
    private String configuration(Path authorizedKeys) {
        List<String> lines = new ArrayList<>(plan.sshd());
        lines.addAll(List.of(
                "HostKey " + hostKey(),
                "AuthorizedKeysFile " + authorizedKeys,
                "PidFile " + folder.resolve("sshd.pid"),
                "SetEnv PATH=" + Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin:/usr/sbin:/sbin",
                "StrictModes no",
                "UsePAM no",
                "PermitRootLogin prohibit-password",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "PrintMotd no",
                "LogLevel VERBOSE"));
        return (String.join("\n", lines) + "\n").replace("~/", machine.home() + "/");
    }
}
