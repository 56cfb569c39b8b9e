package io.connscale.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.connscale.Certificates;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A client against the JDK's own TLS server: what comes through, and what is said where nothing does. */
@Timeout(120)
class TlsLinkTest {
    private static final Certificates AUTHORITY = new Certificates();
    private static final Certificates.Identity GOOD = AUTHORITY.of("server.test", "127.0.0.1");
    private static final char[] NONE = {};

    private final List<AutoCloseable> closed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : closed) {
            one.close();
        }
    }

    /** Each engine on each transport. */
    static Stream<Arguments> ways() {
        List<SslProvider> engines =
                OpenSsl.isAvailable() ? List.of(SslProvider.OPENSSL_REFCNT, SslProvider.JDK) : List.of(SslProvider.JDK);
        return Transport.available().stream()
                .flatMap(transport -> engines.stream().map(engine -> Arguments.of(transport, engine)));
    }

    /** How a connection went. */
    private static final class Heard implements Link.Owner {
        final CompletableFuture<String> up = new CompletableFuture<>();
        final CompletableFuture<String> end = new CompletableFuture<>();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        volatile long handshakeNanos = -1;
        final CompletableFuture<String> all = new CompletableFuture<>();
        int awaited;

        @Override
        public void secured(long nanos) {
            handshakeNanos = nanos;
        }

        @Override
        public void connected() {
            up.complete("up");
        }

        @Override
        public void received(ByteBuffer received) {
            while (received.hasRemaining()) {
                bytes.write(received.get());
            }
            if (bytes.size() >= awaited) {
                all.complete(bytes.toString(ISO_8859_1));
            }
        }

        @Override
        public void closed() {
            ended("closed");
        }

        @Override
        public void failed(String where, Throwable cause) {
            ended(where + " " + Errno.name(cause));
        }

        private void ended(String how) {
            assertThat(end.complete(how)).as("told once: " + how).isTrue();
            up.complete(how);
        }
    }

    private static SSLContext context(Certificates.Identity identity) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, NONE);
        keys.setKeyEntry("key", identity.key(), NONE, new java.security.cert.Certificate[] {identity.certificate()});
        keys.setCertificateEntry("root", AUTHORITY.root().certificate());
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, NONE);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private SSLServerSocket tls(Certificates.Identity identity) throws GeneralSecurityException, IOException {
        return (SSLServerSocket)
                context(identity).getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private interface Talk {
        void with(Socket socket) throws IOException;
    }

    private int serves(ServerSocket socket, Talk talk) {
        closed.add(socket);
        thread(() -> {
            while (!socket.isClosed()) {
                Socket accepted = socket.accept();
                closed.add(accepted);
                thread(() -> {
                    try (accepted) {
                        talk.with(accepted);
                    }
                });
            }
        });
        return socket.getLocalPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(Work work) {
        Thread server = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // the client sees it
                    }
                },
                "test-server");
        server.setDaemon(true);
        server.start();
    }

    private static void echo(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] some = new byte[1000];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
            socket.getOutputStream().write(some, 0, n);
        }
    }

    private static TlsSettings settings() {
        return TlsSettings.client("server.test")
                .withTrust(AUTHORITY.root().pem().lines().toList());
    }

    private record Dialled(Heard heard, Link link, Links links) {
        void onLoop(Runnable task) {
            assertThat(links.eventLoop().submit(task).awaitUninterruptibly(20, TimeUnit.SECONDS))
                    .isTrue();
        }

        String up() {
            assertThat(heard.up).succeedsWithin(20, TimeUnit.SECONDS);
            return heard.up.join();
        }

        String end() {
            assertThat(heard.end).succeedsWithin(20, TimeUnit.SECONDS);
            return heard.end.join();
        }
    }

    private Links bare(Transport transport) {
        EventLoopGroup group = transport.loops(1, "test-loop");
        closed.add(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
        return transport.links(group.next(), 0);
    }

    private static Links tls(Links bare, SslProvider engine, TlsSettings settings) {
        return new TlsLinks(bare, new TlsEngines(settings, false, engine), "");
    }

    private Dialled dial(Transport transport, SslProvider engine, TlsSettings settings, int port) {
        return dial(tls(bare(transport), engine, settings), port);
    }

    private static Dialled dial(Links links, int port) {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Heard heard = new Heard();
        Link link = links.newLink(target);
        Dialled dialled = new Dialled(heard, link, links);
        dialled.onLoop(() -> {
            try {
                link.connect(target, null, heard);
            } catch (IOException e) {
                heard.failed("connect", e);
            }
        });
        return dialled;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whatIsSaidComesBack(Transport transport, SslProvider engine) throws Exception {
        Dialled to = dial(transport, engine, settings(), serves(tls(GOOD), TlsLinkTest::echo));
        assertThat(to.up()).isEqualTo("up");
        assertThat(to.heard.handshakeNanos).isPositive();
        String said = "0123456789abcdef".repeat(10_000);
        to.heard.awaited = said.length();
        to.onLoop(() -> assertThat(to.link.send(said.getBytes(ISO_8859_1), 0)).isEqualTo(said.length()));
        assertThat(to.heard.all).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(said);
        to.onLoop(to.link::close);
        assertThat(to.end()).isEqualTo("closed");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aCertificateThatIsNotGoodIsToldInItsWords(Transport transport, SslProvider engine) throws Exception {
        int expired = serves(tls(AUTHORITY.expired("server.test")), TlsLinkTest::echo);
        assertThat(dial(transport, engine, settings(), expired).end()).isEqualTo("tls handshake: certificate expired");
        int stranger = serves(tls(new Certificates().of("server.test")), TlsLinkTest::echo);
        assertThat(dial(transport, engine, settings(), stranger).end()).isEqualTo("tls handshake: certificate unknown");
        int other = serves(tls(AUTHORITY.of("other.test")), TlsLinkTest::echo);
        assertThat(dial(transport, engine, settings(), other).end())
                .isEqualTo("tls handshake: certificate of another name");
        assertThat(dial(transport, engine, settings().withVerify(false), expired)
                        .up())
                .isEqualTo("up");
        TlsSettings byAddress =
                TlsSettings.client("127.0.0.1").withTrust(settings().trust());
        assertThat(dial(transport, engine, byAddress, other).end())
                .isEqualTo("tls handshake: certificate of another name");
        assertThat(dial(transport, engine, byAddress, serves(tls(GOOD), TlsLinkTest::echo))
                        .up())
                .isEqualTo("up");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void oneCertificateIsTrustedByItsFingerprintWhateverIsInIt(Transport transport, SslProvider engine)
            throws Exception {
        Certificates.Identity any = new Certificates().of("any.test");
        int port = serves(tls(any), TlsLinkTest::echo);
        TlsSettings known = TlsSettings.client("server.test").withFingerprint(any.fingerprint());
        assertThat(dial(transport, engine, known, port).up()).isEqualTo("up");
        TlsSettings another = TlsSettings.client("server.test").withFingerprint(GOOD.fingerprint());
        assertThat(dial(transport, engine, another, port).end()).isEqualTo("tls handshake: certificate unknown");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aServerMayWantACertificate(Transport transport, SslProvider engine) throws Exception {
        SSLServerSocket socket = tls(GOOD);
        socket.setNeedClientAuth(true);
        int port = serves(socket, TlsLinkTest::echo);
        assertThat(dial(transport, engine, settings(), port).end()).startsWith("tls handshake: alert ");
        Certificates.Identity own = AUTHORITY.of("client.test");
        TlsSettings with = settings()
                .withCertificate(
                        own.pem().lines().toList(), own.keyPem().lines().toList());
        Dialled to = dial(transport, engine, with, port);
        assertThat(to.up()).isEqualTo("up");
        to.heard.awaited = 2;
        to.onLoop(() -> to.link.send(new byte[] {'o', 'k'}, 0));
        assertThat(to.heard.all).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo("ok");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whoSharesNoProtocolIsToldSo(Transport transport, SslProvider engine) throws Exception {
        SSLServerSocket socket = tls(GOOD);
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        int port = serves(socket, TlsLinkTest::echo);
        assertThat(dial(transport, engine, settings().withProtocols(List.of("TLSv1.3")), port)
                        .end())
                .isEqualTo("tls handshake: alert protocol version");
        assertThat(dial(transport, engine, settings().withProtocols(List.of("TLSv1.2")), port)
                        .up())
                .isEqualTo("up");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aServerWithoutTlsIsToldAsOne(Transport transport, SslProvider engine) throws Exception {
        int talks = serves(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), socket -> {
            socket.getOutputStream().write("-ERR unknown command\r\n".getBytes(ISO_8859_1));
            echo(socket);
        });
        assertThat(dial(transport, engine, settings(), talks).end()).isEqualTo("tls handshake: not TLS");
        int ends = serves(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), socket -> {
            assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
            socket.shutdownOutput();
            echo(socket);
        });
        assertThat(dial(transport, engine, settings(), ends).end()).isEqualTo("tls handshake: closed");
    }

    /** Links over which nothing more can be sent from some moment on. */
    private static final class Deafened implements Links {
        private final Links under;
        private final boolean onceHeard;
        private boolean deaf;

        /** @param onceHeard whether that moment is when the peer has said something */
        Deafened(Links under, boolean onceHeard) {
            this.under = under;
            this.onceHeard = onceHeard;
        }

        @Override
        public EventLoop eventLoop() {
            return under.eventLoop();
        }

        @Override
        public Link newLink(InetSocketAddress target) {
            return new LayeredLink(under.newLink(target)) {
                private boolean failed;

                @Override
                public void connected() {
                    owner().connected();
                }

                @Override
                public void received(ByteBuffer bytes) {
                    deaf |= onceHeard;
                    owner().received(bytes);
                }

                @Override
                public int send(byte[] bytes, int from) {
                    if (!deaf) {
                        return under.send(bytes, from);
                    }
                    failed = true;
                    owner().failed("send", new IOException("Broken pipe"));
                    return 0;
                }

                @Override
                public void send(int times) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isOpen() {
                    return !failed;
                }

                @Override
                public void closed() {}

                @Override
                public void failed(String where, Throwable cause) {}

                @Override
                public void close() {
                    under.close();
                }
            };
        }
    }

    /** The alert that it deserves can't be sent. Over TLS 1.2 nothing else is sent before. */
    @ParameterizedTest
    @MethodSource("ways")
    void whatIsWrongIsToldThoughThePeerHearsNothing(Transport transport, SslProvider engine) throws Exception {
        int expired = serves(tls(AUTHORITY.expired("server.test")), TlsLinkTest::echo);
        TlsSettings settings = settings().withProtocols(List.of("TLSv1.2"));
        Links deafened = new Deafened(bare(transport), true);
        assertThat(dial(tls(deafened, engine, settings), expired).end())
                .isEqualTo("tls handshake: certificate expired");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whoClosesIsToldThatOnceThoughThePeerHearsNothing(Transport transport, SslProvider engine) throws Exception {
        Deafened deafened = new Deafened(bare(transport), false);
        Dialled to = dial(tls(deafened, engine, settings()), serves(tls(GOOD), TlsLinkTest::echo));
        assertThat(to.up()).isEqualTo("up");
        to.onLoop(() -> {
            deafened.deaf = true;
            to.link.close();
        });
        assertThat(to.end()).isEqualTo("closed");
    }

    /** A session that is taken up again was made when the first one was; the server knows. */
    @ParameterizedTest
    @MethodSource("waysWithProtocols")
    void sessionsAreResumedWhereTheyMayBe(Transport transport, SslProvider engine, String protocol) throws Exception {
        BlockingQueue<Long> made = new LinkedBlockingQueue<>();
        int port = serves(tls(GOOD), socket -> {
            made.add(((SSLSocket) socket).getSession().getCreationTime());
            echo(socket);
        });
        for (boolean resumption : List.of(true, false)) {
            TlsSettings settings = settings().withProtocols(List.of(protocol)).withResumption(resumption);
            Links links = tls(bare(transport), engine, settings);
            long first = made(dial(links, port), made);
            await().until(() -> System.currentTimeMillis() > first);
            long second = made(dial(links, port), made);
            assertThat(second == first).as("resumed").isEqualTo(resumption);
        }
    }

    static Stream<Arguments> waysWithProtocols() {
        return ways().flatMap(way ->
                TlsSettings.PROTOCOLS.stream().map(protocol -> Arguments.of(way.get()[0], way.get()[1], protocol)));
    }

    /** When its session was made; it has heard something, so that what it may take up again has come, too. */
    private static long made(Dialled to, BlockingQueue<Long> made) throws InterruptedException {
        assertThat(to.up()).isEqualTo("up");
        to.heard.awaited = 1;
        to.onLoop(() -> to.link.send(new byte[] {'x'}, 0));
        assertThat(to.heard.all).succeedsWithin(20, TimeUnit.SECONDS);
        to.onLoop(to.link::close);
        return Objects.requireNonNull(made.poll(20, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aServersEndIsTheConnections(Transport transport, SslProvider engine) throws Exception {
        int port = serves(tls(GOOD), socket -> {
            socket.getOutputStream().write('x');
            socket.getOutputStream().flush();
        });
        @Nullable Dialled to = dial(transport, engine, settings(), port);
        assertThat(to.end()).isEqualTo("closed");
    }

    @Test
    void whatIsNoCertificateIsToldAtOnce() {
        TlsSettings settings = TlsSettings.client("a")
                .withTrust(List.of("-----BEGIN CERTIFICATE-----", "AAAA", "-----END CERTIFICATE-----"));
        assertThatThrownBy(() -> TlsEngines.check(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("certificate");
    }

    @Test
    void aKeyIsNotWritten() {
        assertThat(settings().withCertificate(List.of("c"), List.of("secret")).toString())
                .doesNotContain("secret");
    }
}
