package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS at one end, as {@code hosts.yaml} says it and as it goes over the control channel. Files in PEM are the lines of them, since they are
 * on the console's machine.
 *
 * @param serverName whom a client asks for (SNI), and whose certificate it must be; a server has none
 * @param trust certificates that a client trusts instead of those that Java does; empty: none given
 * @param fingerprint SHA-256 of the one certificate that a client trusts, in lower-case hexadecimal digits; null: none given
 * @param verify whether a client looks at the server's certificate at all
 * @param certificate of this end, then those that vouch for it; empty: a client without one
 * @param key of this end's certificate, PKCS #8 without a password; empty: a client without one
 * @param protocols {@link #PROTOCOLS}; empty: all of them
 * @param resumption whether a client's handshake may go on with the session of an earlier one
 */
public record TlsSettings(
        @Nullable String serverName,
        List<String> trust,
        @Nullable String fingerprint,
        boolean verify,
        List<String> certificate,
        List<String> key,
        List<String> protocols,
        boolean resumption) {
    public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** @throws IllegalArgumentException in one line */
    public TlsSettings {
        trust = List.copyOf(trust);
        certificate = List.copyOf(certificate);
        key = List.copyOf(key);
        protocols = List.copyOf(protocols);
        if (!PROTOCOLS.containsAll(protocols)) {
            throw new IllegalArgumentException("protocols are " + String.join(", ", PROTOCOLS));
        }
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException("certificate and key need each other");
        }
    }

    /** A client that trusts whom Java trusts. */
    public static TlsSettings client(String serverName) {
        return new TlsSettings(serverName, List.of(), null, true, List.of(), List.of(), List.of(), true);
    }

    public static TlsSettings server(List<String> certificate, List<String> key) {
        return new TlsSettings(null, List.of(), null, true, certificate, key, List.of(), true);
    }

    public TlsSettings withTrust(List<String> certificates) {
        return new TlsSettings(serverName, certificates, fingerprint, verify, certificate, key, protocols, resumption);
    }

    public TlsSettings withFingerprint(String sha256) {
        return new TlsSettings(serverName, trust, sha256, verify, certificate, key, protocols, resumption);
    }

    public TlsSettings withVerify(boolean whether) {
        return new TlsSettings(serverName, trust, fingerprint, whether, certificate, key, protocols, resumption);
    }

    public TlsSettings withCertificate(List<String> own, List<String> ownKey) {
        return new TlsSettings(serverName, trust, fingerprint, verify, own, ownKey, protocols, resumption);
    }

    public TlsSettings withProtocols(List<String> only) {
        return new TlsSettings(serverName, trust, fingerprint, verify, certificate, key, only, resumption);
    }

    public TlsSettings withResumption(boolean whether) {
        return new TlsSettings(serverName, trust, fingerprint, verify, certificate, key, protocols, whether);
    }

    /** SHA-256 of this end's own certificate, as {@link #fingerprint} has it. */
    public String ownFingerprint() {
        try {
            X509Certificate own = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(
                            String.join("\n", certificate).getBytes(US_ASCII)));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(own.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no certificate: " + e.getMessage(), e);
        }
    }

    /** Without the key and the certificates: it may be logged. */
    @Override
    public String toString() {
        return "TlsSettings[" + serverName + ", verify " + verify + "]";
    }
}
