package io.connscale.kernel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The tables that proc(5) describes, as names and numbers. What is not as expected is left out. */
final class Tables {
    private static final long KIB = 1024;

    private Tables() {}

    /** {@code /proc/net/snmp} and {@code netstat}: a line of names, a line of numbers; {@code TcpExtListenDrops} as nstat says. */
    static Map<String, Long> pairs(List<String> lines) {
        Map<String, Long> values = new HashMap<>();
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            String[] names = ProcFiles.words(lines.get(i));
            String[] numbers = ProcFiles.words(lines.get(i + 1));
            if (names.length == 0) {
                continue;
            }
            String prefix = names[0].replace(":", "");
            for (int n = 1; n < Math.min(names.length, numbers.length); n++) {
                put(values, prefix + names[n], numbers[n], 1);
            }
        }
        return values;
    }

    /** {@code /proc/net/sockstat}: {@code TCP: inuse 5 orphan 0} as {@code sockstat.TCP.inuse} and so on. */
    static Map<String, Long> sockstat(Path file) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFiles.lines(file)) {
            String[] words = ProcFiles.words(line);
            for (int n = 1; n + 1 < words.length; n += 2) {
                put(values, "sockstat." + words[0].replace(":", "") + "." + words[n], words[n + 1], 1);
            }
        }
        return values;
    }

    /** {@code /proc/meminfo}, in bytes. */
    static Map<String, Long> meminfo(Path file) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFiles.lines(file)) {
            String[] words = ProcFiles.words(line);
            if (words.length == 3 && words[2].equals("kB")) {
                put(values, words[0].replace(":", ""), words[1], KIB);
            }
        }
        return values;
    }

    /** {@code /proc/vmstat}, of which only the kills for want of memory are asked for. */
    static Map<String, Long> vmstat(Path file) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFiles.lines(file)) {
            if (line.startsWith("oom_kill ")) {
                put(values, Fact.OOM_KILLS_OF_MACHINE.kernelName(), line.substring("oom_kill ".length()), 1);
            }
        }
        return values;
    }

    /** {@code /proc/net/stat/nf_conntrack}: a line of names, a line of hexadecimal numbers a CPU; added up. */
    static Map<String, Long> conntrack(Path file) {
        Map<String, Long> values = new HashMap<>();
        List<String> lines = ProcFiles.lines(file);
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            String[] names = ProcFiles.words(lines.get(0));
            String[] numbers = ProcFiles.words(line);
            for (int n = 0; n < Math.min(names.length, numbers.length); n++) {
                String name = "nf_conntrack." + names[n];
                hexadecimal(numbers[n]).ifPresent(value -> values.merge(name, value, Long::sum));
            }
        }
        return values;
    }

    private static OptionalLong hexadecimal(String word) {
        try {
            return OptionalLong.of(Long.parseLong(word, 16));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** {@code /proc/self/limits}: soft and hard of files, soft of processes. */
    static Map<String, Long> limits(Path file) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFiles.lines(file)) {
            String[] words = ProcFiles.words(line);
            if (line.startsWith("Max open files") && words.length > 4) {
                put(values, Fact.SOFT_FILES.kernelName(), words[3], 1);
                put(values, Fact.HARD_FILES.kernelName(), words[4], 1);
            } else if (line.startsWith("Max processes") && words.length > 2) {
                put(values, Fact.SOFT_PROCESSES.kernelName(), words[2], 1);
            }
        }
        return values;
    }

    private static void put(Map<String, Long> values, String name, String number, long unit) {
        ProcFiles.number(number).ifPresent(n -> values.put(name, n == Facts.UNLIMITED ? n : n * unit));
    }
}
