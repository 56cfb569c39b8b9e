package io.connscale.cluster;

import io.connscale.cluster.Ending.ErrorTail;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.BoundedLines;
import io.connscale.control.IdleCounter;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.kernel.FactsReader;
import io.connscale.kernel.OomKills;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * An agent in another process, over a control channel on that process's standard input and output. One thread reads and does
 * nothing else: it never waits for who asked or for a screen. What is to be written, and its standard error, are the work of threads that
 * all agents share. Any thread may call. When the channel ends, for
 * whatever reason, every open request fails and {@link #ended()} completes.
 */
// A future is itself alone, and its own answer.
@SuppressWarnings({"FutureReturnValueIgnored", "CollectionUndefinedEquality"})
final class RemoteAgent implements AgentProcess {
    private static final Logger log = LoggerFactory.getLogger(RemoteAgent.class);
    private static final int MAX_PENDING = 64;
    /** Of notices, and of lines in the log, per second: an agent that has more to say has gone mad. */
    private static final int MAX_TOLD = 20;

    private static final int MAX_SHOWN = 200;

    private static final Pattern SAYS_HELLO = Pattern.compile("\\{.*\"type\"\\s*:\\s*\"hello\".*");
    private static final Pattern ID = Pattern.compile("^\\{.*\"id\"\\s*:\\s*(\\d{1,18})\\b");
    private static final Pattern PROTOCOL = Pattern.compile("\"protocol\"\\s*:\\s*(\\d{1,9})\\b");
    private static final long CLOSE_SECONDS = 2;

    private static final String SAME_VERSION = "use the same version of connscale on both";

    /** Runs what those do with an answer who asked for it; a thread per agent at most, since each hands over in order. */
    static final Executor ANSWERS = Executors.newCachedThreadPool(Threads.numbered("answers"));

    /**
     * How long a request may wait, in ticks of the one who ticks once per second: a console that was stopped does not count.
     *
     * @param answer for any but the following
     * @param slow for what starts processes or closes connections by the million
     * @param progress for an open request: from one sign of progress to the next, of this one or those before it
     */
    record Timeouts(int answer, int slow, int progress) {
        static final Timeouts USUAL = new Timeouts(60, 900, 300);

        private int of(Message request) {
            if (request instanceof Message.OpenConnections) {
                return progress;
            }
            boolean longWork = request instanceof Message.StartServer
                    || request instanceof Message.MakeRoom
                    || request instanceof Message.StopServer
                    || request instanceof Message.CloseConnections;
            return longWork ? slow : answer;
        }
    }

    private final String name;
    private final Process process;
    private final Consumer<String> notices;
    private final Timeouts timeouts;
    private final RequestWriter requests;
    private final ErrorTail errors;
    private final Thread reader;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending<?>> pending = new ConcurrentHashMap<>();
    /** Open requests that have not ended, by their answer. */
    private final Map<CompletableFuture<Opened>, Long> openings = new ConcurrentHashMap<>();

    private final Deliveries deliveries;
    private final IdleCounter silence = IdleCounter.untilHeard();
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger logged = new AtomicInteger();
    private final CompletableFuture<Message.Hello> hello = new CompletableFuture<>();
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private volatile Message.SnapshotTaken latest = new Message.SnapshotTaken(null, Snapshot.NONE);
    private volatile Statistics latestStatistics = Statistics.NONE;
    /** The first line that is no message, a login shell's banner, say: shown where a start fails. */
    private volatile String noise = "";

    /** Why it is being closed; null where it is not. */
    private volatile @Nullable AgentException closing;
    /** From the launch on, and anew from the greeting on. */
    private volatile Optional<OomKills> kills;

    /** @param process just started; this object owns it from now on */
    RemoteAgent(String name, Process process) {
        this(name, process, notice -> log.info("{}", notice), Timeouts.USUAL);
    }

    /** @param notices hears, on the reading thread, what the agent wants the user to know at once; must not wait */
    RemoteAgent(String name, Process process, Consumer<String> notices) {
        this(name, process, notices, Timeouts.USUAL);
    }

    RemoteAgent(String name, Process process, Consumer<String> notices, Timeouts timeouts) {
        this(name, process, notices, timeouts, ANSWERS);
    }

    /** @param answers runs what those do with an answer who asked for it */
    RemoteAgent(String name, Process process, Consumer<String> notices, Timeouts timeouts, Executor answers) {
        this.deliveries = new Deliveries(answers);
        this.name = name;
        this.process = process;
        this.notices = notices;
        this.timeouts = timeouts;
        this.kills = OomKills.of(process);
        reader = Threads.of(name + "-control", this::read);
        boolean listening = false;
        try {
            this.requests = new RequestWriter(name, process.getOutputStream(), MAX_PENDING, () -> Ending.kill(process));
            this.errors = new ErrorTail(name, process.getErrorStream());
            reader.start();
            listening = true;
        } finally {
            if (!listening) { // no thread left: nobody would hear of its end
                Ending.kill(process);
            }
        }
    }

    /**
     * Who asked, in the order of the answers, and not on the thread that reads, unless no other is left: nobody is to wait for
     * an answer in vain. Bounded by the requests that wait.
     */
    private static final class Deliveries {
        private final Executor executor;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean running;

        Deliveries(Executor executor) {
            this.executor = executor;
        }

        void add(Runnable delivery) {
            if (isFirst(delivery)) {
                try {
                    executor.execute(this::run);
                } catch (OutOfMemoryError e) {
                    log.warn("no thread is left for an answer: it is handed over on this one", e);
                    run();
                }
            }
        }

        private synchronized boolean isFirst(Runnable delivery) {
            boolean first = !running;
            waiting.add(delivery);
            running = true;
            return first;
        }

        private void run() {
            for (Runnable next = next(); next != null; next = next()) {
                try {
                    next.run();
                } catch (RuntimeException | OutOfMemoryError e) { // no thread left, say: those behind it get theirs
                    Threads.goesOn(e);
                    log.error("an answer could not be taken", e);
                }
            }
        }

        private synchronized @Nullable Runnable next() {
            Runnable next = waiting.poll();
            running = next != null;
            return next;
        }
    }

    /** A request that waits for its answer. */
    private final class Pending<T extends Message> {
        private final Class<T> expected;
        private final Consumer<Opened> progress;
        private final int limit;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        /** Of connections to open or close; -1 where it does neither. */
        private final long count;

        private volatile Opened furthest;
        private final AtomicReference<@Nullable Opened> latestProgress = new AtomicReference<>();
        private final AtomicInteger waited = new AtomicInteger();

        Pending(Class<T> expected, Consumer<Opened> progress, int limit, long count) {
            this.count = count;
            this.furthest = Opened.none(count);
            this.expected = expected;
            this.progress = progress;
            this.limit = limit;
        }

        /** Who is slow to hear of it hears the latest alone. */
        void progressed(Opened opened) {
            furthest = opened;
            if (latestProgress.getAndSet(opened) == null) {
                deliveries.add(() -> {
                    Opened last = latestProgress.getAndSet(null);
                    if (last != null) {
                        progress.accept(last);
                    }
                });
            }
        }

        /** What of {@code opened} can't be, by what was asked for and what was said before; empty where it can. */
        String wrong(Opened opened) {
            if (opened.requested() != count) {
                return "requested is " + opened.requested() + ", and not " + count;
            }
            return opened.established() < furthest.established() || opened.failed() < furthest.failed()
                    ? "it has opened fewer than it had before"
                    : "";
        }

        void answered(Message said) {
            if (expected.isInstance(said)) {
                deliveries.add(() -> answer.complete(expected.cast(said)));
            } else if (said instanceof Message.Failed failed) {
                failed(new AgentException(name + ": " + failed.message(), failed.hint()));
            } else {
                failed(new AgentException(
                        name + ": the agent sent an answer of the wrong kind ("
                                + said.getClass().getSimpleName() + " instead of " + expected.getSimpleName() + ")",
                        SAME_VERSION));
            }
        }

        void failed(AgentException why) {
            deliveries.add(() -> answer.completeExceptionally(why));
        }

        boolean tick() {
            return waited.incrementAndGet() > limit;
        }
    }

    @Override
    public CompletableFuture<Message.Hello> hello() {
        return hello;
    }

    /** How it ended; completes when the channel does. */
    CompletableFuture<Ending> ended() {
        return ended;
    }

    @Override
    public CompletableFuture<String> ending() {
        return ended.thenApply(Ending::toString);
    }

    @Override
    public Snapshot latest() {
        return latest.snapshot();
    }

    @Override
    public Statistics latestStatistics() {
        return latestStatistics;
    }

    /** How many processes the agent is, itself and its workers, as it last said. */
    int workers() {
        Integer workers = latest.workers();
        return workers == null ? 1 : workers;
    }

    /** Which of its workers' counts are old, as it last said; null: none. */
    @Nullable
    Silence silence() {
        return latest.silence();
    }

    private void read() {
        MDC.put("host", name);
        boolean broken = false;
        try {
            MessageLines.read(silence.on(process.getInputStream()), this::hear, this::foreign);
        } catch (IOException e) {
            log.info("the channel broke: {}", e.toString()); // told below, with how the process ended
            broken = true;
        } catch (RuntimeException e) { // a mistake of ours must not leave requests waiting for ever
            log.error("the channel is closed", e);
        }
        end(broken);
    }

    private void hear(Message message) {
        try {
            take(message);
        } catch (
                OutOfMemoryError
                        e) { // who hears of it had no thread for that; without this one the agent would seem dead
            Threads.goesOn(e);
            log.warn("a message was heard by nobody", e);
        }
    }

    private void take(Message message) {
        silence.heard();
        if (message instanceof Message.Hello greeting) {
            greeted(greeting);
        } else if (message instanceof Message.SnapshotTaken taken) {
            latest = taken;
            Long id = taken.id();
            if (id != null) {
                answered(id, taken);
            }
        } else if (message instanceof Message.StatisticsTaken taken) {
            latestStatistics = taken.statistics();
            answered(taken.id(), taken);
        } else if (message instanceof Message.Progress progress) {
            Pending<?> request = pending.get(progress.id());
            String wrong = request == null ? "" : request.wrong(progress.opened());
            if (!wrong.isEmpty()) {
                complain("no progress: " + wrong + ": " + progress);
            } else if (request != null) {
                pending.values().forEach(waiting -> waiting.waited.set(0)); // those behind it wait for it
                request.progressed(progress.opened());
            }
        } else if (message instanceof Message.Notice notice) {
            if (told.getAndIncrement() < MAX_TOLD) {
                notices.accept(name + "  " + notice.text());
            }
        } else if (message instanceof Message.Answer answer) {
            answered(answer.id(), answer);
        } else if (!(message instanceof Message.StillHere)) { // that it came is all that it says
            complain("not for a console: " + message);
        }
    }

    private void greeted(Message.Hello greeting) {
        if (greeting.protocol() == Message.PROTOCOL) {
            kills = OomKills.of(process); // now it is in its control group, whatever launched it
            hello.complete(greeting);
        } else {
            hello.completeExceptionally(
                    otherProtocol(greeting.protocol() + " (connscale " + PlainText.of(greeting.version(), 40) + ")"));
        }
    }

    private AgentException otherProtocol(String spoken) {
        return new AgentException(
                name + ": the agent speaks protocol " + spoken + ", this console speaks " + Message.PROTOCOL,
                SAME_VERSION);
    }

    private void answered(long id, Message answer) {
        Pending<?> request = pending.remove(id);
        if (request == null) {
            complain("an answer to nothing: " + answer);
            return;
        }
        String wrong = answer instanceof Message.ConnectionsOpened end
                ? request.wrong(end.opened())
                : answer instanceof Message.ConnectionsClosed end
                                && end.closed().closed() > request.count
                        ? "closed is " + end.closed().closed() + ", and not at most " + request.count
                        : "";
        if (wrong.isEmpty() || !request.expected.isInstance(answer)) {
            request.answered(answer);
        } else {
            request.failed(notValid(wrong));
        }
    }

    private AgentException notValid(String why) {
        return new AgentException(name + ": the agent's answer is not valid: " + why, SAME_VERSION);
    }

    private void foreign(BoundedLines.Line line) {
        String shown = PlainText.of(line.text(), MAX_SHOWN);
        complain("not a message: " + shown);
        Matcher id = ID.matcher(line.text());
        if (!line.whole()) {
            tooLong(shown);
        } else if (hello.isDone() && id.find()) {
            notValid(pending.remove(Long.parseLong(id.group(1))), line.text());
        } else if (!hello.isDone()) {
            if (SAYS_HELLO.matcher(line.text()).matches()) {
                hello.completeExceptionally(notUnderstood(line.text()));
            } else if (noise.isEmpty()) {
                noise = shown;
            }
        }
    }

    /** Which request it would have answered nobody knows, so none is left to wait for it. */
    private void tooLong(String shown) {
        AgentException why = new AgentException(
                name + ": the agent sent a line of more than " + Quantity.text(MessageLines.MAX_LENGTH)
                        + " bytes, which is not read: " + PlainText.of(shown, 40),
                SAME_VERSION);
        hello.completeExceptionally(why);
        failAll(why);
    }

    private void notValid(@Nullable Pending<?> request, String answer) {
        if (request != null) {
            request.failed(notValid(MessageLines.problem(answer)));
        }
    }

    private AgentException notUnderstood(String line) {
        Matcher protocol = PROTOCOL.matcher(line);
        return protocol.find() && !protocol.group(1).equals(String.valueOf(Message.PROTOCOL))
                ? otherProtocol(protocol.group(1))
                : new AgentException(
                        name + ": the agent's hello is not valid: " + MessageLines.problem(line) + "; it said: "
                                + PlainText.of(line, MAX_SHOWN),
                        SAME_VERSION);
    }

    /** What it said instead of {@code hello}, to be put behind an error; empty where it said nothing. */
    String said() {
        return noise.isEmpty() ? "" : "; it said: " + noise;
    }

    /** In the log, as long as it is not filled up. */
    private void complain(String what) {
        int before = logged.getAndIncrement();
        if (before < MAX_TOLD) {
            log.warn("{}", PlainText.of(what, 5 * MAX_SHOWN));
        } else if (before == MAX_TOLD) {
            log.warn("more than {} such lines in one second: the rest is not logged", MAX_TOLD);
        }
    }

    /** The channel is at its end; the process follows, or is made to. */
    private void end(boolean broken) {
        requests.close();
        int exit = Ending.exit(process, CLOSE_SECONDS);
        Ending ending = Ending.of(exit, errors.lines(), broken && exit == Ending.UNKNOWN, kills);
        AgentException gone = gone(ending);
        hello.completeExceptionally(closing != null ? gone : beforeHello(ending));
        ended.complete(ending);
        failAll(gone);
    }

    private void failAll(AgentException why) {
        for (Long id : List.copyOf(pending.keySet())) {
            Pending<?> request = pending.remove(id);
            if (request != null) {
                request.failed(why);
            }
        }
    }

    private AgentException beforeHello(Ending ending) {
        return ending.broken()
                ? new AgentException(
                        name + ": the connection to it broke before the agent was ready" + ending.errorText() + said(),
                        "is the network there? try again")
                : new AgentException(
                        name + ": the agent ended at once " + ending + said(),
                        ending.hint("the log has all that it said"));
    }

    private AgentException gone(Ending ending) {
        AgentException closed = closing;
        if (closed != null) {
            return closed;
        }
        return new AgentException(
                ending.broken() ? name + ": the connection to it broke" : name + " ended " + ending,
                ending.hint(ending.remedy(name)));
    }

    @Override
    public CompletableFuture<Void> configure(Settings settings) {
        return ask(id -> new Message.Configure(id, settings), Message.Done.class)
                .thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Opened> open(OpenRequest open, Consumer<Opened> progress) {
        Long rate = open.rate() == null ? null : open.rate().perSecond();
        AtomicLong request = new AtomicLong();
        CompletableFuture<Opened> opening = ask(
                        id -> {
                            request.set(id);
                            return new Message.OpenConnections(id, open.count(), rate, open.rising(), open.keep());
                        },
                        Message.ConnectionsOpened.class,
                        progress)
                .thenApply(Message.ConnectionsOpened::opened);
        openings.put(opening, request.get());
        opening.whenComplete((opened, failure) -> openings.remove(opening));
        return opening;
    }

    @Override
    public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
        Long request = openings.get(opening);
        return request == null
                ? CompletableFuture.completedFuture(null)
                : ask(id -> new Message.StopOpening(id, request), Message.Done.class)
                        .thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Void> allOpened() {
        return CompletableFuture.allOf(openings.keySet().toArray(CompletableFuture[]::new));
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        return ask(Message.StopOpening::new, Message.Done.class).thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Closed> close(long count) {
        return ask(id -> new Message.CloseConnections(id, count), Message.ConnectionsClosed.class)
                .thenApply(Message.ConnectionsClosed::closed);
    }

    @Override
    public CompletableFuture<Snapshot> snapshot() {
        return ask(Message.TakeSnapshot::new, Message.SnapshotTaken.class).thenApply(Message.SnapshotTaken::snapshot);
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return ask(Message.TakeStatistics::new, Message.StatisticsTaken.class)
                .thenApply(Message.StatisticsTaken::statistics);
    }

    @Override
    public <T extends Message> CompletableFuture<T> ask(Function<Long, Message> request, Class<T> answer) {
        return ask(request, answer, ignored -> {});
    }

    private <T extends Message> CompletableFuture<T> ask(
            Function<Long, Message> request, Class<T> expected, Consumer<Opened> progress) {
        long id = ids.incrementAndGet();
        Message message = request.apply(id);
        long count = message instanceof Message.OpenConnections open
                ? open.count()
                : message instanceof Message.CloseConnections close ? close.count() : -1;
        Pending<T> waiting = new Pending<>(expected, progress, timeouts.of(message), count);
        boolean room = pending.size() < MAX_PENDING;
        if (room) {
            pending.put(id, waiting);
        }
        if (!room || !requests.offer(message)) {
            pending.remove(id);
            return CompletableFuture.failedFuture(
                    new AgentException(name + " does not answer: " + MAX_PENDING + " requests wait", "stop " + name));
        }
        Ending ending = ended.getNow(null);
        if (ending != null) { // it ended between: nobody else would fail this request
            pending.remove(id);
            waiting.failed(gone(ending));
        }
        return waiting.answer;
    }

    @Override
    public void close() {
        close(new AgentException(name + " was stopped", "start " + name + " starts it again"));
    }

    /** Closes its standard input, on which it ends; what has not ended soon is killed. Requests that wait fail then, with {@code why}. */
    void close(AgentException why) {
        beginClose(why);
        Ending.exit(process, CLOSE_SECONDS);
        try {
            reader.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first half of it, which waits for nothing. */
    void beginClose(AgentException why) {
        closing = why;
        requests.close();
    }

    /** {@code , process 123 is stopped (state T)}: that of this machine, which may be ssh; empty where none is. */
    String stoppedText() {
        try {
            return FactsReader.isStopped(process.pid()) ? ", process " + process.pid() + " is stopped (state T)" : "";
        } catch (UnsupportedOperationException e) {
            return ""; // none of this machine
        }
    }

    @Override
    public void kill() {
        Ending.kill(process);
    }

    @Override
    public int tick() {
        requests.tick();
        told.set(0);
        logged.set(0);
        kills.ifPresent(OomKills::tick);
        pending.forEach((id, request) -> {
            if (request.tick() && pending.remove(id, request)) {
                String what = request.expected.equals(Message.ConnectionsOpened.class) ? "progress" : "answer";
                request.failed(new AgentException(
                        name + ": no " + what + " for " + request.limit + " s", "hosts shows its state; stop " + name));
            }
        });
        return silence.tick();
    }
}
