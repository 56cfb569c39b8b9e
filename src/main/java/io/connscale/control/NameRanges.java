package io.connscale.control;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names that differ in a number, written in short as ClusterShell does: {@code node[1-10,15]} is eleven of them, {@code node[01-10]} keeps the
 * zeros, {@code node[0-30/10]} goes by tens, {@code r[1-4]n[1-50]} is two hundred.
 */
public final class NameRanges {
    private static final Pattern BRACKET = Pattern.compile("\\[([^\\[\\]]*)]");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9})(?:/(\\d{1,9}))?)?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]+");
    /** A number, or what numbers have been folded into already. */
    private static final Pattern SLOT = Pattern.compile("\\[[^\\[\\]]*]|\\d{1,9}");

    /** So many hosts are shown one by one; of more, those that say the same are one line. */
    public static final int FEW = 10;

    /** Of a list of hosts in short, on a screen. */
    private static final int SHOWN = 40;

    /** A range in a bracket: {@code 1-10}, {@code 0-30/10}, or one number. */
    private record Numbers(String first, long from, long to, long step) {
        /** Of a match of {@link #RANGE}. */
        static Numbers of(Matcher range) {
            long from = Long.parseLong(range.group(1));
            return new Numbers(
                    range.group(1),
                    from,
                    range.group(2) == null ? from : Long.parseLong(range.group(2)),
                    range.group(3) == null ? 1 : Long.parseLong(range.group(3)));
        }
    }

    private NameRanges() {}

    /**
     * What was said of a host, or by it.
     *
     * @param host empty where it is of none
     * @param text what was said, the host's name in it
     * @param hint the same, of what to do
     */
    public record Said(String host, String text, String hint) {
        private static final Pattern BEGIN = Pattern.compile("([A-Za-z][A-Za-z0-9_.-]*)(?=: |  ?)");

        /** {@code node1: no route to host}, {@code node1 lost}: such lines begin with the host's name. */
        public static Said of(String text) {
            return of(text, "");
        }

        /** As above. */
        public static Said of(String text, String hint) {
            Matcher begin = BEGIN.matcher(text);
            return new Said(begin.lookingAt() ? begin.group(1) : "", text, hint);
        }

        /**
         * In the order in which they begin; where more than a few say the same, it is said once, of all of them:
         * {@code node[1-10]: no route to {host}}, and the hint for all of them.
         */
        public static List<Said> fold(List<Said> all) {
            if (all.size() <= FEW) {
                return all;
            }
            Map<Said, List<Said>> alike = new LinkedHashMap<>();
            all.forEach(said -> alike.computeIfAbsent(
                            new Said("", without(said.text, said.host), without(said.hint, said.host)),
                            key -> new ArrayList<>())
                    .add(said));
            List<Said> folded = new ArrayList<>();
            alike.forEach((key, group) -> {
                String names = NameRanges.fold(group.stream().map(Said::host).toList());
                if (group.size() == 1 || !key.text.startsWith(HOST)) {
                    folded.addAll(group);
                } else {
                    String count = " (" + Quantity.text(group.size()) + " hosts)";
                    String text = names
                            + count
                            + key.text.substring(HOST.length()).replace("start " + HOST, "start " + names);
                    folded.add(new Said(names, text, key.hint.replace(HOST, names)));
                }
            });
            return folded;
        }
    }

    private static final String HOST = "{host}";

    /** {@code text} with {@code {host}} in place of {@code name}, where that is a word of its own. */
    public static String without(String text, String name) {
        return name.isEmpty() || !text.contains(name)
                ? text
                : text.replaceAll(
                        "(?<![A-Za-z0-9_])" + Pattern.quote(name) + "(?![A-Za-z0-9_])", Matcher.quoteReplacement(HOST));
    }

    /** {@code names} as short as a column of a table. */
    public static String shown(Collection<String> names) {
        return fold(names, SHOWN);
    }

    /** Whether {@code text} is more than one name, as it is written. */
    public static boolean isRange(String text) {
        return text.contains("[") || text.contains("]");
    }

    /**
     * The names that {@code text} stands for, in its order.
     *
     * @throws IllegalArgumentException where a bracket has no such numbers in it, or there are more than {@code max}
     */
    public static List<String> expand(String text, int max) {
        Matcher bracket = BRACKET.matcher(text);
        if (!bracket.find()) {
            require(!isRange(text), text, "has a bracket that is not closed");
            return List.of(text);
        }
        List<String> names = new ArrayList<>();
        List<String> rests = expand(text.substring(bracket.end()), max);
        for (String one : alternatives(text, bracket.group(1), max)) {
            for (String rest : rests) {
                names.add(text.substring(0, bracket.start()) + one + rest);
                require(names.size() <= max, text, "is more than " + Quantity.text(max) + " names");
            }
        }
        return names;
    }

    private static List<String> alternatives(String text, String content, int max) {
        List<String> all = new ArrayList<>();
        for (String part : content.split(",", -1)) {
            Matcher range = RANGE.matcher(part);
            if (!range.matches()) {
                require(WORD.matcher(part).matches(), text, "has no numbers in its bracket such as [1-10,15]");
                all.add(part);
                continue;
            }
            Numbers numbers = Numbers.of(range);
            require(numbers.from <= numbers.to && numbers.step > 0, text, "has a range that goes nowhere: " + part);
            require(
                    (numbers.to - numbers.from) / numbers.step < max,
                    text,
                    "is more than " + Quantity.text(max) + " names");
            String format = isPadded(numbers.first) ? "%0" + numbers.first.length() + "d" : "%d";
            for (long number = numbers.from; number <= numbers.to; number += numbers.step) {
                all.add(String.format(format, number));
            }
        }
        return all;
    }

    private static void require(boolean good, String text, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(Quantity.quoted(text) + " " + otherwise);
        }
    }

    /** Whether {@code part} of a bracket is a number or a range of them. */
    public static boolean isNumbers(String part) {
        return RANGE.matcher(part).matches();
    }

    /** Whether {@code part} of a bracket is a range of numbers, or a number, and {@code text} one of these. */
    public static boolean holds(String part, String text) {
        Matcher range = RANGE.matcher(part);
        if (!range.matches() || text.length() > 9 || !text.chars().allMatch(Character::isDigit) || text.isEmpty()) {
            return false;
        }
        long number = Long.parseLong(text);
        Numbers numbers = Numbers.of(range);
        return number >= numbers.from
                && number <= numbers.to
                && numbers.step > 0
                && (number - numbers.from) % numbers.step == 0;
    }

    /** {@code names} in short: {@code node[1-10,15],db}, in the order in which they begin. */
    public static String fold(Collection<String> names) {
        return String.join(",", folded(names));
    }

    /** As above, at most {@code max} characters or so: what is left out is {@code …}. */
    public static String fold(Collection<String> names, int max) {
        String whole = fold(names);
        if (whole.length() <= max) {
            return whole;
        }
        int comma = whole.lastIndexOf(',', max);
        String begin = whole.substring(0, comma > 0 ? comma + 1 : max) + "…";
        return begin.lastIndexOf('[') > begin.lastIndexOf(']') ? begin + "]" : begin;
    }

    private static List<String> folded(Collection<String> names) {
        List<String> texts = List.copyOf(new LinkedHashSet<>(names));
        int slots = texts.stream().mapToInt(text -> slots(text).size()).max().orElse(0);
        for (int fromLast = 0; fromLast < slots && texts.size() > 1; fromLast++) {
            texts = folded(texts, fromLast);
        }
        return texts;
    }

    private static List<int[]> slots(String text) {
        return SLOT.matcher(text)
                .results()
                .map(slot -> new int[] {slot.start(), slot.end()})
                .toList();
    }

    /** What is alike but for one number: the last, the one before it, and so on. */
    private static List<String> folded(List<String> texts, int fromLast) {
        Map<List<String>, Set<String>> numbers = new LinkedHashMap<>();
        for (String text : texts) {
            List<int[]> slots = slots(text);
            int[] slot = slots.size() > fromLast ? slots.get(slots.size() - 1 - fromLast) : new int[] {0, 0};
            String number = text.substring(slot[0], slot[1]);
            boolean is = !number.isEmpty() && number.charAt(0) != '[';
            List<String> around = is ? List.of(text.substring(0, slot[0]), text.substring(slot[1])) : List.of(text);
            numbers.computeIfAbsent(around, key -> new LinkedHashSet<>()).add(is ? number : "");
        }
        List<String> result = new ArrayList<>();
        numbers.forEach((around, of) -> {
            if (around.size() == 1) {
                result.add(around.get(0));
            } else {
                alikePadded(of).forEach(group -> result.add(around.get(0) + ranges(group) + around.get(1)));
            }
        });
        return result;
    }

    /** Those with leading zeros apart from others, with each that is as long: 08, 09, 10. */
    private static Collection<List<String>> alikePadded(Set<String> numbers) {
        Set<Integer> padded = new LinkedHashSet<>();
        numbers.stream().filter(NameRanges::isPadded).forEach(number -> padded.add(number.length()));
        Map<Integer, List<String>> groups = new LinkedHashMap<>();
        for (String number : numbers) {
            int width = padded.contains(number.length()) ? number.length() : 0;
            groups.computeIfAbsent(width, key -> new ArrayList<>()).add(number);
        }
        return groups.values();
    }

    private static boolean isPadded(String number) {
        return number.length() > 1 && number.charAt(0) == '0';
    }

    private static String ranges(List<String> numbers) {
        if (numbers.size() == 1) {
            return numbers.get(0);
        }
        TreeMap<Long, String> sorted = new TreeMap<>();
        numbers.forEach(number -> sorted.put(Long.parseLong(number), number));
        List<String> parts = new ArrayList<>();
        Long first = sorted.firstKey();
        for (Long number : sorted.keySet()) {
            if (!sorted.containsKey(number + 1)) {
                parts.add(first.equals(number) ? sorted.get(number) : sorted.get(first) + "-" + sorted.get(number));
                Long next = sorted.higherKey(number);
                first = next == null ? number : next;
            }
        }
        return "[" + String.join(",", parts) + "]";
    }
}
