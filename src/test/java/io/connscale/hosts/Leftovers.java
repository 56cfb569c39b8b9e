package io.connscale.hosts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removing networks: at the end of a test, and those of earlier runs whose JVM was killed before it could. */
final class Leftovers {
    private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

    /** {@code connscale-<pid of the JVM that made it>-<number>-…}: namespaces and folders alike. */
    private static final Pattern OWNED = Pattern.compile("connscale-(?<owner>\\d+)-\\d+-.*");

    private Leftovers() {}

    /** Removes what has a dead owner. What can't be removed is likely being removed by another run at the same time. */
    static void remove() {
        List<RuntimeException> unimportant = failures(
                Namespace.all().stream()
                        .filter(namespace -> ownerIsGone(namespace.name()))
                        .toList(),
                temporaryFolders(folder -> ownerIsGone(folder.getFileName().toString())));
        unimportant.forEach(failure -> log.info("left where it is", failure));
    }

    /** Removes each, whatever happens to the others; fails with the first failure at the end. */
    static void removeAll(List<Namespace> namespaces, List<Path> folders) {
        failures(namespaces, folders).stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    private static List<RuntimeException> failures(List<Namespace> namespaces, List<Path> folders) {
        List<RuntimeException> failures = new ArrayList<>();
        Stream<Runnable> removals = Stream.concat(
                namespaces.stream().map(namespace -> namespace::remove),
                folders.stream().map(folder -> () -> Folders.delete(folder)));
        for (Runnable removal : removals.toList()) {
            try {
                removal.run();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        return failures;
    }

    private static boolean ownerIsGone(String name) {
        Matcher owned = OWNED.matcher(name);
        return owned.matches()
                && ProcessHandle.of(Long.parseLong(owned.group("owner"))).isEmpty();
    }

    private static List<Path> temporaryFolders(Predicate<Path> wanted) {
        try (Stream<Path> folders = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return folders.filter(wanted).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
