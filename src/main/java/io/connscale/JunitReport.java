package io.connscale;

import io.connscale.console.CommandException;
import io.connscale.console.Console;
import io.connscale.control.PlainText;
import io.connscale.control.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code --junit FILE}: each expectation as a test case, for CI; and each other command that failed, as an error. Written anew with each of them: what is there
 * when the console is killed is whole.
 */
final class JunitReport implements Console.Listener {
    /** Those that are listed; all are counted. */
    private static final int MAX_CASES = 10_000;

    private static final String EXPECT = "expect ";

    private final Path file;
    private final Consumer<String> notices;
    private final int maxCases;
    private final List<String> cases = new ArrayList<>();
    private int tests;
    private int failures;
    private int errors;
    private boolean complained;
    /** Why it could not be written last; null where it was. */
    private @Nullable IOException failure;

    JunitReport(Path file, Consumer<String> notices) {
        this(file, notices, MAX_CASES);
    }

    JunitReport(Path file, Consumer<String> notices, int maxCases) {
        this.file = file;
        this.notices = notices;
        this.maxCases = maxCases;
        write();
    }

    @Override
    public synchronized void ended(Map<String, Object> line) {
        String command = String.valueOf(line.get("command"));
        boolean ok = Boolean.TRUE.equals(line.get("ok"));
        boolean checked = command.startsWith(EXPECT) && line.containsKey("result");
        if (ok && !checked) {
            return;
        }
        tests++;
        if (!ok) {
            failures += checked ? 1 : 0;
            errors += checked ? 0 : 1;
        }
        if (cases.size() < maxCases) {
            cases.add(testCase(line, command, ok, checked));
        }
        write();
    }

    /** What keeps the file from being there with all that was checked, in words for the user; empty where nothing does. */
    synchronized Optional<CommandException> failure() {
        return Optional.ofNullable(failure)
                .map(why -> new CommandException(
                        "--junit: " + file + " was not written: " + PlainText.why(why),
                        "free space or change permissions there, or give --junit another file"));
    }

    private static String testCase(Map<String, Object> line, String command, boolean ok, boolean checked) {
        StringBuilder one = new StringBuilder("  <testcase classname=\"connscale\" name=\"%s\" time=\"%s\""
                .formatted(escaped(command), line.get("took")));
        if (ok) {
            one.append("/>");
        } else {
            String kind = checked ? "failure" : "error";
            one.append("><%s message=\"%s\"/></testcase>".formatted(kind, escaped(message(line))));
        }
        return one.toString();
    }

    private static String message(Map<String, Object> line) {
        return line.get("error") instanceof Map<?, ?> error
                ? Objects.requireNonNullElse(error.get("message"), "").toString()
                : "";
    }

    private void write() {
        String text = String.format(
                Locale.ROOT,
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="connscale" tests="%d" failures="%d" errors="%d">
                %s</testsuite>
                """,
                tests,
                failures,
                errors,
                String.join("", cases.stream().map(one -> one + "\n").toList()));
        try {
            WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
            failure = null;
        } catch (IOException e) {
            failure = e;
            if (!complained) {
                complained = true;
                notices.accept("cannot write " + file + ": " + PlainText.why(e));
            }
        }
    }

    /** For an attribute; characters that XML does not have are left out. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\n' -> escaped.append("&#10;");
                default -> {
                    if (c >= ' ' && c != 0xFFFE && c != 0xFFFF && !(c >= 0xD800 && c <= 0xDFFF)) {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }
}
