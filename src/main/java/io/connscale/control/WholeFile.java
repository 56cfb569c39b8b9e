package io.connscale.control;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file as a whole: a reader finds the one before or the new one, and on a full disk the one before stays. Any thread; an interrupt does not
 * stop it.
 */
public final class WholeFile {
    /** What the kernel follows (MAXSYMLINKS); with more, opening the file says so. */
    private static final int MAX_LINKS = 40;

    /** A link in it is an open file: another file in its place would not be what was opened. */
    private static final Path OPEN_FILES = Path.of("/proc");

    private static final Set<StandardOpenOption> EMPTY =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);

    private WholeFile() {}

    /**
     * Writes {@code bytes} in place of what a user's file has. A symbolic link stays, and what it leads to is written. Owner, group and permissions stay. What is
     * no regular file ({@code /dev/stdout}, a FIFO) is written directly, and so is a file that can't be replaced: its folder may not be
     * written, or something is mounted on it.
     */
    public static void write(Path file, byte[] bytes) throws IOException {
        Path at = target(file);
        boolean there = Files.exists(at, LinkOption.NOFOLLOW_LINKS);
        if (at.startsWith(OPEN_FILES) || (there && !Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS))) {
            Files.write(file, bytes);
            return;
        }
        if (there) {
            Files.newByteChannel(at, StandardOpenOption.WRITE)
                    .close(); // what may not be written is not replaced either
        }
        Path next = at.resolveSibling( // short: a file's name may be as long as is allowed
                "connscale-%x.new".formatted(ThreadLocalRandom.current().nextLong()));
        if (!there) {
            replace(at, next, bytes);
        } else if (!isReplaced(at, next, bytes)) {
            Files.write(at, bytes);
        }
    }

    /** Whether it could be: not being able to write {@code bytes} is a failure. */
    private static boolean isReplaced(Path file, Path next, byte[] bytes) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        Set<PosixFilePermission> meanwhile = new HashSet<>(mode);
        meanwhile.add(PosixFilePermission.OWNER_WRITE);
        try {
            Files.createFile(next, PosixFilePermissions.asFileAttribute(meanwhile));
        } catch (AccessDeniedException e) {
            return false;
        }
        try {
            Files.write(next, bytes, StandardOpenOption.WRITE);
            keep("unix:gid", file, next);
            keep("unix:uid", file, next);
            if (!Files.getPosixFilePermissions(next).equals(mode)) {
                Files.setPosixFilePermissions(next, mode);
            }
        } catch (IOException | RuntimeException e) {
            delete(next, e);
            throw e;
        }
        try {
            move(next, file);
            return true;
        } catch (IOException e) { // it is mounted, or another user's in a folder as /tmp
            delete(next, e);
            return false;
        }
    }

    /** As far as this user may. */
    private static void keep(String attribute, Path file, Path next) throws IOException {
        Object before = Files.getAttribute(file, attribute);
        if (!Files.getAttribute(next, attribute).equals(before)) {
            try {
                Files.setAttribute(next, attribute, before);
            } catch (IOException e) {
                return; // it is this user's, as one that they had removed and written anew
            }
        }
    }

    /**
     * Writes {@code bytes} to {@code next}, and moves that to {@code file}; where that fails nothing is left of it.
     *
     * @param next in the same folder; what was there is lost
     * @param attributes that {@code next} is made with
     */
    public static void replace(Path file, Path next, byte[] bytes, FileAttribute<?>... attributes) throws IOException {
        Files.newByteChannel(next, EMPTY, attributes).close();
        try {
            Files.write(next, bytes, StandardOpenOption.WRITE);
            move(next, file);
        } catch (IOException | RuntimeException e) {
            delete(next, e);
            throw e;
        }
    }

    private static void move(Path next, Path file) throws IOException {
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void delete(Path next, Exception why) {
        try {
            Files.deleteIfExists(next);
        } catch (IOException more) {
            why.addSuppressed(more);
        }
    }

    /** Where {@code file} is, with no link on the way but in its last name where that is an open file, or one of too many. */
    private static Path target(Path file) throws IOException {
        Path at = settled(file.toAbsolutePath());
        for (int links = 0; links < MAX_LINKS && Files.isSymbolicLink(at) && !at.startsWith(OPEN_FILES); links++) {
            at = settled(at.resolveSibling(Files.readSymbolicLink(at)));
        }
        return at;
    }

    private static Path settled(Path file) throws IOException {
        Path folder = file.getParent();
        return folder == null || file.getFileName() == null
                ? file
                : folder.toRealPath().resolve(file.getFileName());
    }
}
