package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
                : Optional.of(user.path(ONE.matcher(text).replaceAll(one -> Matcher.quoteReplacement(meaning(one)))));
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
