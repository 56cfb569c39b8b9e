package io.connscale.kernel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the control groups of this process allow it, version 2 or 1 (cgroups(7)): of the group and those around it the one
 * that leaves the least.
 */
final class Cgroup {
    /** Version 1 says "no limit" as the largest multiple of a page. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    private final Path root;
    private final Path own;

    /** @param root where they are mounted, {@code own} the file that says which are this process's */
    Cgroup(Path root, Path own) {
        this.root = root;
        this.own = own;
    }

    Map<String, Long> read() {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFiles.lines(own)) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            String path = parts[2].substring(Math.min(1, parts[2].length())); // relative
            if (parts[1].isEmpty()) {
                tightest(values, root, path, "memory.max", "memory.current", "memory");
                tightest(values, root, path, "pids.max", "pids.current", "pids");
            }
            Stream.of(parts[1].split(",", -1))
                    .filter(controller -> controller.equals("memory"))
                    .forEach(memory -> tightest(
                            values,
                            root.resolve(memory),
                            path,
                            "memory.limit_in_bytes",
                            "memory.usage_in_bytes",
                            memory));
            Stream.of(parts[1].split(",", -1))
                    .filter(controller -> controller.equals("pids"))
                    .forEach(pids -> tightest(values, root.resolve(pids), path, "pids.max", "pids.current", pids));
        }
        return values;
    }

    /** Up from the group to the mount: inside a container the path may be the one outside, of which only the top is there. */
    private static void tightest(
            Map<String, Long> values, Path mount, String path, String most, String current, String controller) {
        Path group = mount.resolve(path).normalize();
        long least = Facts.UNLIMITED;
        while (group != null && group.startsWith(mount)) {
            OptionalLong limit = ProcFiles.number(group.resolve(most), 0);
            OptionalLong used = ProcFiles.number(group.resolve(current), 0);
            if (limit.isPresent() && used.isPresent()) {
                long left = limit.getAsLong() >= NO_LIMIT ? NO_LIMIT : limit.getAsLong() - used.getAsLong();
                if (left < least) {
                    least = left;
                    boolean none = limit.getAsLong() >= NO_LIMIT;
                    values.put(controller + ".max", none ? Facts.UNLIMITED : limit.getAsLong());
                    values.put(controller + ".current", used.getAsLong());
                }
            }
            group = group.getParent();
        }
    }
}
