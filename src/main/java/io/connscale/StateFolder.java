package io.connscale;

import java.nio.file.Path;

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

    Path history() {
        return folder.resolve("history");
    }
}
