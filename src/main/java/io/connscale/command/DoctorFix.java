package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.api.ConnscaleException;
import io.connscale.api.HostState;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.NameRanges;
import io.connscale.control.Resource;
import io.connscale.limits.End;
import io.connscale.limits.Limit.Finding;
import io.connscale.limits.ServerEnd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code doctor --fix}, {@code --undo} and {@code --script} do: the settings that findings recommend, machine by machine, as one script
 * ({@code fix.sh}), which is shown, run there, or printed. Hosts of this machine and the server in this process are one machine.
 */
final class DoctorFix {
    /** Agents here, and our own server. */
    private static final String HERE = "this machine";

    private static final String SCRIPT = Resource.text(DoctorFix.class, "fix.sh");

    /** In JSON: what the script said on each machine, and which settings it had. */
    private record Done(List<String> settings, List<String> said) {}

    private final Connscale scale;
    /** By machine, which is a host or {@link #HERE}, the names of its ends; and of settings, each once, the greatest. */
    private final Map<String, List<String>> ends = new LinkedHashMap<>();

    private final Map<String, Map<String, String>> settings = new LinkedHashMap<>();

    DoctorFix(Connscale scale) {
        this.scale = scale;
    }

    /** What was found at one end. Of a server that is not ours nothing is fixed. */
    void add(End end, List<Finding> findings) {
        boolean server = end instanceof ServerEnd;
        if (server && scale.target().isPresent()) {
            return;
        }
        String machine = server ? scale.serverHost().orElse(HERE) : machine(end.name());
        ends.computeIfAbsent(machine, none -> new ArrayList<>()).add(end.name());
        Map<String, String> of = settings.computeIfAbsent(machine, none -> new LinkedHashMap<>());
        for (Finding finding : findings) {
            for (String setting : finding.settings()) {
                int is = setting.indexOf('=');
                of.merge(setting.substring(0, is), setting.substring(is + 1), DoctorFix::greater);
            }
        }
    }

    private String machine(String host) {
        HostState state = scale.state(host);
        return state.launched().equals("local") ? HERE : host;
    }

    /** Two ends of a machine may ask for different numbers. */
    private static String greater(String one, String other) {
        return number(other) > number(one) ? other : one;
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private static List<String> words(Map<String, String> of) {
        return of.entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .toList();
    }

    /** The scripts, to be run as root there; machines that need the same have one. */
    Answer script() {
        Map<List<String>, List<String>> alike = alike();
        List<String> lines = new ArrayList<>();
        Map<String, List<String>> json = new TreeMap<>();
        List<List<Object>> rows = new ArrayList<>();
        alike.forEach((words, machines) -> {
            String names = machines.equals(List.of(HERE)) ? HERE : NameRanges.fold(machines);
            lines.add("#!/bin/sh");
            lines.add("# connscale doctor --script, for " + names
                    + "; run it as root. With the argument undo it takes back what it wrote.");
            StringBuilder set = new StringBuilder("[ \"$1\" = undo ] || set -- fix");
            words.forEach(word -> set.append(" '").append(word).append('\''));
            lines.add(set.toString());
            lines.addAll(SCRIPT.lines().toList());
            machines.forEach(machine -> json.put(machine, words));
            machines.forEach(machine -> words.forEach(word -> rows.add(List.of(machine, word))));
        });
        if (lines.isEmpty()) {
            lines.add("# nothing to fix");
        }
        return new Answer(Map.of("machines", json), new Table(List.of("machine", "setting"), rows), lines);
    }

    private Map<List<String>, List<String>> alike() {
        Map<List<String>, List<String>> alike = new LinkedHashMap<>();
        settings.forEach((machine, of) -> {
            if (!of.isEmpty()) {
                alike.computeIfAbsent(words(of), none -> new ArrayList<>()).add(machine);
            }
        });
        return alike;
    }

    /** What is to be written, for the question. */
    List<String> plan() {
        List<String> lines = new ArrayList<>();
        alike().forEach((words, machines) -> {
            lines.add(NameRanges.fold(machines)
                    + (machines.contains(HERE)
                            ? " ("
                                    + NameRanges.fold(ends.getOrDefault(HERE, List.of()))
                                            .replace(",", ", ") + ")"
                            : ""));
            words.forEach(word -> lines.add("  " + readable(word)));
        });
        return lines;
    }

    private static String readable(String word) {
        String setting = word.substring(word.indexOf(':') + 1).replace("=", " = ");
        return switch (word.substring(0, word.indexOf(':'))) {
            case "sysctl" -> "/etc/sysctl.d/90-connscale.conf: " + setting + ", and now";
            case "limit" -> "/etc/security/limits.d/90-connscale.conf: " + setting;
            default -> "/etc/systemd/system.conf.d/90-connscale.conf: " + setting;
        };
    }

    /** Runs it on each machine, one after the other, and says what it did. */
    Answer run(boolean undo) throws CommandException {
        Map<String, Done> done = new LinkedHashMap<>();
        List<CommandException> failures = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> machine : settings.entrySet()) {
            List<String> words = undo ? List.of() : words(machine.getValue());
            if (!undo && words.isEmpty()) {
                continue;
            }
            List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", undo ? "undo" : "fix"));
            command.addAll(words);
            try {
                Optional<String> host =
                        machine.getKey().equals(HERE) ? Optional.empty() : Optional.of(machine.getKey());
                done.put(
                        machine.getKey(),
                        new Done(words, scale.run(host, command).lines().toList()));
            } catch (ConnscaleException e) {
                failures.add(new CommandException(
                        machine.getKey() + ": " + e.message(), "doctor --script prints what root has to run there"));
            }
        }
        return new HostAnswers<>(done, failures).answer(DoctorFix::answer);
    }

    private static Answer answer(Map<String, Done> done) {
        List<String> lines = new ArrayList<>();
        List<List<Object>> rows = new ArrayList<>();
        boolean few = done.size() <= NameRanges.FEW; // who are told of one by one
        Map<Object, List<String>> alike = new LinkedHashMap<>();
        done.forEach((machine, of) -> {
            of.said.forEach(line -> rows.add(List.of(machine, line)));
            alike.computeIfAbsent(few ? machine : of.said, key -> new ArrayList<>())
                    .add(machine);
        });
        alike.values()
                .forEach(machines -> Objects.requireNonNull(done.get(machines.get(0)))
                        .said
                        .forEach(line -> lines.add(NameRanges.shown(machines) + "  " + line)));
        if (lines.isEmpty()) {
            lines.add("nothing to fix");
        }
        return new Answer(Map.of("machines", done), new Table(List.of("machine", "done"), rows), lines);
    }
}
