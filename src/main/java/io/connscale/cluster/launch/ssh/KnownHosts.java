package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Route.Hop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The known hosts of one server: the lines about it in OpenSSH's files. Read anew for each connection; a new key is
 * appended, nothing else is ever changed. Any thread.
 */
final class KnownHosts {
    /** One writer in this process, since Java's file locks are between processes only. */
    private static final Object WRITING = new Object();

    private static final int MAX_BYTES = 16 << 20;

    private final Hop hop;

    KnownHosts(Hop hop) {
        this.hop = hop;
    }

    /** The lines about the server, the user's files first. */
    List<Entry> lines() throws IOException {
        List<Entry> found = linesAbout(hop.knownAs());
        boolean otherPort = hop.knownAs().equals(Hop.knownAs(hop.address(), hop.port())) && hop.port() != Hop.SSH_PORT;
        // OpenSSH does so too: a key known without its port is good for the others of that machine
        return found.isEmpty() && otherPort ? linesAbout(hop.address()) : found;
    }

    private List<Entry> linesAbout(String name) throws IOException {
        List<Entry> found = new ArrayList<>();
        for (Path file : files()) {
            int number = 0;
            for (String text : read(file).split("\n", -1)) {
                number++;
                Entry.parse(file, number, text)
                        .filter(line -> line.isAbout(name))
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private List<Path> files() {
        List<Path> all = new ArrayList<>(hop.knownHosts());
        all.addAll(hop.globalKnownHosts());
        return all;
    }

    private static String read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is too large for known hosts");
        }
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return ""; // gone in between
        }
    }

    /**
     * Adds the server's key to the user's file, as OpenSSH writes it.
     *
     * @throws IOException where it can't be remembered; then the server must not be trusted either
     */
    void remember(PublicKeyBlob key) throws IOException {
        if (hop.knownHosts().isEmpty()) {
            throw new IOException("UserKnownHostsFile none keeps none");
        }
        Path file = hop.knownHosts().get(0);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + " is not a regular file");
        }
        synchronized (WRITING) {
            createFolder(file);
            boolean already = linesAbout(hop.knownAs()).stream()
                    .anyMatch(line -> line.marker().isEmpty() && line.key().equals(key));
            if (already) {
                return; // by the start of another host, through the same jump host
            }
            try (FileChannel channel = FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                String line = hop.knownAs() + " " + key.type() + " " + key.base64() + "\n";
                append(channel, line.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void createFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Behind what is there; a last line without an end gets one first. */
    private static void append(FileChannel channel, byte[] line) throws IOException {
        long end = channel.size();
        ByteBuffer last = ByteBuffer.allocate(1);
        boolean open = end > 0 && channel.read(last, end - 1) == 1 && last.get(0) != '\n';
        ByteBuffer text = ByteBuffer.allocate(line.length + 1);
        if (open) {
            text.put((byte) '\n');
        }
        text.put(line).flip();
        channel.position(end);
        while (text.hasRemaining()) {
            channel.write(text);
        }
    }

    /**
     * A line of a {@code known_hosts} file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
     *
     * @param number from 1
     * @param marker {@code @revoked}, {@code @cert-authority}, or nothing
     * @param hosts patterns with commas between, or one hashed name
     */
    record Entry(Path file, int number, String marker, String hosts, PublicKeyBlob key) {
        private static final String REVOKED = "@revoked";
        private static final String AUTHORITY = "@cert-authority";
        private static final String HASHED = "|1|";

        /** The line's meaning; empty for a comment and for what OpenSSH would not understand either. */
        static Optional<Entry> parse(Path file, int number, String text) {
            String[] words = text.strip().split("\\s+", 5);
            int start = words[0].startsWith("@") ? 1 : 0;
            boolean complete = words.length >= start + 3 && !words[0].isEmpty() && words[0].charAt(0) != '#';
            if (!complete || !PublicKeyBlob.isOne(words[start + 2])) {
                return Optional.empty();
            }
            String marker = start == 1 ? words[0] : "";
            return Optional.of(new Entry(file, number, marker, words[start], new PublicKeyBlob(words[start + 2])));
        }

        boolean revoked() {
            return marker.equals(REVOKED);
        }

        boolean authority() {
            return marker.equals(AUTHORITY);
        }

        /** {@code file:line}, as editors take it. */
        String place() {
            return file + ":" + number;
        }

        /** Whether it is about {@code name}; a pattern with {@code !} that fits excludes it. */
        boolean isAbout(String name) {
            if (hosts.startsWith(HASHED)) {
                return isHashOf(name);
            }
            boolean found = false;
            for (String pattern : hosts.split(",", -1)) {
                boolean not = pattern.startsWith("!");
                if (fits(not ? pattern.substring(1) : pattern, name)) {
                    if (not) {
                        return false;
                    }
                    found = true;
                }
            }
            return found;
        }

        private static boolean fits(String pattern, String name) {
            StringBuilder regex = new StringBuilder();
            for (char c : pattern.toLowerCase(Locale.ROOT).toCharArray()) {
                regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
            return name.toLowerCase(Locale.ROOT).matches(regex.toString());
        }

        /** {@code |1|salt|HMAC-SHA1 of the name under the salt}, both Base64. */
        private boolean isHashOf(String name) {
            String[] parts = hosts.split("\\|", -1);
            if (parts.length != 4) {
                return false;
            }
            try {
                Mac mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[2]), "HmacSHA1"));
                byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
                return MessageDigest.isEqual(hash, Base64.getDecoder().decode(parts[3]));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                return false;
            }
        }
    }
}
