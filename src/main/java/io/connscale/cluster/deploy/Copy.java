package io.connscale.cluster.deploy;

import io.connscale.cluster.deploy.Installation.Copying;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the jar to one host, by its standard input, and waits where another is copying it there already. */
final class Copy {
    private static final Logger log = LoggerFactory.getLogger(Copy.class);
    /** For all of it: a jar of 7.5 MB at 13 KB/s. */
    private static final int SECONDS = 600;

    private final Jar jar;
    private final String folder;
    private final int staleSeconds;
    private final Consumer<String> steps;

    /** @param staleSeconds without progress after which a copy counts as broken off */
    Copy(Jar jar, String folder, int staleSeconds, Consumer<String> steps) {
        this.jar = jar;
        this.folder = folder;
        this.staleSeconds = staleSeconds;
        this.steps = steps;
    }

    Copying over(Launcher launcher) throws AgentException, InterruptedException {
        List<String> arguments = List.of(
                folder, jar.remoteName(), Long.toString(jar.size()), jar.sha256(), Integer.toString(staleSeconds));
        return done(RemoteScript.run(launcher, "deploy.sh", arguments, SECONDS, this::dialogue));
    }

    /** The script's last line. */
    private Optional<String> dialogue(RemoteScript script) throws IOException {
        Optional<String> line = script.hear();
        for (; line.isPresent(); line = script.hear()) {
            switch (line.get()) {
                case "waiting" -> steps.accept("waiting for another copy of the jar");
                case "send" -> send(script);
                default -> {
                    return line;
                }
            }
        }
        return line;
    }

    private void send(RemoteScript script) {
        steps.accept("copying the jar");
        try (OutputStream to = script.to()) {
            Files.copy(jar.path(), to);
        } catch (IOException e) {
            log.debug("copying the jar", e); // the script says what it has got
        }
    }

    private Copying done(String last) throws AgentException {
        String[] words = last.split(" ", 2);
        String said = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "present" -> Copying.NONE;
            case "stored" -> said.equals("checked") ? Copying.CHECKED : Copying.SIZE_CHECKED;
            case "short" -> throw broken(said + " of " + jar.size() + " bytes arrived");
            case "differs" -> throw broken("its SHA-256 is " + said + ", not " + jar.sha256());
            default -> throw said.contains("No space left") ? noSpace(folder, said) : failed(said);
        };
    }

    static AgentException noSpace(String folder, String what) {
        return new AgentException(
                "no space for the jar in " + folder + ": " + what,
                "make room there; XDG_CACHE_HOME there names another place");
    }

    private static AgentException broken(String what) {
        return new AgentException(
                "the copy of the jar broke: " + what,
                "try again; was the jar built anew meanwhile? then start the console anew");
    }

    private AgentException failed(String said) {
        return new AgentException(
                "the jar can't be copied to " + folder + ": " + said, "XDG_CACHE_HOME there names another place");
    }
}
