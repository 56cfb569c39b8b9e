package io.connscale;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test's own, made when it runs. */
public final class Certificates {
    /** A certificate with its key, and as PEM. */
    public record Identity(X509Certificate certificate, PrivateKey key) {
        public String pem() {
            return block("CERTIFICATE", encoded());
        }

        public String keyPem() {
            return block("PRIVATE KEY", key.getEncoded());
        }

        /** SHA-256 in hexadecimal digits. */
        public String fingerprint() {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(encoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private byte[] encoded() {
            try {
                return certificate.getEncoded();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final KeyPair authority = keys();
    private final X500Principal name = new X500Principal("CN=a test's own authority");
    private final Identity root;
    private long serial = 1;

    public Certificates() {
        Instant now = Instant.now();
        root = new Identity(
                make(authority, name, List.of(), true, now.minus(1, ChronoUnit.DAYS), now.plus(1, ChronoUnit.DAYS)),
                authority.getPrivate());
    }

    /** The authority's own. */
    public Identity root() {
        return root;
    }

    /** Good for a day, for these names and addresses. */
    public Identity of(String... names) {
        Instant now = Instant.now();
        return of(now.minus(1, ChronoUnit.HOURS), now.plus(1, ChronoUnit.DAYS), names);
    }

    /** Good until yesterday. */
    public Identity expired(String... names) {
        Instant now = Instant.now();
        return of(now.minus(3, ChronoUnit.DAYS), now.minus(1, ChronoUnit.DAYS), names);
    }

    private Identity of(Instant from, Instant until, String... names) {
        KeyPair keys = keys();
        return new Identity(
                make(keys, new X500Principal("CN=" + names[0]), List.of(names), false, from, until), keys.getPrivate());
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate make(
            KeyPair keys, X500Principal subject, List<String> names, boolean signs, Instant from, Instant until) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name, BigInteger.valueOf(serial++), Date.from(from), Date.from(until), subject, keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(signs));
            if (!names.isEmpty()) {
                List<GeneralName> alternatives = new ArrayList<>();
                names.forEach(each -> alternatives.add(new GeneralName(
                        each.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, each)));
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String block(String what, byte[] bytes) {
        StringWriter pem = new StringWriter();
        pem.write("-----BEGIN " + what + "-----\n");
        pem.write(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes));
        pem.write("\n-----END " + what + "-----\n");
        return pem.toString();
    }
}
