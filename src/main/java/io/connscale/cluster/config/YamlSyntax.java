package io.connscale.cluster.config;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** The YAML parser's complaint of many lines, in one line that says what to do, at the place where the user has to do it. */
final class YamlSyntax {
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
            new Complaint("but found '}'", false, "this \"}\" closes nothing: remove it, or put the value in quotes"),
            new Complaint("but found ']'", false, "this \"]\" closes nothing: remove it, or put the value in quotes"),
            new Complaint("could not find expected ':'", true, "a line without \":\": write key: value"),
            new Complaint("unexpected end of stream", true, "a quote that is never closed"),
            new Complaint("unexpected document separator", true, "a quote that is never closed"),
            new Complaint(
                    "expected ',' or ']'", true, "a list that is not closed: write \",\" between items, \"]\" last"),
            new Complaint(
                    "expected ',' or '}'", true, "a mapping that is not closed: write \",\" between keys, \"}\" last"),
            new Complaint(
                    "expected <block end>",
                    false,
                    "not in line with the lines above: keys of one section begin in one column"),
            new Complaint(
                    "expected the node content", false, "a value is missing; one with special characters needs quotes"),
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
        return mark.map(at -> new Place(at.getLine() + 1, at.getColumn() + 1)).orElse(otherwise);
    }

    private static Place place(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null ? Place.START : new Place(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
    }
}
