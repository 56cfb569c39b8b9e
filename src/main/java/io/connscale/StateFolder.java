package io.connscale;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.status.Status;
import io.connscale.control.PlainText;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Where the console keeps what outlives it: its log and its history. The user's alone, whatever the umask. */
final class StateFolder {
    /** Read by {@code conf/logback.xml}. */
    private static final String PROPERTY = "connscale.state";

    private static final String PRIVATE_FOLDER = "rwx------";
    private static final String PRIVATE_FILE = "rw-------";
    private static final String OTHER = " · CONNSCALE_STATE names another folder";

    private final Path folder;
    private final Optional<String> notice;

    private StateFolder(Path folder, Optional<String> notice) {
        this.folder = folder;
        this.notice = notice;
    }

    /** Before the first line is logged. From then on {@code user.home} is a folder that may be there, also for a user whom the system does not know. */
    static StateFolder choose() {
        Map<String, String> environment = System.getenv();
        String home = System.getProperty("user.home", "?");
        StateFolder chosen = choose(environment, home, Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
        if (!absolute(home) && absolute(environment.get("HOME"))) {
            System.setProperty("user.home", environment.get("HOME"));
        }
        System.setProperty(PROPERTY, chosen.folder.toString());
        return chosen;
    }

    /**
     * {@code CONNSCALE_STATE}, or {@code .connscale} in the home folder; for a user without one, a folder that goes with the session.
     *
     * @param home as Java says it: {@code ?} where the system's list of users has no entry
     */
    static StateFolder choose(Map<String, String> environment, String home, Path temporary) {
        String named = environment.getOrDefault("CONNSCALE_STATE", "");
        if (!named.isBlank()) {
            return settled(Path.of(named).toAbsolutePath(), false, "");
        }
        if (absolute(home)) {
            return settled(Path.of(home, ".connscale"), true, "");
        }
        String variable = environment.get("HOME");
        if (absolute(variable)) {
            StateFolder there = settled(Path.of(variable, ".connscale"), true, "");
            if (there.notice.isEmpty()) {
                return there;
            }
        }
        String runtime = environment.get("XDG_RUNTIME_DIR");
        Path instead = absolute(runtime) ? Path.of(runtime, "connscale") : temporary.resolve("connscale-" + uid());
        return settled(instead, true, "this user has no home folder: the log and the history are kept in " + instead);
    }

    private static boolean absolute(@org.jspecify.annotations.Nullable String path) {
        return path != null && path.startsWith("/");
    }

    private static StateFolder settled(Path folder, boolean ours, String notice) {
        StateFolder state = new StateFolder(folder, Optional.empty());
        try {
            state.settle(ours);
            return new StateFolder(
                    folder, Optional.of(notice).filter(text -> !text.isEmpty()).map(text -> text + OTHER));
        } catch (IOException e) {
            String why = "no log is kept in " + state.log() + ": " + PlainText.why(e) + OTHER;
            return new StateFolder(folder, Optional.of(why));
        }
    }

    /** @param ours whether the folder is nobody's but this program's; one that the user names keeps its mode */
    private void settle(boolean ours) throws IOException {
        boolean there = Files.isDirectory(folder);
        if (!there && Files.exists(folder)) {
            throw new FileSystemException(folder.toString(), null, folder + " is not a folder");
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FOLDER)));
        if (ours) {
            checkMine();
        }
        if (ours || !there) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(PRIVATE_FOLDER));
        }
        makePrivate(log());
        if (Files.exists(history())) {
            makePrivate(history());
        }
        if (folder.toFile().getUsableSpace()
                == 0) { // not its FileStore's, which needs a mount point: in a chroot there is none
            throw new FileSystemException(folder.toString(), null, "no space left");
        }
    }

    /** In a temporary folder anybody may have made it first. */
    private void checkMine() throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid");
        if (!owner.equals(uid())) {
            throw new FileSystemException(folder.toString(), null, folder + " belongs to another user");
        }
    }

    private static Object uid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            return 0; // no /proc
        }
    }

    /**
     * Makes {@code file} where there is none; from then on nobody else reads it.
     *
     * @throws IOException where it can't be written, or is no file: what opens a FIFO waits for its reader
     */
    static void makePrivate(Path file) throws IOException {
        if (Files.isSymbolicLink(file) && !Files.exists(file)) {
            throw new FileSystemException(file.toString(), null, "a symbolic link to what is not there");
        }
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FILE)));
        }
        if (!Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, file + " is not a file");
        }
        if (!Files.isWritable(file)) {
            throw new java.nio.file.AccessDeniedException(file.toString());
        }
        if (!Files.isSymbolicLink(file)
                && Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(uid())) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(PRIVATE_FILE));
        }
    }

    Path log() {
        return folder.resolve("connscale.log");
    }

    /** The records of runs. */
    Path runs() {
        return folder.resolve("runs");
    }

    Path history() {
        return folder.resolve("history");
    }

    /** What the user should know: why no log can be kept, where that is so, or where it is kept instead. */
    Optional<String> notice() {
        return notice;
    }

    /** Has {@code notices} hear, once, when the log can't be written any more: the disk may fill up in mid-session. Logback says nothing. */
    void watch(Consumer<String> notices) {
        AtomicBoolean said = new AtomicBoolean();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getStatusManager().add(status -> {
                if (status.getLevel() == Status.ERROR
                        && status.getThrowable() instanceof IOException e
                        && notice.isEmpty()
                        && !said.getAndSet(true)) {
                    notices.accept("the log " + log() + " can't be written any more: " + PlainText.why(e) + OTHER);
                }
            });
        }
    }
}
