package io.connscale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** This test's Java as a host's {@code java:}, which runs under limits of its own, and so does what it starts. */
final class WrappedJava {
    private WrappedJava() {}

    /**
     * A script {@code java} in {@code folder}.
     *
     * @param before lines of shell that it begins with, such as {@code ulimit -n 250}
     * @param flags for each JVM
     */
    static Path after(Path folder, String before, String... flags) throws IOException {
        Path java = Files.writeString(
                folder.resolve("java"),
                "#!/bin/sh\n%s\nexec '%s/bin/java' %s \"$@\"\n"
                        .formatted(before, System.getProperty("java.home"), String.join(" ", flags)));
        return Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
