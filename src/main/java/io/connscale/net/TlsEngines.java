package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.FingerprintTrustManagerFactory;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Makes the engines of one end's connections: BoringSSL's where the machine has it, else the JDK's. On one event loop. */
final class TlsEngines {
    /** Set to {@code jdk} to do without BoringSSL where it is available. */
    static final String PROPERTY = "connscale.tls";
    /** A port for each engine: sessions are kept by host and port, so that none is found again. */
    private static final int PORTS = 65_536;

    private final TlsSettings settings;
    private final boolean server;
    private final SslContext context;
    private int port;

    /** @throws IllegalArgumentException in one line, where {@code settings} have what is no certificate or key */
    TlsEngines(TlsSettings settings, boolean server) {
        this(settings, server, provider());
    }

    TlsEngines(TlsSettings settings, boolean server, SslProvider provider) {
        this.settings = settings;
        this.server = server;
        this.context = context(settings, server, provider);
        release(next()); // loads what the first one needs: once no file is left, it can't be read any more
    }

    static SslProvider provider() {
        return !"jdk".equals(System.getProperty(PROPERTY)) && OpenSsl.isAvailable()
                ? SslProvider.OPENSSL_REFCNT
                : SslProvider.JDK;
    }

    /** @throws IllegalArgumentException in one line, where an engine could not be made of them */
    static void check(TlsSettings settings) {
        context(settings, settings.serverName() == null, SslProvider.JDK);
    }

    private static SslContext context(TlsSettings settings, boolean server, SslProvider provider) {
        try {
            SslContextBuilder builder = server
                    ? SslContextBuilder.forServer(pem(settings.certificate()), pem(settings.key()))
                    : client(settings);
            builder.sslProvider(provider);
            if (!settings.protocols().isEmpty()) {
                builder.protocols(settings.protocols());
            }
            if (!settings.resumption()) {
                builder.sessionCacheSize(1); // of those that nobody takes up again; 0 is the default, thousands
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    "no TLS can be made of certificate, key and trust: " + cause.getMessage(), e);
        }
    }

    private static SslContextBuilder client(TlsSettings settings) {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (!settings.certificate().isEmpty()) {
            builder.keyManager(pem(settings.certificate()), pem(settings.key()));
        }
        if (!settings.verify()) {
            return builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
        }
        String fingerprint = settings.fingerprint();
        if (fingerprint != null) { // of that one certificate, whatever name is in it
            return builder.trustManager(FingerprintTrustManagerFactory.builder("SHA-256")
                            .fingerprints(fingerprint)
                            .build())
                    .endpointIdentificationAlgorithm(null);
        }
        if (!settings.trust().isEmpty()) {
            builder.trustManager(pem(settings.trust()));
        }
        return builder.endpointIdentificationAlgorithm("HTTPS");
    }

    private static InputStream pem(List<String> lines) {
        return new ByteArrayInputStream(String.join("\n", lines).getBytes(US_ASCII));
    }

    /** For one connection; to be {@link #release released}. */
    SSLEngine next() {
        SSLEngine engine;
        String name = settings.serverName();
        if (server || name == null) {
            engine = context.newEngine(ByteBufAllocator.DEFAULT);
        } else {
            port = settings.resumption() ? 1 : (port + 1) % PORTS;
            engine = context.newEngine(ByteBufAllocator.DEFAULT, name, port);
        }
        engine.setUseClientMode(!server);
        return engine;
    }

    /** Gives its memory back, which is not the heap's. */
    static void release(SSLEngine engine) {
        ReferenceCountUtil.release(engine);
    }

    /** No engine is made after it. */
    void close() {
        ReferenceCountUtil.release(context);
    }
}
