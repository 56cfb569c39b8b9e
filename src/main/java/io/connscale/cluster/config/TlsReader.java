package io.connscale.cluster.config;

import io.connscale.net.Layers;
import io.connscale.net.TlsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** {@code tls:}. Its files are read here, on the console's machine, and are named from its working directory. */
final class TlsReader {
    private static final List<String> TARGET =
            List.of("serverName", "trust", "verify", "certificate", "key", "protocols", "resumption");

    private static final List<String> SERVER = List.of("certificate", "key", "protocols");

    /** In bytes: all certificates of a system are a fifth of it. */
    private static final int LARGEST = 1 << 20;

    private static final Kind<String> PROTOCOL =
            new Kind<>(String.join(" or ", TlsSettings.PROTOCOLS) + ", or a list of both", text -> {
                if (!TlsSettings.PROTOCOLS.contains(text)) {
                    throw new IllegalArgumentException("no protocol");
                }
                return text;
            });

    private TlsReader() {}

    /** @param address of the target: whose certificate its server has, where the file does not say another name */
    static TlsSettings target(Node node, String address) {
        Section section = Section.of("tls", node, TARGET);
        TlsSettings settings = Fault.at(
                node.place(),
                () -> TlsSettings.client(section.get("serverName", Kind.WORD, address))
                        .withTrust(pem(section, "trust"))
                        .withVerify(section.get("verify", Kind.FLAG, true))
                        .withCertificate(pem(section, "certificate"), pem(section, "key"))
                        .withProtocols(section.list("protocols", PROTOCOL))
                        .withResumption(section.get("resumption", Kind.FLAG, true)));
        return checked(node, settings);
    }

    /** Of our own server, which is without a certificate where one is to be made. */
    static TlsSettings server(Node node) {
        Section section = Section.of("tls", node, SERVER);
        TlsSettings settings = Fault.at(
                node.place(),
                () -> TlsSettings.server(pem(section, "certificate"), pem(section, "key"))
                        .withProtocols(section.list("protocols", PROTOCOL)));
        return settings.certificate().isEmpty() ? settings : checked(node, settings);
    }

    private static TlsSettings checked(Node node, TlsSettings settings) {
        return Fault.at(node.place(), () -> {
            new Layers(null, settings).check();
            return settings;
        });
    }

    private static List<String> pem(Section section, String key) {
        return section.node(key).map(node -> lines(node, key)).orElse(List.of());
    }

    private static List<String> lines(Node node, String key) {
        String name = Kind.PATH.of(node);
        Path file = Path.of(name.startsWith("~/") ? System.getProperty("user.home") + name.substring(1) : name);
        String what = key + ": " + file;
        try {
            if (Files.size(file) > LARGEST) {
                throw new Fault(node.place(), what + " is larger than 1 MiB: is this a file of certificates?");
            }
            List<String> lines =
                    Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
            if (lines.stream().noneMatch(line -> line.startsWith("-----BEGIN "))) {
                throw new Fault(node.place(), what + " has no \"-----BEGIN \" in it: write it as PEM");
            }
            return lines;
        } catch (NoSuchFileException e) {
            throw new Fault(node.place(), what + ": no such file");
        } catch (IOException e) {
            throw new Fault(node.place(), what + " can't be read: " + e.getMessage());
        }
    }
}
