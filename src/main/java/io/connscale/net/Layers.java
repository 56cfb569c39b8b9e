package io.connscale.net;

import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/**
 * What lies between a connection's socket and what is said over it, lowest first; as {@code hosts.yaml} says it and as it goes over the
 * control channel.
 *
 * @param proxy a header before all else; null: none
 * @param tls null: none
 */
public record Layers(@Nullable ProxyHeader proxy, @Nullable TlsSettings tls) {
    /** The bare socket. */
    public static final Layers NONE = new Layers(null, null);

    public boolean isNone() {
        return proxy == null && tls == null;
    }

    /** Whether handshakes are made by BoringSSL and not by the JDK's engine; where there is TLS. Loads it. */
    public static boolean isTlsNative() {
        return TlsEngines.provider() != SslProvider.JDK;
    }

    /**
     * Looks whether an agent could connect so.
     *
     * @throws IllegalArgumentException in one line, where it could not
     */
    public void check() {
        if (proxy != null) {
            proxy.invented(0);
        }
        if (tls != null) {
            TlsEngines.check(tls);
        }
    }
}
