package io.connscale.cluster;

import io.connscale.net.TlsSettings;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate for our own server where the user has none: for one console's life, known to its agents by its fingerprint, kept nowhere. */
public final class SelfSigned {
    private static final String CURVE = "secp256r1";
    private static final int SERIAL_BITS = 64;
    private static final int LINE = 64;

    private SelfSigned() {}

    /** {@code server} with a new certificate and its key. */
    public static TlsSettings identity(TlsSettings server) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair keys = generator.generateKeyPair();
            X500Principal name = new X500Principal("CN=connscale");
            Instant now = Instant.now();
            byte[] certificate = new JcaX509v3CertificateBuilder(
                            name,
                            new BigInteger(SERIAL_BITS, new SecureRandom()),
                            Date.from(now.minus(1, ChronoUnit.DAYS)), // clocks differ
                            Date.from(now.plus(365, ChronoUnit.DAYS)),
                            name,
                            keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                    .getEncoded();
            return server.withCertificate(
                    pem("CERTIFICATE", certificate),
                    pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("every JDK has " + CURVE, e);
        }
    }

    private static List<String> pem(String what, byte[] bytes) {
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
        return Stream.of(
                        Stream.of("-----BEGIN " + what + "-----"),
                        text.lines(),
                        Stream.of("-----END " + what + "-----"))
                .flatMap(lines -> lines)
                .toList();
    }
}
