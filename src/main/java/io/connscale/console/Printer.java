package io.connscale.console;

import io.connscale.console.Answer.Format;
import io.connscale.control.Json;
import io.connscale.control.NameRanges;
import io.connscale.control.PlainText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Prints what came of a command in the form that was asked for, and tells it to whoever keeps it. */
final class Printer {
    /**
     * A command that was begun.
     *
     * @param text the line as understood
     * @param at when it began
     * @param nanos the same, {@link System#nanoTime()}
     */
    record Begun(String text, Instant at, long nanos) {
        static Begun now(String text) {
            return new Begun(text, Instant.now(), System.nanoTime());
        }

        /** The same, of which more is understood now. */
        Begun as(String understood) {
            return new Begun(understood, at, nanos);
        }

        /** Seconds until now, to a millisecond. */
        double took() {
            return Math.round((System.nanoTime() - nanos) / 1e6) / 1e3;
        }
    }

    private final Format format;
    private boolean pages = true;
    private Console.Listener listener = Console.Listener.NOBODY;

    Printer(Format format) {
        this.format = format;
    }

    void withoutPager() {
        pages = false;
    }

    void tell(Console.Listener hears) {
        listener = hears;
    }

    Format format() {
        return format;
    }

    /**
     * What a command answered.
     *
     * @param interrupted whether the user had it end
     * @param page whether an answer that is longer than the screen is shown a page at a time
     */
    void answer(ScreenThread screen, Begun command, Answer answer, boolean interrupted, boolean page) {
        Map<String, Object> line = members(command, true, interrupted, "result", answer.json());
        time(command, line);
        if (format == Format.JSON) {
            screen.answer(Json.line(line));
        } else {
            show(screen, answer, page);
        }
        listener.ended(line);
    }

    /** A part of an answer. */
    void row(ScreenThread screen, Answer row, boolean first) {
        if (format == Format.JSON) {
            screen.answer(Json.line(row.json()));
        } else {
            List<String> csv = row.table().csv();
            List<String> lines = first || csv.isEmpty() ? csv : csv.subList(1, csv.size());
            if (!lines.isEmpty()) {
                screen.answer(String.join("\n", lines));
            }
        }
    }

    /** {@code where} is in front of the message: the script's line. */
    void failure(ScreenThread screen, Begun command, String where, CommandException e, boolean interrupted) {
        failure(screen, command, where, e, interrupted, true);
    }

    private void failure(
            ScreenThread screen, Begun command, String where, CommandException e, boolean interrupted, boolean aloud) {
        Answer partial = e.partial();
        Map<String, Object> error = error(where, e);
        if (!e.others().isEmpty()) {
            error.put(
                    "others",
                    e.others().stream().map(other -> error(where, other)).toList());
        }
        Map<String, Object> line = members(command, false, interrupted, "error", error);
        if (partial != null) {
            line.put("result", partial.json());
        }
        time(command, line);
        if (format == Format.JSON) {
            screen.answer(Json.line(line));
        } else if (aloud) {
            say(screen, where, e, partial);
        }
        listener.ended(line);
    }

    private void say(ScreenThread screen, String where, CommandException e, @Nullable Answer partial) {
        if (partial != null) {
            show(screen, partial, true);
        }
        List<NameRanges.Said> failures = Stream.concat(Stream.of(e), e.others().stream())
                .map(one -> NameRanges.Said.of(one.message(), one.hint()))
                .toList();
        String said = "";
        for (NameRanges.Said failure : NameRanges.Said.fold(failures)) {
            screen.error(where + failure.text(), failure.hint().equals(said) ? "" : failure.hint());
            said = failure.hint();
        }
    }

    private static Map<String, Object> error(String where, CommandException e) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", where + e.message());
        error.put("hint", e.hint());
        return error;
    }

    /** The user ended it and needs no hint; to a program it is a failure. */
    void interrupted(ScreenThread screen, Begun command, String where, String more, @Nullable Answer soFar) {
        failure(screen, command, where, new CommandException("interrupted" + more, "", soFar), true, false);
        if (format != Format.JSON) {
            if (soFar != null) {
                show(screen, soFar, false);
            }
            screen.notice(where + "interrupted" + more);
        }
    }

    private static void time(Begun command, Map<String, Object> line) {
        line.put("at", command.at());
        line.put("took", command.took());
    }

    private static Map<String, Object> members(
            Begun command, boolean ok, boolean interrupted, String name, Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("command", command.text());
        members.put("ok", ok);
        if (interrupted) {
            members.put("interrupted", true);
        }
        members.put(name, value);
        return members;
    }

    private void show(ScreenThread screen, Answer answer, boolean page) {
        List<String> lines = lines(answer, screen.columns());
        if (pages && page && lines.size() >= screen.rows()) {
            Pager.show(screen, lines);
        } else if (!lines.isEmpty()) {
            screen.answer(String.join("\n", lines));
        }
    }

    private List<String> lines(Answer answer, int columns) {
        if (format == Format.CSV) {
            return answer.table().csv();
        }
        Stream<String> shown =
                answer.lines().isEmpty() ? answer.table().lines(columns).stream() : wrapped(answer.lines(), columns);
        return Stream.concat(shown, wrapped(answer.below(), columns)).toList();
    }

    private static Stream<String> wrapped(List<String> lines, int columns) {
        return lines.stream().map(PlainText::of).flatMap(line -> Wrapped.hanging(line, columns).stream());
    }
}
