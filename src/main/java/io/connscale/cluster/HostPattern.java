package io.connscale.cluster;

import io.connscale.control.AgentException;
import io.connscale.control.NameRanges;
import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HOST as the user types it: a name, {@code all}, or a pattern in which {@code *} is any characters, {@code ?} is one,
 * {@code [1-4]} a number from 1 to 4, {@code [0-30/10]} each tenth, {@code [a-d]} a letter from a to d, {@code [ac]} one of these characters,
 * and {@code [1,3-5]} one of several such; {@code @rack1} is a group. As in ClusterShell, {@code a,b} is both, {@code a!b} is a
 * without b, {@code a&b} what is in both, {@code a^b} what is in one of them, taken from left to right.
 *
 * @param names of all hosts, in their order
 * @param groups by name: what each means, as patterns
 */
record HostPattern(List<String> names, Map<String, List<String>> groups) {
    static final String EVERY = "all";

    private static final String GROUP = "@";

    /** What the console prints itself of some hundred hosts, {@code start node[1,3,5,…]}; a longer pattern is something else. */
    private static final int MAX_LENGTH = 2_000;

    /** Names have at most 63 characters. */
    private static final int MAX_PARTS = 200;

    /** Of groups within groups. */
    private static final int MAX_DEPTH = 16;

    /** A bracket, a wildcard, or characters as they are. */
    private static final Pattern PART = Pattern.compile("\\G(?:\\[([A-Za-z0-9._,/-]+)]|(\\*+|\\?)|([^\\[\\]*?]+))");

    /** Between two hosts, and not between the alternatives of a bracket. */
    private static final Pattern OPERATOR = Pattern.compile("[,!&^](?![^\\[\\]]*])");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern LETTERS = Pattern.compile("([A-Za-z])-([A-Za-z])");
    private static final Pattern WILD = Pattern.compile("[*?]");

    /** Hosts and no groups. */
    static HostPattern of(List<String> names) {
        return new HostPattern(names, Map.of());
    }

    /** The names that {@code words} mean, each once, in the order of {@code names} for each word. */
    static List<String> select(List<String> words, List<String> names) throws AgentException {
        return of(names).select(words);
    }

    /** As above. */
    List<String> select(List<String> words) throws AgentException {
        Set<String> selected = new LinkedHashSet<>();
        for (String word : words) {
            selected.addAll(word(word, 0));
        }
        return List.copyOf(selected);
    }

    /** A name or pattern, and what stands before it: nothing, or an operator. */
    private record Operand(char operator, String text) {}

    private static List<Operand> operands(String word) throws AgentException {
        List<Operand> operands = new ArrayList<>();
        Matcher operator = OPERATOR.matcher(word);
        int begin = 0;
        char before = ',';
        while (begin <= word.length()) {
            boolean more = operator.find(begin);
            String text = word.substring(begin, more ? operator.start() : word.length());
            if (!text.isEmpty()) { // client1, client2
                operands.add(new Operand(before, text));
            } else if (before != ',' || (more && word.charAt(operator.start()) != ',')) {
                throw new AgentException(
                        "pattern " + Quantity.quoted(word) + " lacks a host beside its "
                                + Quantity.quoted(
                                        String.valueOf(before != ',' ? before : word.charAt(operator.start()))),
                        "all!client3 is every host but client3");
            }
            before = more ? word.charAt(operator.start()) : before;
            begin = more ? operator.end() : word.length() + 1;
        }
        return operands.isEmpty() ? List.of(new Operand(',', word)) : operands;
    }

    private Set<String> word(String word, int depth) throws AgentException {
        Set<String> selected = new LinkedHashSet<>();
        List<Operand> operands = operands(word);
        for (Operand operand : operands) {
            List<String> meant = operand(operand.text, depth);
            switch (operand.operator) {
                case '!' -> meant.forEach(selected::remove);
                case '&' -> selected.retainAll(meant);
                case '^' ->
                    meant.stream()
                            .filter(name -> !selected.remove(name))
                            .toList()
                            .forEach(selected::add);
                default -> selected.addAll(meant);
            }
        }
        if (selected.isEmpty()) {
            throw new AgentException("pattern " + Quantity.quoted(word) + " leaves no host", "hosts shows all");
        }
        return selected;
    }

    private List<String> operand(String text, int depth) throws AgentException {
        return text.startsWith(GROUP) && !names.contains(text) ? group(text, depth) : matching(text);
    }

    private List<String> group(String text, int depth) throws AgentException {
        String name = text.substring(GROUP.length());
        if (name.equals("*") || name.equals(EVERY)) {
            return matching(EVERY);
        }
        List<String> words = groups.get(name);
        if (words == null) {
            String known = groups.isEmpty()
                    ? "groups: {rack1: \"node[1-10]\"} in hosts.yaml makes one"
                    : "the groups are @" + String.join(", @", groups.keySet());
            throw new AgentException(
                    "no group " + Quantity.quoted(text) + " in hosts.yaml",
                    Nearest.word(name, groups.keySet())
                            .map(near -> "did you mean @" + near + "?")
                            .orElse(known));
        }
        if (words.isEmpty()) {
            throw new AgentException("group " + text + " has no host", "start " + text + " lists its hosts");
        }
        if (depth > MAX_DEPTH) {
            throw new AgentException("group " + text + " contains itself", "remove it from itself in hosts.yaml");
        }
        Set<String> members = new LinkedHashSet<>();
        for (String word : words) {
            members.addAll(word(word, depth + 1));
        }
        return List.copyOf(members);
    }

    /**
     * Which of {@code sources} have to be asked before it can be said what {@code words} mean: those that are named as a group, or all
     * where a word may mean hosts that are not known yet.
     */
    Set<String> unknown(List<String> words, Set<String> sources) throws AgentException {
        return unknown(words, sources, 0);
    }

    private Set<String> unknown(List<String> words, Set<String> sources, int depth) throws AgentException {
        Set<String> needed = new LinkedHashSet<>();
        for (String word : words) {
            for (Operand operand : operands(word)) {
                String text = operand.text;
                String group = text.startsWith(GROUP) ? text.substring(GROUP.length()) : "";
                if (sources.contains(group)) {
                    needed.add(group);
                } else if (groups.containsKey(group) && depth < MAX_DEPTH) {
                    needed.addAll(unknown(groups.getOrDefault(group, List.of()), sources, depth + 1));
                } else if (text.equals(EVERY)
                        || WILD.matcher(text).find()
                        || (group.isEmpty() && found(text).isEmpty())) {
                    needed.addAll(sources);
                }
            }
        }
        return needed;
    }

    /**
     * What {@code typed} may become in order to mean some of {@code names}: after a comma, with a further name; in a bracket that is still
     * open, with a further number or a range of them. What it means already is not offered again, and after {@code !} or {@code &}, that alone.
     */
    static List<String> completions(String typed, List<String> names) {
        int open = typed.lastIndexOf('[');
        boolean inBracket = open > typed.lastIndexOf(']');
        int begin = OPERATOR.matcher(inBracket ? typed.substring(0, open) : typed)
                .results()
                .mapToInt(MatchResult::end)
                .max()
                .orElse(0);
        List<String> left = new ArrayList<>(names);
        List<String> meant = meant(typed.substring(0, Math.max(0, begin - 1)), names);
        if (begin > 0 && "!&".indexOf(typed.charAt(begin - 1)) >= 0) {
            left.removeIf(name -> !meant.contains(name) && !name.startsWith(GROUP));
        } else {
            left.removeAll(meant);
        }
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
            if (whole || (!taken.contains(number) && (last > begin || number.length() == 1))) { // [12] may be 1 or 2
                completions.add(before + number + (whole ? "]" : ""));
            }
        }
        return completions;
    }

    private List<String> matching(String word) throws AgentException {
        List<String> found = found(word);
        if (found.isEmpty()) {
            if (word.lastIndexOf('[') > word.lastIndexOf(']')) {
                throw new AgentException(
                        "pattern " + Quantity.quoted(word) + " lacks its \"]\"", "client[1-4] is four hosts");
            }
            throw unknown(word);
        }
        return found;
    }

    /** Numbers as they are written, as ClusterShell has them; where there is no such host, {@code [12]} is 1 or 2, and {@code [01]} is 1. */
    private List<String> found(String word) {
        if (word.equals(EVERY)) {
            return names;
        }
        if (names.contains(word)) {
            return List.of(word);
        }
        List<MatchResult> parts = parts(word);
        List<String> exactly =
                names.stream().filter(name -> matches(parts, name, true)).toList();
        return exactly.isEmpty()
                ? names.stream().filter(name -> matches(parts, name, false)).toList()
                : exactly;
    }

    private AgentException unknown(String word) {
        if (names.isEmpty()) {
            return new AgentException("there is no host yet", "start all lists those of from: in hosts.yaml");
        }
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
        return end == word.length() && parts.size() <= MAX_PARTS ? parts : List.of();
    }

    /** Follows all ways at once, by the places in the name that the parts so far can reach: no pattern makes it slow. */
    private static boolean matches(List<MatchResult> parts, String name, boolean exactly) {
        BitSet reached = new BitSet();
        reached.set(0);
        for (MatchResult part : parts) {
            BitSet next = new BitSet();
            for (int from = reached.nextSetBit(0); from >= 0; from = reached.nextSetBit(from + 1)) {
                for (int to = from; to <= name.length(); to++) {
                    next.set(to, next.get(to) || fits(part, name.substring(from, to), exactly));
                }
            }
            reached = next;
        }
        return reached.get(name.length());
    }

    private static boolean fits(MatchResult part, String text, boolean exactly) {
        if (part.group(2) != null) {
            return !part.group(2).equals("?") || text.length() == 1;
        }
        if (part.group(3) != null) {
            return text.equals(part.group(3));
        }
        String bracket = part.group(1);
        boolean alone = bracket.indexOf(',') < 0;
        for (String one : bracket.split(",", -1)) {
            if (alternative(one, text, alone, exactly)) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param alone whether nothing else stands in its bracket
     * @param exactly whether leading zeros count, and digits are a number
     */
    private static boolean alternative(String one, String text, boolean alone, boolean exactly) {
        if (NUMBER.matcher(one).matches() && (exactly || !alone)) {
            return text.equals(one);
        }
        Matcher letters = LETTERS.matcher(one);
        if (letters.matches()) {
            return text.length() == 1 && text.compareTo(letters.group(1)) >= 0 && text.compareTo(letters.group(2)) <= 0;
        }
        if (one.indexOf('-') > 0 && NameRanges.isNumbers(one)) {
            boolean padded = exactly && one.charAt(0) == '0' && one.indexOf('-') > 1;
            return NameRanges.holds(one, text) && (!padded || text.length() >= one.indexOf('-'));
        }
        if (alone && !one.contains("/")) {
            return text.length() == 1 && one.contains(text);
        }
        return text.equals(one);
    }
}
