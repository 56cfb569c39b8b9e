package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.SshAddress;
import io.connscale.cluster.launch.Handover;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.cluster.launch.StderrTail;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import io.connscale.control.AgentException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Over SSH by the program {@code ssh}, which can do what SSHJ can't: ProxyCommand, FIDO keys, GSSAPI, a connection that another
 * {@code ssh} holds open (ControlMaster). One {@code ssh} per command. What {@code hosts.yaml} says goes first, as
 * options; the rest is the user's own configuration. Nobody is asked: an unknown host key is refused unless {@code accept-new} is
 * said, and a changed one always.
 */
public final class OpenSshLauncher implements Launcher {
    /** The beginning of a hint where SSHJ is at its end; what comes behind says what that program does. */
    static final String HINT = "launch: openssh in hosts.yaml has the ssh program connect, which ";

    /** How {@code ssh} itself ends where it can't connect, or lost the connection (ssh(1), EXIT STATUS). */
    private static final int NO_CONNECTION = 255;

    /**
     * A command that a signal ended would look like a lost connection, and {@code ssh} itself, ended by a signal, like its command. So a
     * shell waits there and makes signal n exit code 64 + n, which none of our commands has; {@link Remote} makes it 128 + n again.
     */
    private static final String SIGNALS = "exec 3>&2 2> /dev/null; (exec \"$@\" 2>&3 3>&-); code=$?; "
            + "[ $code -le 128 ] || code=$((code - 64)); exit $code";

    private static final int SIGNAL = 128;
    private static final int SIGNALLED = 64;
    private static final int MAX_SIGNAL = 31;

    private static final int UNKNOWN = -1;
    private static final long EXIT_SECONDS = 2;

    private static final Pattern CHANGED = Pattern.compile("Host key for (\\S+) has changed and .*");
    private static final Pattern OFFENDING = Pattern.compile("Offending (?:key for IP|\\S+ key) in (.+):(\\d+)");
    private static final Pattern NOT_KNOWN = Pattern.compile("No (\\S+) host key is known for (\\S+) and .*");
    private static final Pattern REVOKED = Pattern.compile(".* host key for (\\S+) .*revoked.*");
    /** Where many log in at once, sshd closes at random before it has said who it is (MaxStartups). */
    private static final Pattern BUSY = Pattern.compile("kex_exchange_identification: "
            + "(Connection closed|read: Connection reset|banner line 0: (Exceeded MaxStartups|Not allowed)).*");

    private static final Pattern DENIED = Pattern.compile("(\\S+): Permission denied \\((.*)\\)\\.");
    /** What may have kept a key from being used; said before the server's refusal. */
    private static final Pattern KEY_FAILURE =
            Pattern.compile("no such identity: .*|Load key .*|sign_and_send_pubkey: .*|Permissions .* are too open\\.");

    private final Launch.Ssh launch;
    private final LocalUser user;
    private final Timeouts timeouts;
    private final LocalLauncher here = new LocalLauncher();

    /** A launcher that has started nothing yet. */
    public OpenSshLauncher(Launch.Ssh launch) {
        this(launch, LocalUser.current(), Timeouts.USUAL);
    }

    OpenSshLauncher(Launch.Ssh launch, LocalUser user, Timeouts timeouts) {
        this.launch = launch;
        this.user = user;
        this.timeouts = timeouts;
    }

    @Override
    public Process start(List<String> command) throws AgentException, InterruptedException {
        List<String> watched = new ArrayList<>(List.of("sh", "-c", SIGNALS, "sh"));
        watched.addAll(command);
        List<String> words = words();
        for (int attempt = 1; ; attempt++) {
            AtomicBoolean busy = new AtomicBoolean();
            try {
                return new Remote(Handover.exec(here.start(words), watched, (errors, noise) -> {
                    busy.set(find(BUSY, errors.lines()).isPresent());
                    return failure(errors, noise);
                }));
            } catch (AgentException e) {
                if (!busy.get() || attempt == Dialer.MAX_TRIES) {
                    throw e;
                }
            }
            timeouts.pause(attempt);
        }
    }

    /** The words that start a shell over there. */
    List<String> words() throws AgentException, InterruptedException {
        OpenSshConfig config = config(launch.address());
        List<String> words = client(launch.address(), config);
        option(words, "ClearAllForwardings=yes");
        option(words, "RemoteCommand=none");
        launch.key().ifPresent(key -> option(words, "IdentitiesOnly=yes"));
        if (config.one("controlpersist").orElse("no").equals("no")) {
            option(words, "ControlMaster=no"); // as the first of several it would end the others with itself
        }
        if (launch.jump().isPresent()) {
            option(
                    words,
                    "ProxyCommand=" + through(SshAddress.parse(launch.jump().get())));
        }
        words.addAll(List.of("--", launch.host(), "exec " + String.join(" ", Handover.SHELL)));
        return words;
    }

    private OpenSshConfig config(SshAddress address) throws AgentException, InterruptedException {
        return OpenSshConfig.find(address, user)
                .orElseThrow(() -> new AgentException(
                        "no command ssh on this machine",
                        "launch: openssh needs it: install OpenSSH's client, or leave launch out"));
    }

    /** What {@code -J} does, which would leave out the key, the known hosts and the rule that {@code hosts.yaml} has. */
    private String through(SshAddress jump) throws AgentException, InterruptedException {
        String words =
                client(jump, config(jump)).stream().map(OpenSshLauncher::quoted).collect(Collectors.joining(" "));
        return words.replace("%", "%%") + " -W '[%h]:%p' -- " + quoted(jump.host());
    }

    private List<String> client(SshAddress to, OpenSshConfig config) {
        List<String> words = new ArrayList<>(user.client());
        words.addAll(List.of("-T", "-a", "-x"));
        option(words, "BatchMode=yes");
        option(words, "LogLevel=INFO"); // its last line says what went wrong
        option(words, "ConnectTimeout=" + timeouts.connect());
        option(words, "ServerAliveInterval=" + timeouts.keepAlive());
        option(words, "ServerAliveCountMax=" + Math.max(1, timeouts.silence() / timeouts.keepAlive()));
        boolean accepts = HostKeyCheck.Rule.of(launch, config) == HostKeyCheck.Rule.ACCEPT;
        option(words, "StrictHostKeyChecking=" + (accepts ? "accept-new" : "yes"));
        launch.knownHosts().ifPresent(file -> option(words, "UserKnownHostsFile=" + path(file)));
        launch.key().ifPresent(file -> option(words, "IdentityFile=" + path(file)));
        to.user().ifPresent(name -> words.addAll(List.of("-l", name)));
        to.port().ifPresent(port -> words.addAll(List.of("-p", String.valueOf(port))));
        return words;
    }

    private static void option(List<String> words, String option) {
        words.addAll(List.of("-o", option));
    }

    /** As {@code ssh_config} takes a path as it is. */
    private String path(String written) {
        String path = user.path(written).toString();
        return '"' + path.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%") + '"';
    }

    private AgentException failure(StderrTail errors, Handover.Noise noise) {
        if (!errors.exitIs(NO_CONNECTION)) {
            return Handover.ended(errors, noise);
        }
        List<String> said = errors.lines();
        return changed(said)
                .or(() -> find(NOT_KNOWN, said).map(this::notKnown))
                .or(() -> find(REVOKED, said)
                        .map(line -> new AgentException(
                                "HOST KEY REVOKED: " + line.group(1) + " shows a key that is revoked",
                                "give the host a new key")))
                .or(() -> find(DENIED, said).map(line -> denied(line, said)))
                .orElseGet(() -> new AgentException(
                        said.isEmpty()
                                ? "ssh ended with exit code " + NO_CONNECTION + " and said nothing"
                                : "ssh could not connect: " + said.get(said.size() - 1),
                        byHand() + " tries the same"));
    }

    private static Optional<AgentException> changed(List<String> said) {
        return find(CHANGED, said).map(host -> {
            Optional<MatchResult> before = find(OFFENDING, said);
            return new AgentException(
                    "HOST KEY CHANGED: " + host.group(1) + " shows another key"
                            + before.map(line -> " than " + line.group(1) + ":" + line.group(2))
                                    .orElse("")
                            + "; somebody may be listening in, or the host was installed anew",
                    "only if you know why it changed: ssh-keygen "
                            + before.map(line -> "-f '" + line.group(1) + "' ").orElse("") + "-R '" + host.group(1)
                            + "'");
        });
    }

    private AgentException notKnown(MatchResult line) {
        return new AgentException(
                "host key unknown: no " + line.group(1) + " key of " + line.group(2) + " is known",
                "connect once with " + byHand() + "; hostKey: accept-new takes it unseen");
    }

    private AgentException denied(MatchResult line, List<String> said) {
        String why = said.stream()
                .filter(text -> KEY_FAILURE.matcher(text).matches())
                .map(text -> "; " + text)
                .collect(Collectors.joining());
        return new AgentException(
                "permission denied: " + line.group(1) + " takes " + line.group(2) + why,
                byHand() + " -v shows what was tried; a key with a passphrase has to be in ssh-agent (ssh-add)");
    }

    /** What the user can type to see the same. */
    private String byHand() {
        List<String> words = new ArrayList<>(List.of("ssh"));
        launch.port().ifPresent(port -> words.add("-p " + port));
        launch.key().ifPresent(key -> words.add("-i " + typed(key)));
        launch.knownHosts().ifPresent(file -> words.add("-o UserKnownHostsFile=" + typed(file)));
        launch.jump().ifPresent(jump -> words.add("-J " + jump));
        words.add(launch.user().map(name -> name + "@").orElse("") + launch.host());
        return String.join(" ", words);
    }

    private static String typed(String path) {
        return path.matches("[A-Za-z0-9~_@%+=:,./-]+") ? path : quoted(path);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private static Optional<MatchResult> find(Pattern pattern, List<String> lines) {
        return lines.stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .<MatchResult>map(Matcher::toMatchResult)
                .findFirst();
    }

    @Override
    public String toString() {
        return launch.toString();
    }

    /**
     * A command on another machine. {@code ssh} ends with the command's exit code, or with 255 of its own where the connection broke, or by a
     * signal: then the output does not end but breaks, and no exit code is known. There is no pid: that of {@code ssh} would mean nothing.
     */
    private static final class Remote extends Process {
        private final Process ssh;
        private final InputStream stdout;

        Remote(Process ssh) {
            this.ssh = ssh;
            this.stdout = new FilterInputStream(ssh.getInputStream()) {
                @Override
                public int read() throws IOException {
                    return checked(super.read());
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    return checked(super.read(bytes, from, length));
                }
            };
        }

        private int checked(int read) throws IOException {
            try {
                if (read < 0 && waitFor(EXIT_SECONDS, TimeUnit.SECONDS) && exitValue() == UNKNOWN) {
                    throw new IOException("the connection broke");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return read;
        }

        private static int code(int exit) {
            if (exit > SIGNALLED && exit <= SIGNALLED + MAX_SIGNAL) {
                return exit - SIGNALLED + SIGNAL;
            }
            return exit > SIGNAL ? UNKNOWN : exit;
        }

        @Override
        public OutputStream getOutputStream() {
            return ssh.getOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return stdout;
        }

        @Override
        public InputStream getErrorStream() {
            return ssh.getErrorStream();
        }

        @Override
        public int waitFor() throws InterruptedException {
            return code(ssh.waitFor());
        }

        @Override
        public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
            return ssh.waitFor(timeout, unit);
        }

        @Override
        public int exitValue() {
            return code(ssh.exitValue());
        }

        @Override
        public boolean isAlive() {
            return ssh.isAlive();
        }

        @Override
        public CompletableFuture<Process> onExit() {
            return ssh.onExit().thenApply(ended -> this);
        }

        /** The command's standard input ends, as its channel does. */
        @Override
        public void destroy() {
            ssh.destroyForcibly();
        }

        @Override
        public Process destroyForcibly() {
            destroy();
            return this;
        }

        @Override
        public String toString() {
            return "a command over " + ssh;
        }
    }
}
