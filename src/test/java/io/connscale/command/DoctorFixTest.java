package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.Needs;
import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor --fix}, {@code --undo} and {@code --script}: the script itself, in a root folder of its own, and what is asked before it. */
@Timeout(60)
class DoctorFixTest {
    private static final String PORTS = "net/ipv4/ip_local_port_range";

    @TempDir
    private Path root;

    @BeforeEach
    void machine() throws IOException {
        Needs.command("sh");
        set(PORTS, "32768\t60999");
        set("net/core/somaxconn", "128");
    }

    private void set(String setting, String value) throws IOException {
        Path file = root.resolve("proc/sys").resolve(setting);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value + "\n");
    }

    private String now(String setting) throws IOException {
        return Files.readString(root.resolve("proc/sys").resolve(setting)).strip();
    }

    private String etc(String file) throws IOException {
        return Files.readString(root.resolve("etc").resolve(file));
    }

    private String script(String... words) throws Exception {
        try (InputStream in = Objects.requireNonNull(DoctorFix.class.getResourceAsStream("fix.sh"))) {
            List<String> command =
                    new ArrayList<>(List.of("sh", "-c", new String(in.readAllBytes(), StandardCharsets.UTF_8), "sh"));
            command.addAll(List.of(words));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("CONNSCALE_ROOT", root.toString());
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() + "\n" + said.replace(root.toString(), "");
        }
    }

    @Test
    void whatIsFixedIsUndone() throws Exception {
        String fixed = script(
                "fix",
                "sysctl:net.ipv4.ip_local_port_range=1024 65535",
                "sysctl:net.core.somaxconn=4096",
                "limit:nofile=1048576",
                "systemd:DefaultLimitNOFILE=1048576");

        assertThat(fixed).isEqualTo("""
                0
                wrote /etc/sysctl.d/90-connscale.conf
                wrote /etc/security/limits.d/90-connscale.conf
                wrote /etc/systemd/system.conf.d/90-connscale.conf
                set net.ipv4.ip_local_port_range = 1024 65535
                set net.core.somaxconn = 4096
                limits of processes hold for logins and services from now on
                """);
        assertThat(etc("sysctl.d/90-connscale.conf")).endsWith("""
                # was net.ipv4.ip_local_port_range = 32768 60999
                net.ipv4.ip_local_port_range = 1024 65535
                # was net.core.somaxconn = 128
                net.core.somaxconn = 4096
                """);
        assertThat(etc("security/limits.d/90-connscale.conf")).endsWith("* - nofile 1048576\nroot - nofile 1048576\n");
        assertThat(etc("systemd/system.conf.d/90-connscale.conf")).endsWith("[Manager]\nDefaultLimitNOFILE=1048576\n");
        assertThat(now(PORTS)).isEqualTo("1024 65535");

        assertThat(script("undo"))
                .startsWith("0\nset net.ipv4.ip_local_port_range = 32768 60999\nset net.core.somaxconn = 128\n");
        assertThat(now(PORTS)).isEqualTo("32768 60999");
        assertThat(now("net/core/somaxconn")).isEqualTo("128");
        try (var left = Files.walk(root.resolve("etc"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(script("undo")).isEqualTo("0\nnothing to undo\n");
    }

    @Test
    void aSecondFixKeepsWhatWasBeforeTheFirst() throws Exception {
        script("fix", "sysctl:net.core.somaxconn=4096");
        script("fix", "sysctl:net.core.somaxconn=8192");
        assertThat(now("net/core/somaxconn")).isEqualTo("8192");
        script("undo");
        assertThat(now("net/core/somaxconn")).isEqualTo("128");
    }

    /** What it fixed was no finding any more: the second wrote its own over it, which neither lasted nor was undone. */
    @Test
    void aSecondFixOfSomethingElseKeepsTheFirst() throws Exception {
        script(
                "fix",
                "sysctl:net.core.somaxconn=4096",
                "limit:nofile=1000",
                "limit:nproc=10",
                "systemd:DefaultLimitNOFILE=1000");
        script(
                "fix",
                "sysctl:net.ipv4.ip_local_port_range=1024 65535",
                "limit:nofile=2000",
                "systemd:DefaultTasksMax=9");
        assertThat(etc("sysctl.d/90-connscale.conf")).endsWith("""
                # was net.core.somaxconn = 128
                net.core.somaxconn = 4096
                # was net.ipv4.ip_local_port_range = 32768 60999
                net.ipv4.ip_local_port_range = 1024 65535
                """);
        assertThat(etc("security/limits.d/90-connscale.conf"))
                .endsWith("\n* - nproc 10\nroot - nproc 10\n* - nofile 2000\nroot - nofile 2000\n")
                .doesNotContain("1000");
        assertThat(etc("systemd/system.conf.d/90-connscale.conf"))
                .endsWith("\n[Manager]\nDefaultLimitNOFILE=1000\nDefaultTasksMax=9\n");
        script("undo");
        assertThat(now("net/core/somaxconn")).isEqualTo("128");
        assertThat(now(PORTS)).isEqualTo("32768 60999");
    }

    /** It went on, set what it could not write, and ended as if all were well. */
    @Test
    void whereNothingCanBeWrittenNothingIsChanged() throws Exception {
        Files.writeString(root.resolve("etc"), "no folder");
        assertThat(script("fix", "sysctl:net.core.somaxconn=4096", "limit:nofile=1000"))
                .startsWith("1\n")
                .endsWith("/etc/sysctl.d can't be made\n");
        assertThat(now("net/core/somaxconn")).isEqualTo("128");
    }

    @Test
    void somebodyElsesFileStays() throws Exception {
        Path file = root.resolve("etc/sysctl.d/90-connscale.conf");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "net.core.somaxconn = 1\n");
        for (String todo : List.of("fix", "undo")) {
            assertThat(script(todo, "sysctl:net.core.somaxconn=4096"))
                    .isEqualTo(
                            "1\n/etc/sysctl.d/90-connscale.conf is there and was not written by doctor --fix: move it away\n");
        }
        assertThat(file).hasContent("net.core.somaxconn = 1\n");
        assertThat(now("net/core/somaxconn")).isEqualTo("128");
    }

    @Test
    void whatCanNotBeSetNowIsSaidAndWritten() throws Exception {
        assertThat(script("fix", "sysctl:net.none.such=1"))
                .contains("wrote /etc/sysctl.d/90-connscale.conf", "not set now, at the next restart: net.none.such: ");
    }

    /**
     * The real {@code /etc}, as a copy in a mount namespace, and a network of its own: what reads those files finds them, and after
     * {@code undo} all is as it was, byte for byte. Run as {@code doctor --script} prints it.
     */
    @Test
    void whatIsWrittenIsReadByLoginsAndSysctlAndIsGoneAfterwards() throws Exception {
        Needs.root();
        for (String program : List.of("unshare", "mount", "sysctl", "su")) {
            Needs.command(program);
        }
        Path script = root.resolve("script");
        try (InputStream in = Objects.requireNonNull(DoctorFix.class.getResourceAsStream("fix.sh"))) {
            Files.writeString(
                    script,
                    "#!/bin/sh\n[ \"$1\" = undo ] || set -- fix 'sysctl:net.ipv4.ip_local_port_range=2000 60000' limit:nofile=12345"
                            + " systemd:DefaultLimitNOFILE=12345\n"
                            + new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        Path enter = Files.writeString(root.resolve("enter"), """
                set -e
                mount -t tmpfs none /mnt
                cp -a /etc /mnt/etc
                rm -rf /mnt/etc/systemd/system.conf.d /mnt/etc/sysctl.conf /mnt/etc/sysctl.d/*
                mount --bind /mnt/etc /etc
                for other in /usr/lib/sysctl.d /usr/local/lib/sysctl.d /run/sysctl.d; do
                  [ ! -d $other ] || mount -t tmpfs none $other
                done
                print() { (cd /etc && find . | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum; }
                before=$(print)
                sh "$1" > /dev/null
                echo 10000 20000 > /proc/sys/net/ipv4/ip_local_port_range
                sysctl -q --system > /dev/null
                echo "sysctl: $(tr '\\t' ' ' < /proc/sys/net/ipv4/ip_local_port_range)"
                echo "a new login: $(su - root -c 'ulimit -Hn')"
                if command -v systemd-analyze > /dev/null; then
                  systemd-analyze cat-config systemd/system.conf | grep -q '^DefaultLimitNOFILE=12345$'
                fi
                sh "$1" undo | sed -n 1p
                [ "$(print)" = "$before" ] && echo 'as it was'
                """);
        Process process = new ProcessBuilder(
                        "unshare", "-m", "-n", "-p", "-f", "--mount-proc", "sh", enter.toString(), script.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("""
                sysctl: 2000 60000
                a new login: 12345
                set net.ipv4.ip_local_port_range = 32768 60999
                as it was
                """);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void nothingIsWrittenUnlessSomebodyAgrees() throws Exception {
        try (MiniCluster mini = MiniCluster.of("client1").start()) {
            table(mini, "start client1");
            Said said = table(mini, "doctor --fix");
            if (!said.out().equals("nothing to fix\n")) { // a machine that needs nothing has nothing to ask
                assertThat(said.exit()).isEqualTo(1);
                assertThat(said.err()).contains("error: nothing was changed\n  answer yes, or add --yes");
            }
            assertThat(table(mini, "doctor --fix --undo").err()).contains("doctor: one of --fix, --undo and --script");
            Said script = table(mini, "doctor --script");
            assertThat(script.exit()).isZero();
            assertThat(script.out()).matches("(?s)#!/bin/sh\n# connscale doctor --script, for .*|# nothing to fix\n");
            assertThat(json(mini, "doctor --script").last()).contains("\"result\":{\"machines\":{");
        }
    }
}
