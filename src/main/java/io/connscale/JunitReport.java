package io.connscale;

import io.connscale.console.CommandException;
import io.connscale.console.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * {@code --junit FILE}: each expectation as a test case, for CI; and each other command that failed, as an error. Written anew with each of them: what is there
 * when the console is killed is whole.
 */
final class JunitReport implements Console.Listener {
    private static final int MAX_CASES = 10_000;
    private static final String EXPECT = "expect ";

    private final Path file;
    private final Console console;
    private final List<String> cases = new ArrayList<>();
    private int failures;
    private int errors;
    private boolean complained;

    JunitReport(Path file, Console console) {
        this.file = file;
        this.console = console;
        write();
    }

    @Override
    public synchronized void ended(Map<String, Object> line) {
        String command = String.valueOf(line.get("command"));
        boolean ok = Boolean.TRUE.equals(line.get("ok"));
        boolean checked = command.startsWith(EXPECT) && line.containsKey("result");
        if ((ok && !checked) || cases.size() == MAX_CASES) {
            return;
        }
        StringBuilder one = new StringBuilder("  <testcase classname=\"connscale\" name=\"%s\" time=\"%s\""
                .formatted(escaped(command), line.get("took")));
        if (ok) {
            one.append("/>");
        } else {
            String kind = checked ? "failure" : "error";
            failures += checked ? 1 : 0;
            errors += checked ? 0 : 1;
            one.append("><%s message=\"%s\"/></testcase>".formatted(kind, escaped(message(line))));
        }
        cases.add(one.toString());
        write();
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
                cases.size(),
                failures,
                errors,
                String.join("", cases.stream().map(one -> one + "\n").toList()));
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                console.notice("cannot write " + file + ": " + CommandException.why(e));
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
