package io.connscale.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where Netty unpacks its native library: a folder that can be written and whose files may be run. {@code /tmp} is often
 * mounted {@code noexec}, or read-only in a container; then another one is taken.
 */
final class NativeFolder {
    /** Netty's own; who sets it has chosen. */
    private static final String PROPERTY = "io.netty.native.workdir";

    private static final Set<PosixFilePermission> RUN_BY_OWNER = PosixFilePermissions.fromString("rwx------");

    private NativeFolder() {}

    /** Tells Netty and JNA the first folder that does; before they load anything. Why none does; empty where one does. */
    static String choose() {
        String why = chosen();
        if (why.isEmpty()) {
            System.setProperty("jna.tmpdir", System.getProperty(PROPERTY));
        }
        return why;
    }

    private static String chosen() {
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            String why = against(Path.of(chosen));
            return why.isEmpty() ? "" : chosen + " (" + PROPERTY + ") " + why;
        }
        List<String> refused = new ArrayList<>();
        for (Path folder : folders()) {
            String why = against(folder);
            if (why.isEmpty()) {
                System.setProperty(PROPERTY, folder.toString());
                return "";
            }
            refused.add(folder + " " + why);
        }
        return "no folder for its native library: " + String.join(", ", refused);
    }

    /** The usual one, the console's state, where the jar is (on a host that is a cache of ours), and where a system may have room. */
    private static Set<Path> folders() {
        String jar = System.getProperty("java.class.path", "");
        Set<Path> folders = new LinkedHashSet<>();
        Stream.of(
                        System.getProperty("java.io.tmpdir"),
                        System.getProperty("connscale.state"),
                        jar.endsWith(".jar") && !jar.contains(File.pathSeparator) ? parent(jar) : null,
                        System.getProperty("user.home"),
                        "/var/tmp",
                        "/dev/shm")
                .filter(Objects::nonNull)
                .forEach(folder -> {
                    try {
                        folders.add(Path.of(folder).toAbsolutePath());
                    } catch (InvalidPathException e) {
                        // a name that this locale can't say: there are others
                    }
                });
        return folders;
    }

    private static String parent(String jar) {
        File folder = new File(jar).getAbsoluteFile().getParentFile();
        return folder == null ? "/" : folder.getPath();
    }

    /** Why a file of that folder can't be run; empty where it can. access(2) says no for a file on a mount that is noexec. */
    static String against(Path folder) {
        try {
            Path probe = Files.createTempFile(folder, "connscale-", ".so");
            try {
                Files.setPosixFilePermissions(probe, RUN_BY_OWNER);
                return Files.isExecutable(probe) ? "" : "is mounted noexec";
            } finally {
                Files.delete(probe);
            }
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            return Files.isDirectory(folder) ? "can't be written" : "is not there";
        }
    }
}
