package io.connscale.cluster.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.control.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the records allow can be written into a hosts file and read from it. */
class RoundTripTest {
    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("configs") ClusterConfig config) throws HostsFileException {
        assertThat(HostsFile.parse("hosts.yaml", Written.of(config))).isEqualTo(config);
    }

    @Provide
    Arbitrary<ClusterConfig> configs() {
        Arbitrary<List<HostConfig>> hosts =
                hosts().list().ofMinSize(1).ofMaxSize(4).uniqueElements(HostConfig::name);
        return hosts.flatMap(some -> server(some).map(server -> new ClusterConfig(server, some)));
    }

    private static Arbitrary<ServerConfig> server(List<HostConfig> hosts) {
        Arbitrary<Optional<String>> on =
                Arbitraries.of(hosts).map(HostConfig::name).optional();
        return Combinators.combine(
                        Arbitraries.of("127.0.0.1", "0.0.0.0", "::", "*", "fd00::1", "this.example.org"),
                        Arbitraries.of("10.0.0.1", "::1", "server-1", "fe80::1%eth0"),
                        Arbitraries.integers()
                                .between(0, 65_535)
                                .list()
                                .uniqueElements()
                                .ofMinSize(1)
                                .ofMaxSize(5),
                        Arbitraries.integers().between(1, ServerConfig.MAX_BACKLOG),
                        Arbitraries.integers().between(1, ServerConfig.MAX_ACCEPTORS),
                        Arbitraries.of(true, false),
                        on,
                        liveness())
                .as((bind, address, ports, backlog, acceptors, autostart, host, liveness) -> new ServerConfig(
                        bind,
                        address,
                        ports,
                        backlog,
                        acceptors,
                        autostart,
                        host,
                        liveness.workers,
                        liveness.patience,
                        liveness.keepalive));
    }

    private record Liveness(Workers workers, Duration patience, Duration keepalive) {}

    private static Arbitrary<Liveness> liveness() {
        Arbitrary<Duration> seconds = Arbitraries.longs().between(1, 3600).map(Duration::ofSeconds);
        return Combinators.combine(workers(), durations(), Arbitraries.oneOf(seconds, Arbitraries.just(Duration.ZERO)))
                .as(Liveness::new);
    }

    private static Arbitrary<Duration> durations() {
        return Arbitraries.longs().between(1, 86_400_000).map(Duration::ofMillis);
    }

    private static Arbitrary<HostConfig> hosts() {
        Arbitrary<String> flags = printable().map(text -> "-D" + text.replaceAll("\\s", "_"));
        return Combinators.combine(
                        names(),
                        Arbitraries.oneOf(Arbitraries.just(new Launch.Local()), ssh(), command()),
                        client(),
                        Arbitraries.of("10.0.0.1", "127.0.0.2", "fd00::2")
                                .list()
                                .uniqueElements(),
                        flags.list().ofMaxSize(3),
                        printable().optional(),
                        workers())
                .as(HostConfig::new);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("A.-_9")
                .ofMinLength(1)
                .ofMaxLength(20)
                .map(tail -> "h" + tail);
    }

    /** Words with everything in them that means something to YAML. */
    private static Arbitrary<String> printable() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .withChars(" \u00e4\u65e5\ufeff")
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(text -> !text.isBlank());
    }

    private static Arbitrary<Launch> ssh() {
        Arbitrary<OptionalInt> port = Arbitraries.integers().between(1, 65_535).map(OptionalInt::of);
        return Combinators.combine(
                        Arbitraries.of("me", "bench_2").optional(),
                        Arbitraries.of("far.example.org", "10.0.0.7", "::1"),
                        Arbitraries.oneOf(port, Arbitraries.just(OptionalInt.empty())),
                        printable().optional(),
                        Arbitraries.of(HostKey.class).optional(),
                        printable().optional(),
                        Arbitraries.of("gate", "me@[::1]:22", "gate:2022").optional(),
                        Arbitraries.of(Launch.SshClient.class))
                .as(Launch.Ssh::new);
    }

    private static Arbitrary<Launch> command() {
        return printable().list().ofMinSize(1).ofMaxSize(4).map(Launch.Command::new);
    }

    private static Arbitrary<ClientConfig> client() {
        return Combinators.combine(
                        durations(),
                        durations(),
                        Arbitraries.longs().between(0, Rate.MAX).map(Rate::new),
                        Arbitraries.integers().between(1, 100).map(percent -> percent / 100.0))
                .as(ClientConfig::new);
    }

    private static Arbitrary<Workers> workers() {
        return Arbitraries.integers().between(0, Workers.MAX).map(Workers::new);
    }
}
