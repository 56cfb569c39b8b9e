package io.connscale.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/** The program's version, as its jar's manifest says it, and what it was built from. */
public final class Version {
    /** Where the classes are run without a jar, as in tests. */
    static final String UNPACKED = "dev";

    private static final int COMMIT_DIGITS = 12;

    private Version() {}

    public static String program() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }

    /** What {@code --version} says: {@code 0.1.0 (commit 1a2b3c4d5e6f of 2026-11-28, built with Java 17.0.15)}. */
    public static String full() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
            if (in != null) { // an agent's jar has none
                build.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return program() + " (" + origin(build) + ")";
    }

    /** The same commit and the same Java give the same bytes, so these two name the build. Outside a Git repository the commit is unknown. */
    static String origin(Properties build) {
        String commit = known(build, "commit")
                .map(id -> "commit " + id.substring(0, Math.min(id.length(), COMMIT_DIGITS))
                        + known(build, "time").map(time -> " of " + time).orElse("")
                        + known(build, "dirty")
                                .filter("true"::equals)
                                .map(yes -> " with changes")
                                .orElse(""))
                .orElse("commit unknown");
        return commit
                + known(build, "java").map(java -> ", built with Java " + java).orElse("");
    }

    /** Empty also where nothing was put in the place of the name. */
    private static Optional<String> known(Properties build, String name) {
        return Optional.ofNullable(build.getProperty(name)).filter(value -> !value.isBlank() && !value.startsWith("$"));
    }
}
