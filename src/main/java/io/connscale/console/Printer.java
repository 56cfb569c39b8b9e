package io.connscale.console;

import io.connscale.console.Answer.Format;
import io.connscale.control.Json;
import io.connscale.control.PlainText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints what came of a command in the form that was asked for. */
final class Printer {
    private final Format format;
    private boolean pages = true;

    Printer(Format format) {
        this.format = format;
    }

    void withoutPager() {
        pages = false;
    }

    /**
     * What a command answered.
     *
     * @param command the line as understood
     * @param interrupted whether the user had it end
     * @param page whether an answer that is longer than the screen is shown a page at a time
     */
    void answer(ScreenThread screen, String command, Answer answer, boolean interrupted, boolean page) {
        if (format == Format.JSON) {
            screen.answer(Json.line(members(command, true, interrupted, "result", answer.json())));
        } else {
            show(screen, answer, page);
        }
    }

    /** {@code where} is in front of the message: the script's line. */
    void failure(ScreenThread screen, String command, String where, CommandException e, boolean interrupted) {
        Answer partial = e.partial();
        if (format == Format.JSON) {
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
            screen.answer(Json.line(line));
        } else {
            if (partial != null) {
                show(screen, partial, true);
            }
            screen.error(where + e.message(), e.hint());
            String said = e.hint();
            for (CommandException other : e.others()) {
                screen.error(where + other.message(), other.hint().equals(said) ? "" : other.hint());
                said = other.hint();
            }
        }
    }

    private static Map<String, Object> error(String where, CommandException e) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", where + e.message());
        error.put("hint", e.hint());
        return error;
    }

    /** The user ended it and needs no hint; to a program it is a failure. */
    void interrupted(ScreenThread screen, String command, String where, String more, @Nullable Answer soFar) {
        if (format == Format.JSON) {
            failure(screen, command, where, new CommandException("interrupted" + more, "", soFar), true);
        } else {
            if (soFar != null) {
                show(screen, soFar, false);
            }
            screen.notice(where + "interrupted" + more);
        }
    }

    private static Map<String, Object> members(
            String command, boolean ok, boolean interrupted, String name, Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("command", command);
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
        return answer.lines().isEmpty()
                ? answer.table().lines(columns)
                : answer.lines().stream()
                        .map(PlainText::of)
                        .flatMap(line -> Wrapped.hanging(line, columns).stream())
                        .toList();
    }
}
