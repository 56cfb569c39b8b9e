package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.SshAddress;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What OpenSSH's own client makes of {@code ~/.ssh/config} for one host, as {@code ssh -G} prints it (ssh(1)): a keyword and
 * its value a line.
 */
final class OpenSshConfig {
    private static final Logger log = LoggerFactory.getLogger(OpenSshConfig.class);
    private static final long SECONDS = 5;
    private static final int MAX_LENGTH = 1 << 20;

    private final Map<String, List<String>> values = new HashMap<>();

    OpenSshConfig(String printed) {
        for (String line : printed.split("\n", -1)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.computeIfAbsent(line.substring(0, space).toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                        .add(line.substring(space + 1).strip());
            }
        }
    }

    /** The same with nothing in it where there is no client. */
    static OpenSshConfig of(SshAddress address, LocalUser user) throws AgentException, InterruptedException {
        return find(address, user).orElseGet(() -> new OpenSshConfig(""));
    }

    /** Empty where there is no client. */
    static Optional<OpenSshConfig> find(SshAddress address, LocalUser user)
            throws AgentException, InterruptedException {
        Process client;
        try {
            client = new ProcessBuilder(words(address, user))
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            log.debug("no OpenSSH client, so no ~/.ssh/config", e);
            return Optional.empty();
        }
        return Optional.of(read(address, client));
    }

    private static OpenSshConfig read(SshAddress address, Process client) throws AgentException, InterruptedException {
        String printed;
        int exit;
        try {
            printed = Answers.within(
                    SECONDS,
                    "ssh-config",
                    () -> new String(client.getInputStream().readNBytes(MAX_LENGTH), StandardCharsets.UTF_8),
                    () -> end(client));
            exit = client.waitFor();
        } catch (IOException e) {
            throw new AgentException(
                    "ssh -G " + address.host() + " did not end within " + SECONDS + " s",
                    "does a Match exec in ~/.ssh/config hang?");
        }
        if (exit != 0) {
            throw new AgentException(
                    "ssh can't read its configuration: "
                            + printed.lines().findFirst().orElse("exit code " + exit),
                    "ssh -G " + address.host() + " shows it");
        }
        return new OpenSshConfig(printed);
    }

    /** With what a {@code Match exec} of it runs and still holds its output. */
    private static void end(Process client) {
        client.descendants().forEach(ProcessHandle::destroyForcibly);
        client.destroyForcibly();
    }

    private static List<String> words(SshAddress address, LocalUser user) {
        List<String> words = new ArrayList<>(user.client());
        words.add("-G");
        address.user().ifPresent(name -> words.addAll(List.of("-l", name)));
        address.port().ifPresent(port -> words.addAll(List.of("-p", String.valueOf(port))));
        words.addAll(List.of("--", address.host()));
        return words;
    }

    /** The value; empty also where it is {@code none}. */
    Optional<String> one(String keyword) {
        return all(keyword).orElse(List.of()).stream().findFirst();
    }

    /** All lines of a keyword that may be there several times: none of them where it is {@code none}, empty where nothing is said. */
    Optional<List<String>> all(String keyword) {
        return Optional.ofNullable(values.get(keyword))
                .map(lines -> lines.stream()
                        .filter(value -> !value.isEmpty() && !value.equalsIgnoreCase("none"))
                        .toList());
    }

    /** The words of a value that is a list, likewise. */
    Optional<List<String>> words(String keyword) {
        return all(keyword)
                .map(lines -> lines.stream()
                        .flatMap(line -> Stream.of(line.split("\\s+", -1)))
                        .toList());
    }

    /**
     * Whose SSH set-up is used: the user of the console.
     *
     * @param agentSocket where ssh-agent listens, {@code SSH_AUTH_SOCK}
     * @param client the words that call OpenSSH's client
     */
    record LocalUser(String name, Path home, Optional<Path> agentSocket, List<String> client) {
        static LocalUser current() {
            return new LocalUser(
                    System.getProperty("user.name", ""),
                    Path.of(System.getProperty("user.home", "/")),
                    Optional.ofNullable(System.getenv("SSH_AUTH_SOCK"))
                            .filter(name -> !name.isBlank())
                            .map(Path::of),
                    List.of("ssh"));
        }

        /** A path as users write it, {@code ~} for the home folder. */
        Path path(String written) {
            return Path.of(written.equals("~") || written.startsWith("~/") ? home + written.substring(1) : written);
        }

        /** A path as users read it. */
        String shown(Path path) {
            return path.startsWith(home) ? "~/" + home.relativize(path) : path.toString();
        }
    }

    /**
     * What tokens and variables in a path of {@code ssh_config} stand for at one hop (ssh_config(5), TOKENS and ENVIRONMENT VARIABLES). {@code ssh -G} prints
     * some paths as they were written and others with all of it replaced.
     */
    record Tokens(LocalUser user, String written, String host, int port, String login, Optional<String> alias) {
        private static final Pattern ONE = Pattern.compile("%(.)|\\$\\{([^}]*)}");

        /** The path; empty where it names a variable that is not set: OpenSSH leaves out the setting then. */
        Optional<Path> path(String text) {
            boolean unset = ONE.matcher(text)
                    .results()
                    .anyMatch(one -> one.group(2) != null && System.getenv(one.group(2)) == null);
            return unset
                    ? Optional.empty()
                    : Optional.of(
                            user.path(ONE.matcher(text).replaceAll(one -> Matcher.quoteReplacement(meaning(one)))));
        }

        private String meaning(MatchResult one) {
            if (one.group(2) != null) {
                return System.getenv(one.group(2));
            }
            return switch (one.group(1)) {
                case "%" -> "%";
                case "d" -> user.home().toString();
                case "h" -> host;
                case "i" -> uid();
                case "k" -> alias.orElse(written);
                case "L" -> machine().split("\\.", 2)[0];
                case "l" -> machine();
                case "n" -> written;
                case "p" -> String.valueOf(port);
                case "r" -> login;
                case "u" -> user.name();
                default -> one.group(); // none that OpenSSH knows
            };
        }

        private static String machine() {
            try {
                return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            } catch (IOException e) {
                return "localhost";
            }
        }

        private static String uid() {
            try {
                return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            } catch (IOException e) {
                return "0";
            }
        }
    }
}
