package io.connscale.cluster.config;

import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A kind of value: how to read it from its text, and the words for what was expected.
 *
 * @param read throws IllegalArgumentException where the text is not of this kind
 */
record Kind<T>(String expected, Function<String, T> read) {
    static final Kind<Duration> DURATION =
            new Kind<>("a duration with its unit, such as 500ms, 5s or 2m (1ms to 24h)", Quantity::duration);
    static final Kind<Duration> KEEPALIVE =
            new Kind<>("off or a duration with its unit, such as 30s or 5m (1s to 1h)", Kind::keepalive);
    static final Kind<Rate> RATE = new Kind<>("a rate such as 5000, 10k or unlimited (1 to 10M a second)", Rate::parse);
    static final Kind<Double> PART =
            new Kind<>("a percentage such as 5% (more than 0%, at most 100%)", Quantity::percent);
    static final Kind<Boolean> FLAG = new Kind<>("true or false", Kind::flag);
    static final Kind<Workers> WORKERS = new Kind<>("auto or a whole number from 1 to " + Workers.MAX, Workers::parse);
    static final Kind<HostKey> HOST_KEY = new Kind<>("strict or accept-new", HostKey::parse);
    static final Kind<Launch.SshClient> SSH_CLIENT = new Kind<>("sshj or openssh", Launch.SshClient::parse);
    static final Kind<String> TRANSPORT = new Kind<>("auto, io_uring, epoll or nio", Kind::transport);
    static final Kind<SshAddress> SSH = new Kind<>("[user@]host[:port]", SshAddress::parse);
    static final Kind<String> ADDRESS =
            new Kind<>("an address or a host name, with :port where one is mapped", text -> {
                ServerConfig.endpoint(text);
                return text;
            });
    static final Kind<String> BIND = new Kind<>("an address of this machine, 0.0.0.0, \"::\" or \"*\"", Address::bind);
    static final Kind<List<String>> SOURCE = new Kind<>(
            "addresses such as 10.0.0.4 or 127.0.0.2-127.0.0.20 (at most " + Address.MAX + ")", Address::expand);
    static final Kind<List<Integer>> PORTS =
            new Kind<>("a port from 1 to 65535 (0: any free one) or a range such as 8989-8998", Address::ports);
    static final Kind<String> PATH = new Kind<>("the path of a file", Checks::word);
    static final Kind<String> WORD = new Kind<>("a list of words such as [ip, netns, exec, h5]", Checks::word);
    static final Kind<String> JVM_FLAG = new Kind<>("JVM flags as a list such as [-Xmx1g, -Xss256k]", Checks::flag);

    static Kind<Integer> whole(int min, int max) {
        return new Kind<>("a whole number from " + min + " to " + max, text -> whole(text, min, max));
    }

    private static String transport(String text) {
        return Checks.check(Transport.NAMES.contains(text), text, "is no transport");
    }

    private static int whole(String text, int min, int max) {
        return Math.toIntExact(Checks.inRange("the number", Quantity.count(text), min, max));
    }

    /** The kernel counts it in seconds. */
    private static Duration keepalive(String text) {
        if (text.strip().toLowerCase(Locale.ROOT).equals("off")) {
            return Duration.ZERO;
        }
        Duration duration = Quantity.duration(text);
        if (duration.toMillis() < 1_000 || duration.compareTo(ServerSettings.MAX_KEEPALIVE) > 0) {
            throw new IllegalArgumentException("out of range");
        }
        return duration;
    }

    private static boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    /** The value of {@code node}. */
    T of(Node node) {
        if (node instanceof Node.Text text) {
            try {
                return read.apply(text.text());
            } catch (IllegalArgumentException e) {
                throw unlike(node);
            }
        }
        throw unlike(node);
    }

    /** The values of a list, or of a single item that stands for a list of one. */
    List<T> each(Node node) {
        return node instanceof Node.Sequence list ? ofAll(list) : List.of(of(node));
    }

    /** The values of a list of at least one. */
    List<T> ofAll(Node node) {
        if (node instanceof Node.Sequence list && !list.items().isEmpty()) {
            return list.items().stream().map(this::of).toList();
        }
        throw unlike(node);
    }

    private Fault unlike(Node node) {
        return new Fault(node.place(), "expected " + expected + ", got " + node.shown());
    }
}
