package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.Connscale;
import io.connscale.api.Count;
import io.connscale.api.HostState;
import io.connscale.api.Measured;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.diagnosis.Moment;
import io.connscale.diagnosis.Moments;
import io.connscale.kernel.Facts;
import io.connscale.run.Event;
import io.connscale.run.Expectation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * {@code expect}: a threshold, for scripts. One that is not met is reported with its value; the batch goes on, and ends with exit code 99.
 *
 * <pre>
 * expect established >= 10k          established  10,000
 * expect roundTrip.p99 < 5ms over 30s
 * expect verdict != unknown
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "expect",
        description = {
            "Check a number, for scripts: expect established >= 10k, expect roundTrip.p99 < 5ms over 30s,",
            "expect lost == 0, expect verdict != unknown. Names are those of stats -o json."
        })
public final class ExpectCommand implements Command {
    private static final String VERDICT = "verdict";
    private static final String DIFFERENCE = "difference";
    /** There is no verdict. */
    private static final String NONE = "none";

    private static final String HINT =
            "expect established >= 10k, expect roundTrip.p99 < 5ms over 30s, expect verdict != unknown";
    private static final List<String> NAMES =
            Stream.concat(Measured.NAMES.stream(), Stream.of(VERDICT)).toList();

    /** What no host without an agent has. */
    private static final Set<String> HELD = Set.of("established", "connecting");

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Parameters(
            paramLabel = "EXPRESSION",
            arity = "1..*",
            description = "NAME >= VALUE [over DURATION]; also >, <=, <, == and !=")
    private List<String> words = new ArrayList<>();

    /**
     * In JSON.
     *
     * @param value null: unknown
     * @param unit {@code µs} of a time; empty: a plain number, or a word
     */
    private record Checked(String expectation, @Nullable Object value, String unit, boolean met) {}

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        Expectation expected;
        try {
            expected = Expectation.parse(String.join(" ", words));
            return answer(context, expected, check(context, expected));
        } catch (IllegalArgumentException e) {
            throw new CommandException(String.valueOf(e.getMessage()), HINT);
        }
    }

    private static Answer answer(CommandContext context, Expectation expected, Checked checked)
            throws CommandException {
        Object value = checked.value;
        String shown = value instanceof Number number
                ? Expectation.text(number.doubleValue(), !checked.unit.isEmpty())
                : value == null ? "unknown" : value.toString();
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("value", value);
        details.put("unit", checked.unit);
        context.recording().event(Instant.now(), Event.EXPECT, expected.toString(), null, checked.met, details);
        Answer answer = new Answer(
                checked,
                new Table(
                        List.of("expectation", "value", "unit", "met"),
                        List.of(List.of(expected.toString(), value == null ? "" : value, checked.unit, checked.met))),
                List.of(expected.name() + "  " + shown + (checked.met ? ", as expected" : ", not as expected")));
        if (checked.met) {
            return answer;
        }
        String message = "expected " + expected + ": it is " + shown;
        if ("true".equals(System.getenv("GITHUB_ACTIONS"))) {
            context.shell().notice("::error title=connscale::" + message.replace("%", "%25"));
        }
        throw CommandException.unmet(message, answer);
    }

    private static Checked check(CommandContext context, Expectation expected) throws InterruptedException {
        if (expected.name().equals(VERDICT)) {
            return verdict(context, expected);
        }
        if (expected.name().equals(DIFFERENCE) && expected.over() == null) {
            OptionalLong difference =
                    context.scale().count(context.scale().counting()).difference(); // settled
            return number(
                    expected,
                    difference.isPresent() ? (Double) (double) difference.getAsLong() : null,
                    expected.number(false),
                    "");
        }
        return measured(context, expected);
    }

    private static Checked verdict(CommandContext context, Expectation expected) {
        if (expected.over() != null) {
            throw new IllegalArgumentException("a verdict is not looked at over a time");
        }
        String cause =
                context.diagnostics().last().map(verdict -> verdict.cause()).orElse(NONE);
        boolean same = cause.equals(expected.bound());
        return switch (expected.operator()) {
            case EQUAL -> new Checked(expected.toString(), cause, "", same);
            case OTHER -> new Checked(expected.toString(), cause, "", !same);
            default -> throw new IllegalArgumentException("a verdict is compared by == or !=");
        };
    }

    private static Checked number(Expectation expected, @Nullable Double value, double bound, String unit) {
        boolean met = value != null && expected.operator().holds(value, bound);
        boolean whole = value != null && value == Math.rint(value);
        return new Checked(expected.toString(), whole && value != null ? (Object) value.longValue() : value, unit, met);
    }

    private static Checked measured(CommandContext context, Expectation expected) throws InterruptedException {
        Moments asked = context.scale().moments();
        Moment first = asked.next(ANSWERS_NANOS, Facts.Depth.VALUES);
        Measured measured = Measured.of(expected, first);
        if (!measured.isThere()) { // the server does not run; no host has an agent
            return HELD.contains(expected.name())
                    ? number(expected, none(context, expected.over()), measured.bound(), "")
                    : new Checked(expected.toString(), null, "", false);
        }
        String unit = measured.isTime() ? "µs" : "";
        if (expected.over() == null && measured.isOfAMoment()) {
            return number(expected, measured.at(first), measured.bound(), unit);
        }
        Double value = measured.isState()
                ? worst(asked, expected, measured, first)
                : measured.between(first, after(asked, over(expected)));
        return number(expected, value, measured.bound(), unit);
    }

    /** 0 where that is known, all the time: no host has an agent, and the server holds no connection that one may have left. */
    private static @Nullable Double none(CommandContext context, @Nullable Duration over) throws InterruptedException {
        long end = System.nanoTime() + (over == null ? 0 : over.toNanos());
        while (isNone(context.scale())) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return 0.0;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(SECOND.toNanos(), left));
        }
        return null;
    }

    private static boolean isNone(Connscale scale) {
        if (scale.states().stream().anyMatch(host -> host.state() != HostState.State.STOPPED)) {
            return false;
        }
        Count count = scale.count(List.of()); // settled
        return count.serverFailure().isEmpty()
                && (count.server().isPresent()
                        ? count.server().getAsLong() == 0
                        : scale.target().isEmpty());
    }

    /** What must be so all the time is looked at each second. */
    private static @Nullable Double worst(Moments asked, Expectation expected, Measured measured, Moment first)
            throws InterruptedException {
        long end = System.nanoTime() + over(expected).toNanos();
        Double worst = measured.at(first);
        while (worst != null && measured.isMet(worst) && System.nanoTime() < end) {
            Moment now = after(asked, Duration.ofNanos(Math.min(SECOND.toNanos(), end - System.nanoTime())));
            Double value = measured.at(now);
            worst = value == null ? null : (Double) expected.operator().worse(worst, value);
        }
        return worst;
    }

    private static Duration over(Expectation expected) {
        Duration over = expected.over();
        return over == null ? SECOND : over;
    }

    private static Moment after(Moments asked, Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, time.toNanos()));
        return asked.next(ANSWERS_NANOS, Facts.Depth.VALUES);
    }

    @Override
    public boolean watchable() {
        return false;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return label.equals("EXPRESSION") ? NAMES : List.of();
    }
}
