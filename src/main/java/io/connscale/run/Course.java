package io.connscale.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run, in short, for {@code run.json}: its commands with their times, its verdicts, and what made numbers unreliable.
 * Bounded however long the run takes; all of it is in the other files. Not thread-safe.
 */
public final class Course {
    /** How it began and how it ended say more than its middle, which is left out. */
    static final int MAX_COMMANDS = 200;

    static final int MAX_VERDICTS = 100;
    private static final int MAX_WARNINGS = 10;
    private static final int MAX_TEXT = 500;

    private final List<RunInfo.Command> commands = new ArrayList<>();
    private final List<RunInfo.Verdict> verdicts = new ArrayList<>();
    /** By end and sentence without its numbers, which are others each time. */
    private final Map<String, RunInfo.Warning> warnings = new LinkedHashMap<>();

    private int leftOut;

    /** Takes what has happened; whether there is anything new here. */
    public boolean add(Event event) {
        return switch (event.kind()) {
            case Event.BEGAN -> put(commands, command(event), MAX_COMMANDS);
            case Event.COMMAND -> {
                commands.removeIf(began -> began.took() == null
                        && began.at().equals(event.at())
                        && began.text().equals(cut(event.text())));
                yield put(commands, command(event), MAX_COMMANDS);
            }
            case Event.VERDICT ->
                put(
                        verdicts,
                        new RunInfo.Verdict(
                                event.at(),
                                event.t(),
                                detail(event, "cause"),
                                detail(event, "host"),
                                cut(event.text())),
                        MAX_VERDICTS);
            default -> false;
        };
    }

    /** Takes the next sample: what makes its ends' numbers unreliable. */
    public void add(Sample sample) {
        warn("server", sample.server());
        sample.hosts().forEach(this::warn);
    }

    private void warn(String end, Sample.@Nullable End said) {
        for (String cause : said == null ? List.<String>of() : said.unreliable()) {
            String key = end + ' ' + cause.replaceAll("[0-9.,]+", "#");
            RunInfo.Warning before = warnings.get(key);
            if (before != null || warnings.size() < MAX_WARNINGS) {
                warnings.put(key, new RunInfo.Warning(end, cut(cause), before == null ? 1 : before.samples() + 1));
            }
        }
    }

    private <T> boolean put(List<T> all, T next, int max) {
        all.add(next);
        if (all.size() > max) {
            all.remove(max / 4);
            leftOut++;
        }
        return true;
    }

    private static RunInfo.Command command(Event event) {
        Object error = event.details() == null ? null : event.details().get("error");
        Object message = error instanceof Map<?, ?> why ? why.get("message") : null;
        return new RunInfo.Command(
                event.at(),
                event.t(),
                cut(event.text()),
                event.took(),
                event.ok(),
                message == null ? null : cut(message.toString()));
    }

    private static String detail(Event event, String name) {
        Object value = event.details() == null ? null : event.details().get(name);
        return value == null ? "" : value.toString();
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    /** In the order in which they were over; one that has not ended is last. */
    public List<RunInfo.Command> commands() {
        return List.copyOf(commands);
    }

    /** Oldest first. */
    public List<RunInfo.Verdict> verdicts() {
        return List.copyOf(verdicts);
    }

    /** How many commands and verdicts are in {@code events.jsonl} alone. */
    public int leftOut() {
        return leftOut;
    }

    /** In the order in which they came first. */
    public List<RunInfo.Warning> warnings() {
        return List.copyOf(warnings.values());
    }
}
