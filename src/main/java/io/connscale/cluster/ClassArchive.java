package io.connscale.cluster;

import io.connscale.cluster.deploy.Jar;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's classes as the JVM maps them, beside the jar: with it an agent takes half the time of a processor to start, and
 * what it maps is in memory once for all of them. Made by a CDS training run, once for this jar and this Java; where there is none, or it
 * does not fit, the JVM goes on without.
 */
final class ClassArchive {
    private static final Logger log = LoggerFactory.getLogger(ClassArchive.class);
    /** The beginning of the flag that names an archive. */
    static final String FLAG = "-XX:SharedArchiveFile=";

    private static final String TRAIN = "cds-train";
    private static final long MAX_SECONDS = 60;
    /** Once is enough: it would fail for each of a hundred workers. */
    private static boolean failed;

    private ClassArchive() {}

    /** The flags that have {@code java}'s version take it; none where there is no archive. */
    static List<String> flags(String version) {
        return path(version)
                .filter(Files::isReadable)
                .map(archive -> List.of(FLAG + archive))
                .orElse(List.of());
    }

    private static Optional<Path> path(String version) {
        return Jar.archives().map(kept -> Path.of(kept + "-agent-java" + version + ".jsa"));
    }

    /**
     * Makes it for this Java where there is none, within a minute; seconds as a rule. Any thread, one at a time.
     *
     * @param command that starts an agent
     */
    static synchronized void ensure(List<String> command) throws InterruptedException {
        Path archive = path(System.getProperty("java.version")).orElse(null);
        if (failed
                || archive == null
                || !Files.isWritable(archive.toAbsolutePath().getParent())) {
            return;
        }
        Path work = Path.of(archive + "." + ProcessHandle.current().pid());
        try {
            if (fits(archive)) {
                return;
            }
            failed = !trained(command, work);
            if (!failed) {
                force(work);
                Files.move(work, archive, StandardCopyOption.ATOMIC_MOVE); // whole, or not there
                clean(archive, Path.of(System.getProperty("java.class.path")));
            }
        } catch (IOException e) {
            failed = true;
            log.warn("agents start without an archive of classes", e);
        } finally {
            delete(work);
        }
    }

    /** The JVM takes it only with the very jar that it was made with: not after another build. */
    private static boolean fits(Path archive) throws IOException {
        Path jar = Path.of(System.getProperty("java.class.path"));
        return Files.exists(archive)
                && !Files.getLastModifiedTime(archive)
                        .toInstant()
                        .isBefore(Files.getLastModifiedTime(jar).toInstant());
    }

    /**
     * Removes archives for other Javas that the jar has outlived, or that were made a month ago (one that is still in use is made again), and
     * those that a process which was killed left half made.
     */
    static void clean(Path archive, Path jar) throws IOException {
        String name = archive.getFileName().toString().replaceFirst("-java.*$", "-java");
        Instant built = Files.getLastModifiedTime(jar).toInstant();
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(archive.toAbsolutePath().getParent(), name + "*.jsa*")) {
            for (Path one : all) {
                Instant made = Files.getLastModifiedTime(one).toInstant();
                Duration age = Duration.between(made, Instant.now());
                boolean half = !one.toString().endsWith(".jsa");
                boolean old = half ? age.toDays() > 0 : made.isBefore(built) || age.toDays() > 30;
                if (old && !one.getFileName().equals(archive.getFileName())) {
                    delete(one);
                }
            }
        }
    }

    private static boolean trained(List<String> command, Path work) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command);
        words.removeIf(word -> word.startsWith(FLAG));
        words.set(words.size() - 1, TRAIN);
        words.add(words.indexOf("-jar"), "-XX:ArchiveClassesAtExit=" + work);
        Process training = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean over = false;
        try {
            training.getOutputStream().close();
            over = training.waitFor(MAX_SECONDS, TimeUnit.SECONDS);
        } finally {
            training.destroyForcibly();
        }
        return over && training.exitValue() == 0 && Files.exists(work);
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.debug("left behind: {}", file, e);
        }
    }
}
