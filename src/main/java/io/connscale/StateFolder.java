package io.connscale;

import io.connscale.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Where the console keeps what outlives it: its log and its history. */
final class StateFolder {
    /** Read by {@code conf/logback.xml}; the environment's {@code CONNSCALE_STATE} sets it. */
    private static final String PROPERTY = "connscale.state";

    private final Path folder;

    private StateFolder(Path folder) {
        this.folder = folder;
    }

    /** {@code CONNSCALE_STATE}, or {@code ~/.connscale}; before the first line is logged. */
    static StateFolder choose() {
        String chosen = System.getenv("CONNSCALE_STATE");
        Path folder = chosen == null || chosen.isBlank()
                ? Path.of(System.getProperty("user.home"), ".connscale")
                : Path.of(chosen).toAbsolutePath();
        System.setProperty(PROPERTY, folder.toString());
        return new StateFolder(folder);
    }

    Path log() {
        return folder.resolve("connscale.log");
    }

    /** Why no log can be kept, where that is so; logback would say nothing. */
    Optional<String> failure() {
        try {
            Files.createDirectories(folder);
            Files.newOutputStream(log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
            return Files.getFileStore(folder).getUsableSpace() > 0 ? Optional.empty() : Optional.of("no space left");
        } catch (IOException e) {
            return Optional.of(Failure.why(e));
        }
    }

    Path history() {
        return folder.resolve("history");
    }
}
