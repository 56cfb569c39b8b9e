package io.connscale.cluster.config;

import io.connscale.control.Quantity;
import java.util.List;

/** A piece of the file as YAML sees it, with the place where it begins. */
sealed interface Node {
    Place place();

    /** What is there instead of what was expected, for a message. */
    String shown();

    /** The same with {@code value} in place of {@code word}, wherever that is in a text that is no key. */
    default Node with(String word, String value) {
        return this;
    }

    /** Any single value; a number is its text too, since {@code 8989-8998} and {@code 5s} are no numbers for YAML. */
    record Text(Place place, String text) implements Node {
        @Override
        public String shown() {
            return Quantity.quoted(text);
        }

        @Override
        public Node with(String word, String value) {
            return new Text(place, text.replace(word, value));
        }
    }

    /** A key with nothing behind it. */
    record Empty(Place place) implements Node {
        @Override
        public String shown() {
            return "nothing";
        }
    }

    record Sequence(Place place, List<Node> items) implements Node {
        @Override
        public String shown() {
            return items.isEmpty() ? "an empty list" : "a list";
        }

        @Override
        public Node with(String word, String value) {
            return new Sequence(
                    place, items.stream().map(item -> item.with(word, value)).toList());
        }
    }

    record Mapping(Place place, List<Entry> entries) implements Node {
        @Override
        public String shown() {
            boolean braces = entries.size() == 1
                    && entries.get(0).value() instanceof Empty
                    && entries.get(0).key().text().equals("host");
            return braces ? "{host} without quotes: write \"{host}\"" : "a mapping";
        }

        @Override
        public Node with(String word, String value) {
            return new Mapping(
                    place,
                    entries.stream()
                            .map(entry -> new Entry(entry.key(), entry.value().with(word, value)))
                            .toList());
        }
    }

    /** A key and its value. The file's order is kept, and so are keys that are there twice. */
    record Entry(Text key, Node value) {}

    /** Where in the file, both counted from 1; a column is a character. */
    record Place(int line, int column) {
        static final Place START = new Place(1, 1);

        /** The place right behind {@code text}, which begins the file. */
        static Place after(CharSequence text) {
            String before = text.toString();
            int lineStart = before.lastIndexOf('\n') + 1;
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            return new Place(line, 1 + before.codePointCount(lineStart, before.length()));
        }
    }
}
