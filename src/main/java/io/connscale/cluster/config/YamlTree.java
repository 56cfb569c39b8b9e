package io.connscale.cluster.config;

import io.connscale.cluster.config.Node.Place;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
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
        try (JsonParser in = YAML.createParser(ObjectReadContext.empty(), Ranges.hidden(text))) {
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
            Node.Text key = new Node.Text(here(), Ranges.shown(in.getString()));
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
        return empty ? new Node.Empty(here()) : new Node.Text(here(), Ranges.shown(in.getString()));
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

    /**
     * {@code node[1-10,15]} without quotes between braces, where YAML has another meaning for brackets and commas: nothing else of a hosts
     * file has a word right before a bracket, so there they stand for themselves. While YAML is read other characters are in their place, so
     * that lines and columns stay what they are.
     */
    private static final class Ranges {
        private static final Pattern WORD =
                Pattern.compile("[A-Za-z][A-Za-z0-9_.*?-]*(?:\\[[A-Za-z0-9_,./-]+\\][A-Za-z0-9_.*?-]*)+");
        /** Of Unicode's private use. */
        private static final String STANDS_FOR = "\uE000\uE001\uE002";

        private static final String MARKS = "[],";

        private Ranges() {}

        static String hidden(String text) {
            boolean taken = text.chars().anyMatch(c -> STANDS_FOR.indexOf(c) >= 0);
            return taken ? text : WORD.matcher(text).replaceAll(word -> exchanged(word.group(), MARKS, STANDS_FOR));
        }

        static String shown(String text) {
            return exchanged(text, STANDS_FOR, MARKS);
        }

        private static String exchanged(String text, String from, String to) {
            String now = text;
            for (int i = 0; i < from.length(); i++) {
                now = now.replace(from.charAt(i), to.charAt(i));
            }
            return now;
        }
    }

    /** The YAML parser's complaint of many lines, in one line that says what to do, at the place where the user has to do it. */
    private static final class YamlSyntax {
        /**
         * @param sign words of the parser's complaint that tell it from others; the first sign that fits counts
         * @param atStart whether the place is where the broken thing begins, not where the parser noticed
         */
        private record Complaint(String sign, boolean atStart, String says) {}

        private static final List<Complaint> COMPLAINTS = List.of(
                new Complaint("(TAB)", false, "a tab; YAML indents with spaces"),
                new Complaint("scanning an a", true, "\"&\" and \"*\" have a meaning in YAML: put the value in quotes"),
                new Complaint("cannot start any token", false, "no value begins with this character: put it in quotes"),
                new Complaint(
                        "mapping values are not allowed",
                        false,
                        "no \":\" can be here: check the indentation and the line above, or put the value in quotes"),
                new Complaint(
                        "but found '}'", false, "this \"}\" closes nothing: remove it, or put the value in quotes"),
                new Complaint(
                        "but found ']'", false, "this \"]\" closes nothing: remove it, or put the value in quotes"),
                new Complaint("could not find expected ':'", true, "a line without \":\": write key: value"),
                new Complaint("unexpected end of stream", true, "a quote that is never closed"),
                new Complaint("unexpected document separator", true, "a quote that is never closed"),
                new Complaint(
                        "expected ',' or ']'",
                        true,
                        "a list that is not closed: write \",\" between items, \"]\" last"),
                new Complaint(
                        "expected ',' or '}'",
                        true,
                        "a mapping that is not closed: write \",\" between keys, \"}\" last"),
                new Complaint(
                        "expected <block end>",
                        false,
                        "not in line with the lines above: keys of one section begin in one column"),
                new Complaint(
                        "expected the node content",
                        false,
                        "a value is missing; one with special characters needs quotes"),
                new Complaint("NumberFormatException", true, "an unknown escape: write \"\\\\\" for a backslash"),
                new Complaint("escape", false, "an unknown escape: write \"\\\\\" for a backslash, or single quotes"),
                new Complaint("<document start>", false, "a second document begins here: a hosts file is one"),
                new Complaint("base64", false, "a tag (\"!\"), which a hosts file doesn't use: remove it"),
                new Complaint("Version", false, "a line that begins with \"%\": remove it"),
                new Complaint("tag", false, "a tag (\"!\"), which a hosts file doesn't use: put the value in quotes"),
                new Complaint("directive", false, "a line that begins with \"%\": remove it"),
                new Complaint("Expected a property name", false, "a key must be a plain word"));

        private YamlSyntax() {}

        static Fault fault(JacksonException e) {
            return e.getCause() instanceof MarkedYamlEngineException marked
                    ? fault(marked)
                    : fault(String.valueOf(e.getOriginalMessage()), place(e), place(e));
        }

        private static Fault fault(MarkedYamlEngineException e) {
            Place noticed = place(e.getProblemMark(), Place.START);
            Place began = place(e.getContextMark(), noticed);
            return fault(e.getContext() + ": " + e.getProblem(), began, noticed);
        }

        private static Fault fault(String complaint, Place began, Place noticed) {
            return COMPLAINTS.stream()
                    .filter(known -> complaint.contains(known.sign()))
                    .findFirst()
                    .map(known -> new Fault(known.atStart() ? began : noticed, known.says()))
                    .orElseGet(() -> new Fault(noticed, "not YAML (" + firstLine(complaint) + "): check this line"));
        }

        private static String firstLine(String complaint) {
            String line = complaint.lines().findFirst().orElse("");
            return line.length() > 100 ? line.substring(0, 97) + "..." : line;
        }

        private static Place place(Optional<Mark> mark, Place otherwise) {
            return mark.map(at -> new Place(at.getLine() + 1, at.getColumn() + 1))
                    .orElse(otherwise);
        }

        private static Place place(JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            return at == null ? Place.START : new Place(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
        }
    }
}
