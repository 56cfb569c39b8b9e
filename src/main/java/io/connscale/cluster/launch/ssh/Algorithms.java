package io.connscale.cluster.launch.ssh;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.SecurityUtils;
import org.bouncycastle.jcajce.provider.asymmetric.ec.KeyFactorySpi;

/**
 * What is offered to a server, best first: a subset of what OpenSSH's own client offers today. SSHJ's defaults have 3DES,
 * RC4, CBC, MD5, SHA-1 and DSA in them.
 */
final class Algorithms {
    private static final List<String> KEY_EXCHANGE = List.of(
            "curve25519-sha256",
            "curve25519-sha256@libssh.org",
            "ecdh-sha2-nistp256",
            "ecdh-sha2-nistp384",
            "ecdh-sha2-nistp521",
            "diffie-hellman-group-exchange-sha256",
            "diffie-hellman-group16-sha512",
            "diffie-hellman-group18-sha512",
            "diffie-hellman-group14-sha256");
    private static final List<String> HOST_KEYS = List.of(
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "rsa-sha2-512",
            "rsa-sha2-256");
    private static final List<String> CIPHERS = List.of(
            "aes128-gcm@openssh.com",
            "aes256-gcm@openssh.com",
            "chacha20-poly1305@openssh.com",
            "aes128-ctr",
            "aes192-ctr",
            "aes256-ctr");
    private static final List<String> MACS =
            List.of("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512");

    /** Per stream of a channel; a sender waits when it is full. */
    private static final int MAX_BUFFERED = 1 << 20;

    static {
        // Java has all that is offered here; a provider whose signature was lost in the shaded jar is refused by some
        // JDKs
        SecurityUtils.setRegisterBouncyCastle(false);
        Security.addProvider(new EcKeys());
    }

    private Algorithms() {}

    static DefaultConfig config() {
        DefaultConfig config = new DefaultConfig();
        config.setKeyExchangeFactories(only(KEY_EXCHANGE, config.getKeyExchangeFactories()));
        config.setKeyAlgorithms(only(HOST_KEYS, config.getKeyAlgorithms()));
        config.setCipherFactories(only(CIPHERS, config.getCipherFactories()));
        config.setMACFactories(only(MACS, config.getMACFactories()));
        config.setMaxCircularBufferSize(MAX_BUFFERED);
        return config;
    }

    /** Those of {@code there} that are named, in the names' order. */
    private static <T> List<Factory.Named<T>> only(List<String> names, List<Factory.Named<T>> there) {
        Map<String, Factory.Named<T>> byName = there.stream()
                .collect(Collectors.toMap(Factory.Named::getName, Function.identity(), (first, second) -> first));
        return names.stream().filter(byName::containsKey).map(byName::get).toList();
    }

    /** Keys on elliptic curves under the name by which SSHJ asks for them; Java calls them EC. */
    private static final class EcKeys extends Provider {
        @java.io.Serial
        private static final long serialVersionUID = 1;

        EcKeys() {
            super("connscale-ec", "1", "ECDSA as another name of EC");
            put("KeyFactory.ECDSA", KeyFactorySpi.EC.class.getName());
        }
    }
}
