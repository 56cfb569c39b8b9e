package io.connscale.cluster.deploy;

import io.connscale.control.AgentException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A jar of this program, as it is on this machine. Reading it takes a moment: read it once for all hosts.
 *
 * @param size in bytes
 * @param sha256 in lower-case hexadecimal digits
 */
public record Jar(Path path, long size, String sha256) {
    private static final String OF_AGENTS = "agent-";
    private static final String JAR = ".jar";

    /** The system property that says where {@link #archives} lie. */
    public static final String ARCHIVES = "connscale.archives";

    /**
     * What an agent elsewhere runs from: what lies beside this process's own jar for that, otherwise its own, which does too.
     *
     * @param tls whether it is to have BoringSSL, which is in this process's own alone
     */
    public static Jar forAgents(boolean tls) throws AgentException {
        String classPath = System.getProperty("java.class.path");
        if (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator)) {
            throw new AgentException(
                    "there is no jar to copy: this console runs from classes",
                    "bin/connscale-console builds the jar and runs it");
        }
        return tls ? of(Path.of(classPath)) : forAgents(Path.of(classPath));
    }

    /** Likewise, where {@code own} is this process's own jar. */
    public static Jar forAgents(Path own) throws AgentException {
        Path beside = own.resolveSibling(OF_AGENTS + own.getFileName());
        return of(Files.isReadable(beside) ? beside : own);
    }

    /**
     * What the paths of the archives that are made for this process's own jar begin with; empty where it runs from classes. Beside the jar,
     * unless the console's script knows a better place.
     */
    public static Optional<Path> archives() {
        String jar = System.getProperty("java.class.path");
        if (!jar.endsWith(JAR) || jar.contains(File.pathSeparator)) {
            return Optional.empty();
        }
        String beside = Path.of(jar).toAbsolutePath().toString();
        return Optional.of(Path.of(System.getProperty(ARCHIVES, beside.substring(0, beside.length() - JAR.length()))));
    }

    /** The jar in this file. */
    public static Jar of(Path path) throws AgentException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long size = new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return new Jar(path, size, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new AgentException("the jar can't be read: " + e, "was it built anew, or deleted, meanwhile?");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Its name in a cache folder. */
    String remoteName() {
        return "connscale-" + sha256 + ".jar";
    }
}
