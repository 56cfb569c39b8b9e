package io.connscale.api;

import io.connscale.cluster.HostStatus;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Workers;
import io.connscale.control.Message;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import io.connscale.control.ServerStatus;
import io.connscale.control.Threads;
import io.connscale.control.Version;
import io.connscale.diagnosis.Moment;
import io.connscale.diagnosis.Moments;
import io.connscale.kernel.Facts;
import io.connscale.limits.ServerEnd;
import io.connscale.run.Course;
import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import io.connscale.run.RunListener;
import io.connscale.run.RunWriter;
import io.connscale.run.Runs;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of what a {@link Connscale} does, as docs/RUNS.md describes it. Any thread may call; one thread, {@code recorder}, writes. What
 * can't be written is said once, and the run goes on.
 */
public final class Recording implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recording.class);
    /** Moments and events that wait to be written; more are left out. */
    private static final int MAX_WAITING = 1000;
    /** Bytes of samples after each of which every second sample is left out. */
    private static final long FULL_PACE = 16L << 20;

    private static final long INFO_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** What happens is written into {@code run.json} no more often than that. */
    private static final long COURSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** What could not be begun is tried again after so long. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final long ANSWER_MILLIS = 500;
    private static final long CLOSE_SECONDS = 3;

    /**
     * What is recorded, and where.
     *
     * @param runs the folder of all runs
     * @param folder of this run; null: a new one among them
     * @param on whether anything is recorded
     * @param keep how many runs without a name are kept, this one not counted
     * @param hostsFile the file that was read, for the record
     */
    public record Options(Runs runs, @Nullable Path folder, boolean on, int keep, String hostsFile) {
        /** Nothing is recorded. */
        public static Options none(Runs runs) {
            return new Options(runs, null, false, Runs.MAX_RUNS, "");
        }
    }

    private final Parts parts;
    private final Samples samples;
    private final Options options;
    private final Duration again;
    private final ThreadPoolExecutor recorder = Threads.queue("recorder", MAX_WAITING);
    private @Nullable Begun begun;
    private boolean closed;

    /** One that has begun. Its fields but {@code began} are the recorder's. */
    private static final class Begun {
        final Instant began;
        /** Null: none could be made yet. */
        private @Nullable Path folder;

        private final Map<String, Heard> kernels = new LinkedHashMap<>();
        private @Nullable Heard atServer;
        private final Course course = new Course();
        private Samples.@Nullable Subscription subscription;
        private @Nullable RunWriter writer;
        private @Nullable RunListener listener;
        private @Nullable Moment last;
        private @Nullable ServerStatus status;
        private @Nullable String name;
        private long moments;
        private long infoAt;
        /** Whether something has happened that {@code run.json} does not have yet. */
        private boolean newCourse;

        private long triedAt;
        private @Nullable IOException refusal;
        private boolean complained;

        Begun(Instant began) {
            this.began = began;
        }

        /** Every how many moments a sample is written. */
        long pace() {
            long written = writer == null ? 0 : writer.written();
            return 1L << Math.min(32, written / FULL_PACE);
        }
    }

    /** What the kernel of an end said first and last. */
    private record Heard(Facts before, Facts after) {
        static RunInfo.Kernel kernel(@Nullable Heard heard) {
            return heard == null
                    ? RunInfo.Kernel.UNKNOWN
                    : new RunInfo.Kernel(
                            heard.after.machine(),
                            heard.before.values(),
                            heard.after.values(),
                            heard.after.since(heard.before));
        }
    }

    Recording(Parts parts, Samples samples, Options options) {
        this(parts, samples, options, AGAIN);
    }

    /** @param again after which a record that could not be begun is tried again */
    Recording(Parts parts, Samples samples, Options options, Duration again) {
        this.parts = parts;
        this.samples = samples;
        this.options = options;
        this.again = again;
    }

    /** The runs that were recorded, this one among them. */
    public Runs runs() {
        return options.runs;
    }

    /**
     * The folder of the run that is being recorded, with all in it that has happened until now; empty where none is.
     *
     * @throws IOException in words for the user, where one should be and can't: the disk is full, say
     */
    public Optional<Path> folder() throws IOException, InterruptedException {
        Begun run;
        synchronized (this) {
            run = begun;
            if (run == null || closed) {
                return Optional.empty();
            }
        }
        Begun asked = run;
        return Optional.of(answer(() -> {
            writer(asked);
            if (asked.newCourse) {
                info(asked, null, null);
            }
            return Objects.requireNonNull(asked.folder);
        }));
    }

    /** What the recorder answers, when it has done what it was given before. */
    private <T> T answer(Callable<T> question) throws IOException, InterruptedException {
        try {
            return recorder.submit(question).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new IOException("the disk does not take it in time", e);
        }
    }

    /**
     * Has {@code listener} hear of the run that is being recorded, on the recorder's thread: what was recorded of it, and then what comes. It takes
     * the place of the one before.
     *
     * @throws IOException where none is recorded
     */
    public synchronized void follow(RunListener listener) throws IOException {
        Begun run = begun;
        if (run == null || closed) {
            throw new IOException("no run is being recorded");
        }
        execute(run, () -> {
            Run soFar = soFar(run);
            listener.begun(soFar, run.writer == null ? Map.of() : soFar.times());
            run.listener = listener;
        });
    }

    /** Nobody hears of the run from now on. */
    public synchronized void unfollow() {
        Begun run = begun;
        if (run != null && !closed) {
            execute(run, () -> run.listener = null);
        }
    }

    /** A run begins, unless it has: something is about to be done, since {@code began}. Returns at once. */
    public synchronized void begin(Instant began) {
        if (begun != null || closed || !options.on) {
            return;
        }
        Begun run = new Begun(began);
        begun = run;
        execute(run, () -> begin(run));
        parts.diagnostics()
                .onVerdict(verdict ->
                        event(Instant.now(), Event.VERDICT, verdict.text(), null, null, members(Verdict.of(verdict))));
        run.subscription = samples.listen(moment -> execute(run, () -> sample(run, moment)));
    }

    private static Map<String, @Nullable Object> members(Verdict verdict) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("cause", verdict.cause());
        members.put("host", verdict.host());
        members.put("sentence", verdict.sentence());
        members.put("remedy", verdict.remedy());
        members.put("unreliable", verdict.unreliable());
        return members;
    }

    /**
     * Something has happened; nothing is written of it where no run has begun. A verdict that is said as a notice, too, has happened once.
     *
     * @param at when, or when it began
     * @param took seconds; null for what takes no time
     */
    public void event(
            Instant at,
            String kind,
            String text,
            @Nullable Double took,
            @Nullable Boolean ok,
            @Nullable Map<String, @Nullable Object> details) {
        Begun run;
        synchronized (this) {
            run = begun;
        }
        if (run != null && !(kind.equals(Event.NOTICE) && isLastVerdict(text))) {
            double t = Duration.between(run.began, at).toMillis() / 1e3;
            execute(run, () -> {
                Event event = new Event(at, t, kind, text, took, ok, details);
                run.newCourse |= run.course.add(event);
                if (run.listener != null) {
                    run.listener.event(event);
                }
                writer(run).event(event);
                tellCourse(run);
            });
        }
    }

    /** At once where little happens; of very much once a second, so that no more than that is lost. */
    private void tellCourse(Begun run) throws IOException {
        if (run.newCourse && System.nanoTime() - run.infoAt >= COURSE_NANOS) {
            info(run, null, null);
        }
    }

    private boolean isLastVerdict(String text) {
        return parts.diagnostics()
                .last()
                .filter(verdict -> verdict.text().equals(text))
                .isPresent();
    }

    /**
     * Names the run that is being recorded, so that it is never removed by itself.
     *
     * @throws IOException in words for the user
     */
    public void name(String name) throws IOException, InterruptedException {
        Begun run;
        synchronized (this) {
            run = begun;
        }
        if (run == null) {
            throw new IOException("no run is being recorded");
        }
        Begun named = run;
        answer(() -> {
            named.name = name;
            info(named, null, null);
            return true;
        });
    }

    /**
     * Ends it, with a last sample; within seconds.
     *
     * @param exit the console's exit code; null where it is not known
     */
    public void close(@Nullable Integer exit) {
        Begun run;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            run = begun;
        }
        if (run != null) {
            Samples.Subscription subscription = run.subscription;
            if (subscription != null) {
                subscription.close();
            }
            execute(run, () -> end(run, exit));
        }
        recorder.shutdown();
        try {
            if (!recorder.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("the run's record was not finished in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(null);
    }

    // On the recorder's thread

    /** What may fail since the disk is full, say. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException, InterruptedException;
    }

    private void execute(Begun run, Writing writing) {
        try {
            recorder.execute(() -> {
                try {
                    writing.run();
                } catch (IOException e) {
                    complain(run, e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    log.error("the record of {}", run.folder, e);
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("too much to record, or it has ended", e);
        }
    }

    private void complain(Begun run, IOException e) {
        log.debug("the record of {}", run.folder, e);
        if (!run.complained) {
            run.complained = true;
            parts.user()
                    .notice((run.writer == null
                                    ? notBegun(e)
                                    : "the run's record in " + run.folder + " is incomplete: " + PlainText.why(e))
                            + " · --run FOLDER writes it elsewhere, --no-record not at all");
        }
    }

    private static String notBegun(IOException e) {
        String where = e instanceof FileSystemException file ? file.getFile() + ": " : "";
        return "this run is not recorded: " + where + PlainText.why(e) + " · tried again every " + Quantity.text(AGAIN);
    }

    /** Of a run that could not be begun, tries it again after a while: there may be room now. */
    private RunWriter writer(Begun run) throws IOException {
        RunWriter writer = run.writer;
        if (writer != null) {
            return writer;
        }
        IOException why = run.refusal;
        if (why != null && System.nanoTime() - run.triedAt < again.toNanos()) {
            throw why;
        }
        try {
            writer = open(run);
        } catch (IOException e) {
            run.refusal = e;
            run.triedAt = System.nanoTime();
            throw e;
        }
        run.writer = writer;
        if (why != null) {
            run.complained = false;
            parts.user().notice("this run is recorded from now on, in " + run.folder);
        }
        if (options.folder == null) {
            removeOld();
        }
        return writer;
    }

    private void removeOld() {
        try {
            options.runs.prune(options.keep, Runs.MAX_BYTES);
        } catch (IOException e) {
            log.warn("old runs are not removed: {}", PlainText.why(e));
        }
    }

    private void begin(Begun run) throws IOException, InterruptedException {
        run.status = serverStatus();
        run.infoAt = System.nanoTime();
        writer(run);
    }

    private RunWriter open(Begun run) throws IOException {
        Path folder = run.folder;
        if (folder == null) {
            folder = options.folder == null ? options.runs.make(run.began) : options.folder.toAbsolutePath();
            run.folder = folder;
        }
        return new RunWriter(folder, describe(run, null, null));
    }

    /** What the disk did not take is not known any more. */
    private Run soFar(Begun run) {
        Path folder = run.folder;
        if (run.writer != null && folder != null) {
            try {
                return Run.read(folder);
            } catch (IOException e) {
                log.debug("the record of {} so far", folder, e);
            }
        }
        return new Run(folder == null ? Path.of("") : folder, describe(run, null, null), List.of(), List.of());
    }

    private @Nullable ServerStatus serverStatus() throws InterruptedException {
        try {
            return parts.server().status().get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private void sample(Begun run, Moment now) throws IOException {
        if (run.moments++ % run.pace() == 0) {
            write(run, now);
        }
        tellCourse(run);
    }

    private void write(Begun run, Moment now) throws IOException {
        Moment last = run.last;
        Interval interval = new Interval(last, now);
        boolean kernels = kernels(run, last, now);
        run.last = now;
        Sample sample = interval.sample(run.began, kernels ? parts.diagnostics().allowances(now) : null);
        run.course.add(sample);
        Map<String, Distribution> times = interval.times();
        if (run.listener != null) {
            run.listener.sample(sample, times);
        }
        writer(run).sample(sample, times);
        if (System.nanoTime() - run.infoAt >= INFO_NANOS) {
            info(run, null, null);
        }
    }

    /** Remembers what kernels said; whether anything new. */
    private static boolean kernels(Begun run, @Nullable Moment last, Moment now) {
        boolean news = false;
        Moment.Heard server = now.server();
        if (server != null && isNews(last == null ? null : last.server(), server)) {
            run.atServer = new Heard(run.atServer == null ? server.facts() : run.atServer.before, server.facts());
            run.status = now.status();
            news = true;
        }
        for (Map.Entry<String, Moment.Heard> host : now.hosts().entrySet()) {
            if (isNews(last == null ? null : last.hosts().get(host.getKey()), host.getValue())) {
                Facts facts = host.getValue().facts();
                run.kernels.merge(
                        host.getKey(),
                        new Heard(facts, facts),
                        (first, newest) -> new Heard(first.before, newest.after));
                news = true;
            }
        }
        return news;
    }

    private static boolean isNews(Moment.@Nullable Heard before, Moment.Heard now) {
        return !now.facts().equals(Facts.NONE) && (before == null || before.factsNanos() < now.factsNanos());
    }

    private void end(Begun run, @Nullable Integer exit) throws IOException, InterruptedException {
        Moment now = new Moments(parts.cluster(), parts.server())
                .next(TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS), Facts.Depth.LISTENERS)
                .knowing(run.last);
        try {
            endWith(run, now, exit);
        } finally {
            writer(run).close();
        }
    }

    /** How it ended is written also where the last sample does not fit. */
    private void endWith(Begun run, Moment last, @Nullable Integer exit) throws IOException {
        try {
            write(run, last);
        } finally {
            info(run, Instant.now(), exit);
        }
    }

    private void info(Begun run, @Nullable Instant ended, @Nullable Integer exit) throws IOException {
        run.infoAt = System.nanoTime();
        RunInfo info = describe(run, ended, exit);
        if (run.listener != null) {
            run.listener.info(info);
        }
        writer(run).info(info);
        run.newCourse = false;
    }

    private RunInfo describe(Begun run, @Nullable Instant ended, @Nullable Integer exit) {
        Map<String, RunInfo.Host> hosts = new LinkedHashMap<>();
        parts.cluster()
                .statuses()
                .forEach(host -> hosts.put(host.name(), host(host, Heard.kernel(run.kernels.get(host.name())))));
        return new RunInfo(
                RunInfo.SCHEMA,
                run.folder == null ? "" : Runs.id(run.folder),
                run.name,
                run.began,
                ended,
                exit,
                Version.program(),
                new RunInfo.Console(
                        Runtime.version().toString(),
                        System.getProperty("os.name", ""),
                        System.getProperty("os.version", ""),
                        System.getProperty("os.arch", ""),
                        Runtime.getRuntime().availableProcessors(),
                        ProcessHandle.current().pid(),
                        options.hostsFile),
                server(run),
                hosts,
                run.course.commands(),
                run.course.verdicts(),
                run.course.leftOut(),
                run.course.warnings());
    }

    private RunInfo.Server server(Begun run) {
        ServerStatus status = run.status != null && run.status.running() ? run.status : null;
        return new RunInfo.Server(
                parts.server().foreign().orElse(null),
                parts.server() instanceof RemoteServer remote ? remote.host() : ServerEnd.HERE,
                parts.cluster().targets(),
                status == null ? null : status.transport(),
                status == null
                        ? null
                        : status.listeners().stream()
                                .map(ServerStatus.Listener::backlogGiven)
                                .filter(Objects::nonNull)
                                .findFirst()
                                .orElse(null),
                Heard.kernel(run.atServer));
    }

    private static RunInfo.Host host(HostStatus host, RunInfo.Kernel kernel) {
        ClientConfig client = host.config().client();
        Message.Hello hello = host.hello();
        Workers workers = host.config().workers();
        return new RunInfo.Host(
                host.launcher(),
                host.address(),
                host.config().source(),
                client.interval().toMillis() / 1e3,
                client.timeout().toMillis() / 1e3,
                client.rate().unlimited() ? null : (Long) client.rate().perSecond(),
                workers.auto() ? "auto" : Integer.toString(workers.max()),
                hello == null ? null : hello.java(),
                hello == null ? null : hello.os(),
                hello == null ? null : hello.arch(),
                kernel);
    }
}
