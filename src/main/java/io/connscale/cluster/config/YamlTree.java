package io.connscale.cluster.config;

import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * YAML to {@link Node}s. One document, no anchors, aliases or tags: a configuration needs none, and they are how a few
 * lines of YAML become gigabytes.
 */
final class YamlTree {
    /** Far more than a hosts file needs; bounds the recursion. */
    private static final int MAX_DEPTH = 16;

    private static final YAMLFactory YAML = YAMLFactory.builder().build();

    private final YAMLParser in;
    private int depth;

    private YamlTree(YAMLParser in) {
        this.in = in;
    }

    /**
     * The document in {@code text}; {@link Node.Empty} where there is none.
     *
     * @throws Fault where it is not YAML, or YAML that a hosts file doesn't use
     */
    static Node read(String text) {
        refuseUnprintable(text);
        try (JsonParser in = YAML.createParser(ObjectReadContext.empty(), text)) {
            return new YamlTree((YAMLParser) in).document();
        } catch (JacksonException e) {
            throw YamlSyntax.fault(e);
        }
    }

    /** YAML has no such characters, and its parser doesn't say where they were. */
    private static void refuseUnprintable(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean control = Character.isISOControl(c) && "\t\n\r\u0085".indexOf(c) < 0;
            boolean none = c == 0xFFFE || c == 0xFFFF || Character.getType(c) == Character.SURROGATE;
            if (control || none) {
                throw new Fault(
                        Place.after(text.substring(0, i)),
                        String.format("a character that is no text (U+%04X): remove it", c));
            }
        }
    }

    private Node document() {
        JsonToken first = in.nextToken();
        if (first == null) {
            return new Node.Empty(Place.START);
        }
        Node root = node(first);
        if (in.nextToken() != null) {
            throw new Fault(here(), "a second document begins here: a hosts file is one, remove the \"---\" before it");
        }
        return root;
    }

    private Node node(JsonToken token) {
        refuseReferences();
        if (++depth > MAX_DEPTH) {
            throw new Fault(here(), "nested too deeply: a hosts file needs 4 levels");
        }
        Node node = switch (token) {
            case START_OBJECT -> mapping();
            case START_ARRAY -> sequence();
            default -> scalar(token);
        };
        depth--;
        return node;
    }

    private Node mapping() {
        Place place = here();
        List<Node.Entry> entries = new ArrayList<>();
        while (next() == JsonToken.PROPERTY_NAME) {
            refuseReferences();
            Node.Text key = new Node.Text(here(), in.getString());
            entries.add(new Node.Entry(key, node(next())));
        }
        return new Node.Mapping(place, List.copyOf(entries));
    }

    private Node sequence() {
        Place place = here();
        List<Node> items = new ArrayList<>();
        for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
            items.add(node(token));
        }
        return new Node.Sequence(place, List.copyOf(items));
    }

    private Node scalar(JsonToken token) {
        boolean empty = token == JsonToken.VALUE_NULL;
        return empty ? new Node.Empty(here()) : new Node.Text(here(), in.getString());
    }

    private JsonToken next() {
        JsonToken token = in.nextToken();
        if (token == null) {
            throw new Fault(here(), "the file ends too early");
        }
        return token;
    }

    private void refuseReferences() {
        refuse(in.isCurrentAlias() ? "*" + in.getString() : null, "an alias");
        refuse(in.getObjectId() == null ? null : "&" + in.getObjectId(), "an anchor");
        refuse(in.getTypeId() == null ? null : "!" + in.getTypeId(), "a tag");
    }

    private void refuse(@Nullable String found, String what) {
        if (found != null) {
            throw new Fault(
                    here(),
                    Quantity.quoted(found) + " is " + what
                            + ", which a hosts file doesn't use: write the value itself, in quotes if it begins so");
        }
    }

    private Place here() {
        TokenStreamLocation at = in.currentTokenLocation();
        return new Place(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
    }
}
