package io.connscale.cluster.config;

import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A mapping read strictly: every key is a known one, and there once. Absent keys have defaults, empty ones are errors. */
final class Section {
    private final String name;
    private final Map<String, Node.Entry> entries;

    private Section(String name, Map<String, Node.Entry> entries) {
        this.name = name;
        this.entries = entries;
    }

    /**
     * @param name how messages call it; "" for the file itself
     * @param known every key there is
     * @throws Fault where {@code node} is no mapping, at a key that is not known, or at one that is there twice
     */
    static Section of(String name, Node node, List<String> known) {
        Section section = new Section(name, new LinkedHashMap<>());
        for (Node.Entry entry : entries(node, known)) {
            String key = entry.key().text();
            if (!known.contains(key)) {
                throw new Fault(entry.key().place(), section.unknown(key, known));
            }
            Node.Entry first = section.entries.putIfAbsent(key, entry);
            if (first != null) {
                throw twice("key", entry.key(), first.key());
            }
        }
        return section;
    }

    private static List<Node.Entry> entries(Node node, List<String> known) {
        if (node instanceof Node.Mapping mapping) {
            return mapping.entries();
        }
        if (node instanceof Node.Empty) {
            return List.of();
        }
        throw new Fault(node.place(), "expected keys (" + String.join(", ", known) + "), got " + node.shown());
    }

    static Fault twice(String what, Node.Text again, Node.Text first) {
        return new Fault(
                again.place(),
                "duplicate " + what + " " + again.shown() + ", the first is in line "
                        + first.place().line() + ": keep one");
    }

    private String unknown(String key, List<String> known) {
        String hint = Nearest.word(key, known)
                .map(meant -> "did you mean " + Quantity.quoted(meant) + "?")
                .orElse("known are " + String.join(", ", known));
        return "unknown key " + Quantity.quoted(key) + (name.isEmpty() ? "" : " in " + name) + ", " + hint;
    }

    /** The section under {@code key}; one without keys where there is none. */
    Section section(String key, List<String> known) {
        return node(key).map(node -> of(key, node, known)).orElseGet(() -> new Section(key, Map.of()));
    }

    Optional<Node> node(String key) {
        return Optional.ofNullable(entries.get(key)).map(Node.Entry::value);
    }

    <T> T get(String key, Kind<T> kind, T otherwise) {
        return find(key, kind).orElse(otherwise);
    }

    <T> Optional<T> find(String key, Kind<T> kind) {
        return node(key).map(kind::of);
    }

    /** A list, or one value that stands for it; empty where the key is absent. */
    <T> List<T> list(String key, Kind<T> kind) {
        return node(key).map(kind::each).orElse(List.of());
    }

    /** As {@link #list}, of items that are several values each: all of them, distinct, at most {@code max}. */
    <T> List<T> ranges(String key, Kind<List<T>> kind, int max) {
        return node(key).map(node -> ranges(key, node, kind, max)).orElse(List.of());
    }

    private static <T> List<T> ranges(String key, Node node, Kind<List<T>> kind, int max) {
        List<T> all = new ArrayList<>();
        for (Node item : node instanceof Node.Sequence list && !list.items().isEmpty() ? list.items() : List.of(node)) {
            all.addAll(kind.of(item));
            if (all.size() > max) {
                throw new Fault(item.place(), "too many in " + key + ": at most " + Quantity.text(max));
            }
        }
        return Fault.at(node.place(), () -> Checks.distinct(key + ":", all));
    }

    /** Refuses {@code key}, where it is there, for the reason that {@code why} makes of its quoted name. */
    void refuse(String key, Function<String, String> why) {
        Node.Entry entry = entries.get(key);
        if (entry != null) {
            throw new Fault(
                    entry.key().place(), why.apply(entry.key().shown() + (name.isEmpty() ? "" : " in " + name)));
        }
    }
}
