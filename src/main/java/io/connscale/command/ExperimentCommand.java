package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.ConnscaleException;
import io.connscale.api.Experimenting;
import io.connscale.api.HostState.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.control.Experiment;
import io.connscale.control.Experiment.Report;
import io.connscale.control.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code experiment half-open [1-4] HOST}, {@code experiment eaddrinuse HOST}: what the kernel does; docs/EXPERIMENTS.md. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "experiment",
        description = "Try out what a host's kernel does with half-open connections, and with a port that was in use.",
        subcommands = {ExperimentCommand.HalfOpen.class, ExperimentCommand.Eaddrinuse.class})
public final class ExperimentCommand implements Command {
    private static final long POLL_MILLIS = 500;

    @Override
    public Answer run(CommandContext context) throws CommandException {
        throw new CommandException("experiment: half-open or eaddrinuse is missing", "experiment half-open client1");
    }

    /** The one host that is meant. */
    private static String host(CommandContext context, String typed) throws CommandException {
        List<String> names = HostWords.names(context, List.of(typed));
        if (names.size() != 1) {
            throw new CommandException(
                    "an experiment runs on one host, and " + names.size() + " are meant",
                    "experiment … " + names.get(0));
        }
        return names.get(0);
    }

    /**
     * Until all of them are over. Ctrl-C ends them where they are, with what was seen.
     *
     * @param progress says of what was seen how far it is
     */
    private static Answer await(
            CommandContext context,
            List<Experimenting> running,
            Function<List<Report>, Answer> answer,
            Function<List<Report>, String> progress)
            throws CommandException, InterruptedException {
        List<Report> seen =
                new ArrayList<>(running.stream().map(Experimenting::begun).toList());
        long begin = System.nanoTime();
        try {
            context.shell().soFar(() -> answer.apply(List.copyOf(seen)));
            while (seen.stream().anyMatch(Report::running)) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
                context.shell().progress(seconds + " s · " + progress.apply(seen) + " · Ctrl-C ends it");
                Thread.sleep(POLL_MILLIS);
                for (int i = 0; i < running.size(); i++) {
                    if (seen.get(i).running()) {
                        seen.set(i, running.get(i).soFar());
                    }
                }
            }
        } catch (InterruptedException e) {
            stop(running, seen);
            throw new CommandException(
                    "interrupted; the experiment has ended, and what was seen until then is above",
                    "",
                    answer.apply(seen));
        } finally {
            running.forEach(Experimenting::abandon);
        }
        failIfOneDid(seen, answer);
        return answer.apply(seen);
    }

    private static void stop(List<Experimenting> running, List<Report> seen) throws InterruptedException {
        for (int i = 0; i < running.size(); i++) {
            try {
                seen.set(i, running.get(i).stop());
            } catch (ConnscaleException e) {
                // it is told what was last seen of it
            }
        }
    }

    private static void failIfOneDid(List<Report> seen, Function<List<Report>, Answer> answer) throws CommandException {
        for (Report report : seen) {
            if (!report.failure().isEmpty()) {
                throw new CommandException(
                        "the experiment ended before its time: " + report.failure(),
                        "the log has more",
                        answer.apply(seen));
            }
        }
    }

    /**
     * {@code experiment half-open [1-4] HOST}. Where the host gives network namespaces and no setting is named, it runs in three side by
     * side: with the machine's settings, with one repeated SYN-ACK, and with {@code tcp_abort_on_overflow}.
     */
    @CommandLine.Command(
            name = "half-open",
            description = "What both ends believe of connections that did not get into a full accept queue: sequence 1"
                    + " sends and receives, 2 waits before, 3 only receives, 4 sends twice.")
    static final class HalfOpen implements Command {
        private static final String SEQUENCE = "SEQUENCE";

        @Parameters(index = "0", paramLabel = SEQUENCE, arity = "0..1", description = "1, 2, 3 or 4; none: all")
        private @Nullable String first;

        @Parameters(index = "1", paramLabel = HostWords.LABEL, arity = "0..1", description = "a host that is started")
        private @Nullable String second;

        @Option(
                names = "--synack-retries",
                paramLabel = "N",
                description = "tcp_synack_retries, in a network namespace of its own",
                converter = RetriesWord.class)
        private @Nullable Integer synackRetries;

        @Option(
                names = "--abort-on-overflow",
                paramLabel = "0|1",
                description = "tcp_abort_on_overflow, in a network namespace of its own",
                converter = SwitchWord.class)
        private @Nullable Integer abortOnOverflow;

        @Option(
                names = "--delay",
                paramLabel = "DURATION",
                description = "before sequence 2 sends; default: until the server has forgotten the handshake",
                converter = Converters.DurationWord.class)
        private @Nullable Duration delay;

        @Option(
                names = "--receive",
                paramLabel = "DURATION",
                description = "for which a receive waits; default: until an answer would have come",
                converter = Converters.DurationWord.class)
        private @Nullable Duration receive;

        @Option(names = "--timeline", description = "each change, and not only those of states")
        private boolean timeline;

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<Integer> sequences = sequences();
            String typed = sequences.isEmpty() ? first : second;
            if (typed == null || (sequences.isEmpty() && second != null)) {
                throw new CommandException(
                        typed == null
                                ? "experiment half-open: HOST is missing"
                                : first + " is no sequence: they are 1, 2, 3 and 4",
                        "experiment half-open client1, or experiment half-open 1 client1");
            }
            String host = host(context, typed);
            boolean all = timeline || !sequences.isEmpty();
            List<Experimenting> running = begin(context, host, sequences);
            return await(context, running, seen -> HalfOpenText.answer(host, seen, all), HalfOpenText::progress);
        }

        private List<Integer> sequences() throws CommandException {
            if (first == null || !first.matches("[0-9].*")) {
                return List.of();
            }
            if (!first.matches("[1-4]")) {
                throw new CommandException(
                        first + " is no sequence: they are 1, 2, 3 and 4", "experiment half-open 1 client1");
            }
            return List.of(Integer.parseInt(first));
        }

        private List<Experimenting> begin(CommandContext context, String host, List<Integer> sequences)
                throws InterruptedException {
            List<Experimenting> running = new ArrayList<>();
            boolean begun = false;
            try {
                context.shell().progress("making a network namespace for it");
                Boolean abort = abortOnOverflow == null ? null : (Boolean) (abortOnOverflow == 1);
                Experimenting one = context.scale().experiment(host, wanted(sequences, synackRetries, abort));
                running.add(one);
                if (synackRetries == null
                        && abortOnOverflow == null
                        && one.begun().apart()) {
                    running.add(context.scale().experiment(host, wanted(sequences, 1, null)));
                    running.add(context.scale().experiment(host, wanted(sequences, null, true)));
                }
                begun = true;
                return running;
            } finally {
                if (!begun) {
                    running.forEach(Experimenting::abandon);
                }
            }
        }

        private Experiment wanted(List<Integer> sequences, @Nullable Integer retries, @Nullable Boolean abort) {
            return new Experiment(
                    Experiment.HALF_OPEN, true, sequences, retries, abort, millis(delay), millis(receive));
        }

        private static @Nullable Long millis(@Nullable Duration duration) {
            return duration == null ? null : (Long) duration.toMillis();
        }

        @Override
        public boolean watchable() {
            return false;
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            List<String> words = new ArrayList<>();
            if (label.equals(SEQUENCE)) {
                IntStream.rangeClosed(1, Experiment.SEQUENCES)
                        .mapToObj(Integer::toString)
                        .forEach(words::add);
            }
            if (label.equals(SEQUENCE) || label.equals(HostWords.LABEL)) {
                words.addAll(HostWords.candidates(HostWords.LABEL, context, state -> state == State.READY));
                words.remove(HostWords.ALL);
            }
            return words;
        }
    }

    /** N of {@code tcp_synack_retries}. */
    static final class RetriesWord implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String typed) {
            if (!typed.matches("[0-9]{1,3}") || Integer.parseInt(typed) > Experiment.MAX_RETRIES) {
                throw new IllegalArgumentException(
                        Quantity.quoted(typed) + " is no number of retries: 0 to " + Experiment.MAX_RETRIES);
            }
            return Integer.valueOf(typed);
        }
    }

    /** A setting that is on or off, as {@code sysctl} writes it: 0 or 1. */
    static final class SwitchWord implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String typed) {
            if (!typed.matches("[01]")) {
                throw new IllegalArgumentException(Quantity.quoted(typed) + " is neither 0 nor 1");
            }
            return Integer.valueOf(typed); // not a Boolean: picocli reads those by itself
        }
    }

    /** {@code experiment eaddrinuse HOST}. */
    @CommandLine.Command(
            name = "eaddrinuse",
            description = "When a port may be listened on again: with and without SO_REUSEADDR, for one address and for"
                    + " all, by who closed first.")
    static final class Eaddrinuse implements Command {
        @Parameters(index = "0", paramLabel = HostWords.LABEL, description = "a host that is started")
        private String host = "";

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            String name = host(context, host);
            context.shell().progress("making a network namespace for it");
            Experimenting one = context.scale()
                    .experiment(name, new Experiment(Experiment.EADDRINUSE, true, List.of(), null, null, null, null));
            return await(
                    context,
                    List.of(one),
                    seen -> EaddrinuseText.answer(name, seen.get(0)),
                    seen -> String.format(
                            Locale.ROOT, "%,d trials", seen.get(0).trials().size()));
        }

        @Override
        public boolean watchable() {
            return false;
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            List<String> words = new ArrayList<>(HostWords.candidates(label, context, state -> state == State.READY));
            words.remove(HostWords.ALL);
            return words;
        }
    }
}
