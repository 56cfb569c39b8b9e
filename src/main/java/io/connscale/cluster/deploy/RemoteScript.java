package io.connscale.cluster.deploy;

import io.connscale.cluster.launch.Handover.Noise;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.StderrTail;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.BoundedLines;
import io.connscale.control.Resource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A script of ours that runs on a host. It begins each of its lines with a random marker; every other line is noise. Any
 * thread starts it, a thread of its own talks with it.
 */
final class RemoteScript {
    /** What is said with a script while it runs. */
    interface Dialogue<T> {
        /** Empty where the script ended before it had said all. */
        Optional<T> with(RemoteScript script) throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(RemoteScript.class);
    private static final int MAX_LENGTH = 4096;
    private static final long END_SECONDS = 2;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String marker;
    private final Process process;
    private final BoundedLines lines;
    private final Noise noise = new Noise();

    private RemoteScript(String marker, Process process) {
        this.marker = marker;
        this.process = process;
        this.lines = new BoundedLines(process.getInputStream(), MAX_LENGTH);
    }

    /**
     * Runs the resource {@code name} with the marker and {@code arguments}, and ends it.
     *
     * @param seconds the most it may take
     */
    static <T> T run(Launcher launcher, String name, List<String> arguments, int seconds, Dialogue<T> dialogue)
            throws AgentException, InterruptedException {
        String marker = "connscale-" + HexFormat.of().toHexDigits(RANDOM.nextLong());
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                Resource.text(RemoteScript.class, "common.sh") + Resource.text(RemoteScript.class, name),
                "sh",
                marker));
        words.addAll(arguments);
        RemoteScript script = new RemoteScript(marker, launcher.start(words));
        try {
            return script.talk(name, seconds, dialogue);
        } finally {
            script.process.destroyForcibly();
        }
    }

    private <T> T talk(String name, int seconds, Dialogue<T> dialogue) throws AgentException, InterruptedException {
        try {
            Optional<T> answer =
                    Answers.within(seconds, "deploy-" + name, () -> dialogue.with(this), process::destroyForcibly);
            if (answer.isPresent()) {
                process.waitFor(END_SECONDS, TimeUnit.SECONDS); // it tidies up after its last word
                return answer.get();
            }
        } catch (SocketTimeoutException e) {
            log.debug("{}", name, e);
            throw new AgentException(
                    "the script " + name + " was not done within " + seconds + " s" + noise, "is the host overloaded?");
        } catch (IOException e) {
            log.debug("{}", name, e); // its end tells more
        }
        throw new AgentException(
                "the script " + name + " broke off with " + StderrTail.of(process) + noise,
                "was the connection cut? try again");
    }

    /** The script's next line, without the marker; empty at its end. */
    Optional<String> hear() throws IOException {
        for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
            if (line.text().startsWith(marker + " ")) {
                return Optional.of(line.text().substring(marker.length() + 1).strip());
            }
            noise.add(line.text());
        }
        return Optional.empty();
    }

    /** The script's standard input. */
    OutputStream to() {
        return process.getOutputStream();
    }
}
