package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.SshAddress;
import io.connscale.control.AgentException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What OpenSSH's own client makes of {@code ~/.ssh/config} for one host, as {@code ssh -G} prints it (ssh(1)): a keyword and
 * its value a line. Empty where there is no client.
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

    static OpenSshConfig of(SshAddress address, LocalUser user) throws AgentException, InterruptedException {
        Process client;
        try {
            client = new ProcessBuilder(words(address, user))
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            log.debug("no OpenSSH client, so no ~/.ssh/config", e);
            return new OpenSshConfig("");
        }
        return read(address, client);
    }

    private static OpenSshConfig read(SshAddress address, Process client) throws AgentException, InterruptedException {
        String printed;
        int exit;
        try {
            printed = Aside.call(
                    "ssh-config",
                    SECONDS,
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
}
