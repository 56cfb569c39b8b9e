package io.connscale.cluster;

import io.connscale.control.AgentException;
import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * HOST as the user types it: a name, {@code all}, or a pattern in which {@code *} is any characters, {@code ?} is one,
 * {@code [1-4]} a number from 1 to 4, {@code [a-d]} a letter from a to d, {@code [ac]} one of these characters, and {@code [1,3-5]} one
 * of several such; {@code a,b} is two of them.
 */
final class HostPattern {
    static final String EVERY = "all";

    /** Names have at most 63 characters: a longer pattern than this is something else. */
    private static final int MAX_LENGTH = 200;

    /** A range of numbers, a range of letters, a set of characters, alternatives, a wildcard, or characters as they are. */
    private static final Pattern PART =
            Pattern.compile("\\G(?:\\[(\\d{1,9})-(\\d{1,9})]|\\[([A-Za-z])-([A-Za-z])]|\\[([A-Za-z0-9._-]+)]"
                    + "|(\\*+|\\?)|([^\\[\\]*?]+)|\\[([A-Za-z0-9._,-]+)])");

    /** Between two hosts, and not between the alternatives of a bracket. */
    private static final Pattern COMMA = Pattern.compile(",(?![^\\[\\]]*])");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private HostPattern() {}

    /** The names that {@code words} mean, each once, in the order of {@code names} for each word. */
    static List<String> select(List<String> words, List<String> names) throws AgentException {
        Set<String> selected = new LinkedHashSet<>();
        for (String word : words) {
            List<String> parts = COMMA.splitAsStream(word)
                    .filter(part -> !part.isEmpty()) // client1, client2
                    .toList();
            for (String part : parts.isEmpty() ? List.of(word) : parts) {
                selected.addAll(matching(part, names));
            }
        }
        return List.copyOf(selected);
    }

    /**
     * What {@code typed} may become in order to mean some of {@code names}: after a comma, with a further name; in a bracket that is still
     * open, with a further number or a range of them. What it means already is not offered again.
     */
    static List<String> completions(String typed, List<String> names) {
        int open = typed.lastIndexOf('[');
        boolean inBracket = open > typed.lastIndexOf(']');
        int begin = COMMA.matcher(inBracket ? typed.substring(0, open) : typed)
                .results()
                .mapToInt(MatchResult::end)
                .max()
                .orElse(0);
        List<String> left = new ArrayList<>(names);
        left.removeAll(meant(typed.substring(0, begin), names));
        if (!inBracket) {
            return left.stream().map(name -> typed.substring(0, begin) + name).toList();
        }
        String head = typed.substring(begin, open);
        List<String> numbers = left.stream()
                .filter(name -> name.startsWith(head))
                .map(name -> NUMBER.matcher(name.substring(head.length())))
                .filter(Matcher::lookingAt)
                .map(Matcher::group)
                .distinct()
                .toList();
        return inBracket(typed, open + 1, numbers);
    }

    private static List<String> meant(String words, List<String> names) {
        try {
            return words.isEmpty() ? List.of() : select(List.of(words), names);
        } catch (AgentException e) {
            return List.of(); // nothing yet
        }
    }

    /** {@code client[1,2} with 3, {@code client[1-} with the numbers above, and a bracket to end it. */
    private static List<String> inBracket(String typed, int begin, List<String> numbers) {
        int last = Math.max(begin, typed.lastIndexOf(',') + 1);
        String before = typed.substring(0, last);
        String one = typed.substring(last);
        int dash = one.indexOf('-');
        if (dash >= 0) {
            String from = one.substring(0, dash);
            return numbers.stream()
                    .filter(to -> NUMBER.matcher(from).matches() && Long.parseLong(to) > Long.parseLong(from))
                    .map(to -> before + from + "-" + to + "]")
                    .toList();
        }
        List<String> taken = List.of(typed.substring(begin, last).split(",", -1));
        List<String> completions = new ArrayList<>();
        for (String number : numbers) {
            boolean whole = number.equals(one);
            if (whole || (!taken.contains(number) && (last > begin || number.length() == 1))) { // [12] is 1 or 2
                completions.add(before + number + (whole ? "]" : ""));
            }
        }
        return completions;
    }

    private static List<String> matching(String word, List<String> names) throws AgentException {
        if (word.equals(EVERY)) {
            return names;
        }
        if (names.contains(word)) {
            return List.of(word);
        }
        List<MatchResult> parts = parts(word);
        List<String> matching =
                names.stream().filter(name -> matches(parts, name)).toList();
        if (matching.isEmpty()) {
            if (word.lastIndexOf('[') > word.lastIndexOf(']')) {
                throw new AgentException(
                        "pattern " + Quantity.quoted(word) + " lacks its \"]\"", "client[1-4] is four hosts");
            }
            throw unknown(word, names);
        }
        return matching;
    }

    private static AgentException unknown(String word, List<String> names) {
        List<String> known = new ArrayList<>(names);
        known.add(EVERY);
        String hint = Nearest.word(word, known)
                .map(near -> "did you mean " + near + "?")
                .orElse("the hosts are " + String.join(", ", names.subList(0, Math.min(10, names.size())))
                        + (names.size() > 10 ? ", …" : ""));
        return new AgentException("no host " + Quantity.quoted(word) + " in hosts.yaml", hint);
    }

    /** The pattern's parts; none where a bracket is never closed. */
    private static List<MatchResult> parts(String word) {
        List<MatchResult> parts = new ArrayList<>();
        Matcher part = PART.matcher(word.length() > MAX_LENGTH ? "" : word);
        int end = 0;
        while (part.find()) {
            parts.add(part.toMatchResult());
            end = part.end();
        }
        return end == word.length() ? parts : List.of();
    }

    /** Follows all ways at once, by the places in the name that the parts so far can reach: no pattern makes it slow. */
    private static boolean matches(List<MatchResult> parts, String name) {
        BitSet reached = new BitSet();
        reached.set(0);
        for (MatchResult part : parts) {
            BitSet next = new BitSet();
            for (int from = reached.nextSetBit(0); from >= 0; from = reached.nextSetBit(from + 1)) {
                for (int to = from; to <= name.length(); to++) {
                    next.set(to, next.get(to) || fits(part, name.substring(from, to)));
                }
            }
            reached = next;
        }
        return reached.get(name.length());
    }

    private static boolean fits(MatchResult part, String text) {
        if (part.group(1) != null) {
            return NUMBER.matcher(text).matches() && within(Long.parseLong(text), part.group(1), part.group(2));
        }
        if (part.group(3) != null) {
            return text.length() == 1 && text.compareTo(part.group(3)) >= 0 && text.compareTo(part.group(4)) <= 0;
        }
        if (part.group(5) != null) {
            return text.length() == 1 && part.group(5).contains(text);
        }
        if (part.group(6) != null) {
            return !part.group(6).equals("?") || text.length() == 1;
        }
        return part.group(7) != null ? text.equals(part.group(7)) : alternative(part.group(8), text);
    }

    /** One of {@code 1,3-5,ab}: each is a range, or characters as they are. */
    private static boolean alternative(String alternatives, String text) {
        return Stream.of(alternatives.split(",", -1)).anyMatch(one -> {
            Matcher range = PART.matcher("[" + one + "]");
            boolean isRange = range.matches() && range.group(5) == null && range.group(8) == null;
            return isRange ? fits(range.toMatchResult(), text) : text.equals(one);
        });
    }

    private static boolean within(long number, String min, String max) {
        return number >= Long.parseLong(min) && number <= Long.parseLong(max);
    }
}
