package io.connscale.cluster.config;

import io.connscale.cluster.config.Node.Place;
import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import io.connscale.net.Layers;
import io.connscale.net.ProxyHeader;
import io.connscale.talk.ByteText;
import io.connscale.talk.Exchange;
import io.connscale.talk.TalkSettings;
import io.connscale.talk.Talks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code target:}, with its {@code talk:}: a preset's name, a preset with options, or exchanges by hand. */
final class TargetReader {
    /** The talk of our own server. */
    static final String PING = "ping";

    /** An option of talks that name the server in what they say. */
    private static final String HOST = "host";

    static final List<String> KEYS = List.of("address", "ports", "talk", "keepalive", "tls", "proxy");

    private static final List<String> BY_HAND = List.of("open", PING);
    private static final List<String> EXCHANGE = List.of("send", "expect");
    private static final List<String> EXPECT = List.of("line", "length");

    private static final List<String> PROXY = List.of("version", "from");
    private static final Kind<Integer> VERSION =
            new Kind<>("v1, v2 or {version: v2, from: 10.0.0.0/8}", text -> switch (text) {
                case "v1" -> 1;
                case "v2" -> 2;
                default -> throw new IllegalArgumentException("neither v1 nor v2");
            });

    private static final Kind<String> BYTES =
            new Kind<>("text whose characters are bytes: \"\\x10\\r\\n\" in double quotes", ByteText::of);
    private static final Kind<Integer> LENGTH = Kind.whole(1, 1 << 30);
    private static final Kind<String> OPTION = new Kind<>("a printable text of at most 1,000 characters", text -> {
        if (text.length() > 1000 || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("not printable");
        }
        return text;
    });

    private TargetReader() {}

    /** @param place of the whole, where to point when nothing nearer is wrong */
    static TargetConfig read(Section section, Place place) {
        String address = section.find("address", Kind.ADDRESS)
                .orElseThrow(() -> new Fault(place, "target has no address: write \"address: broker.example.org\""));
        List<Integer> ports = section.ranges("ports", Kind.PORTS, Address.MAX_PORT);
        Duration keepalive = section.get("keepalive", Kind.KEEPALIVE, Duration.ZERO);
        String host = ServerConfig.endpoint(address).host();
        Layers layers = new Layers(
                section.node("proxy").map(TargetReader::proxy).orElse(null),
                section.node("tls").map(node -> TlsReader.target(node, host)).orElse(null));
        Optional<TalkSettings> talk = section.node("talk")
                .flatMap(node -> talk(node, host))
                .or(() -> layers.isNone() ? Optional.empty() : Optional.of(TalkSettings.of(PING, Map.of())))
                .map(settings -> keepalive.isZero() ? settings : settings.withKeepalive(keepalive.toMillis()));
        if (talk.isEmpty()) {
            section.refuse("keepalive", key -> key + " is for other talks than ping: remove it");
        }
        return Fault.at(place, () -> new TargetConfig(address, ports, talk, layers));
    }

    /** @param address of the target: what a talk calls its host where the file does not say */
    private static Optional<TalkSettings> talk(Node node, String address) {
        if (node instanceof Node.Text name) {
            return name.text().equals(PING)
                    ? Optional.empty()
                    : Optional.of(checked(node, preset(name, null, address)));
        }
        if (!(node instanceof Node.Mapping mapping) || mapping.entries().isEmpty()) {
            throw new Fault(
                    node.place(),
                    "expected " + String.join(", ", Talks.names())
                            + ", or exchanges such as {ping: {send: \"PING\\r\\n\","
                            + " expect: \"+PONG\\r\\n\"}}, got " + node.shown());
        }
        Node.Entry first = mapping.entries().get(0);
        if (mapping.entries().size() == 1 && !BY_HAND.contains(first.key().text())) {
            return Optional.of(checked(node, preset(first.key(), first.value(), address)));
        }
        Section byHand = Section.of("talk", node, BY_HAND);
        return Optional.of(checked(node, TalkSettings.of(exchanges(byHand, "open"), exchanges(byHand, PING))));
    }

    /** {@code v2}, or {@code {version: v2, from: 10.0.0.0/8}}. */
    private static ProxyHeader proxy(Node node) {
        if (node instanceof Node.Text) {
            return new ProxyHeader(VERSION.of(node), null);
        }
        Section section = Section.of("proxy", node, PROXY);
        int version = section.get("version", VERSION, 2);
        String from = section.find("from", Kind.WORD).orElse(null);
        return Fault.at(node.place(), () -> new ProxyHeader(version, from));
    }

    private static TalkSettings preset(Node.Text name, @Nullable Node options, String address) {
        List<String> known = Talks.options(name.text())
                .filter(any -> Talks.names().contains(name.text()))
                .orElseThrow(() -> new Fault(name.place(), unknown(name.text())));
        TreeMap<String, String> given = new TreeMap<>();
        if (options != null && known.isEmpty()) {
            throw new Fault(options.place(), name.text() + " has no further keys: write \"talk: " + name.text() + "\"");
        }
        if (options != null) {
            Section section = Section.of(name.text(), options, known);
            known.forEach(key -> section.find(key, OPTION).ifPresent(value -> given.put(key, value)));
        }
        if (known.contains(HOST)) {
            given.putIfAbsent(HOST, address);
        }
        return TalkSettings.of(name.text(), given);
    }

    private static String unknown(String name) {
        return "unknown talk " + Quantity.quoted(name) + ", "
                + Nearest.word(name, Talks.names())
                        .map(meant -> "did you mean " + Quantity.quoted(meant) + "?")
                        .orElse("known are " + String.join(", ", Talks.names()));
    }

    private static TalkSettings checked(Node at, TalkSettings settings) {
        return Fault.at(at.place(), () -> {
            Talks.check(settings);
            return settings;
        });
    }

    private static List<Exchange> exchanges(Section section, String key) {
        List<Exchange> exchanges = new ArrayList<>();
        section.node(key)
                .map(node -> node instanceof Node.Sequence list ? list.items() : List.of(node))
                .orElse(List.of())
                .forEach(node -> exchanges.add(exchange(key, node)));
        return exchanges;
    }

    private static Exchange exchange(String key, Node node) {
        Section section = Section.of(key, node, EXCHANGE);
        String send = section.find("send", BYTES).orElse(null);
        Node expect = section.node("expect").orElse(null);
        if (expect instanceof Node.Mapping) {
            Section framed = Section.of("expect", expect, EXPECT);
            return Fault.at(
                    node.place(),
                    () -> new Exchange(
                            send,
                            null,
                            framed.find("line", BYTES).orElse(null),
                            framed.find("length", LENGTH).orElse(null)));
        }
        String literal = expect == null ? null : BYTES.of(expect);
        return Fault.at(node.place(), () -> new Exchange(send, literal, null, null));
    }
}
