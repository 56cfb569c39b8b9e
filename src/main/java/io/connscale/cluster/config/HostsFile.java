package io.connscale.cluster.config;

import io.connscale.cluster.config.Node.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads {@code hosts.yaml}, strictly. {@code Main} calls it once, at the start; any thread may. */
public final class HostsFile {
    /** In bytes. A thousand hosts take a tenth of it. */
    static final int LARGEST = 1 << 20;

    private static final String TOO_LARGE = "larger than 1 MiB: is this a hosts file?";

    private HostsFile() {}

    /**
     * What {@code file} says.
     *
     * @throws HostsFileException where there is no such file, it can't be read, or something in it is wrong
     */
    public static ClusterConfig read(Path file) throws HostsFileException {
        String name = file.toString();
        return parse(name, text(name, bytes(name, file)));
    }

    /**
     * What {@code text} says, as the content of a hosts file.
     *
     * @param name what messages call the file
     * @throws HostsFileException where something in {@code text} is wrong, with line and column
     */
    public static ClusterConfig parse(String name, String text) throws HostsFileException {
        if (text.length() > LARGEST) {
            throw at(name, Place.START, TOO_LARGE);
        }
        try {
            return ClusterReader.read(YamlTree.read(text));
        } catch (Fault e) {
            throw at(name, e.place(), e.message());
        }
    }

    private static byte[] bytes(String name, Path file) throws HostsFileException {
        if (Files.isDirectory(file)) {
            throw new HostsFileException(name, "a directory: name the file in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new HostsFileException(name, TOO_LARGE);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new HostsFileException(
                    name,
                    "no such file: name another with --hosts FILE, or write one with \"hosts: {client1: local}\"");
        } catch (AccessDeniedException e) {
            throw new HostsFileException(name, "may not be read by this user: change its permissions");
        } catch (IOException e) {
            throw new HostsFileException(name, "can't be read: " + e.getMessage());
        }
    }

    private static String text(String name, byte[] bytes) throws HostsFileException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(bytes.length);
        boolean bad = decoder.decode(ByteBuffer.wrap(bytes), text, true).isError();
        text.flip();
        if (bad) {
            throw at(name, Place.after(text), "not UTF-8: save the file with the encoding UTF-8");
        }
        return text.toString();
    }

    private static HostsFileException at(String name, Place place, String what) {
        return new HostsFileException(name + ":" + place.line() + ":" + place.column(), what);
    }
}
