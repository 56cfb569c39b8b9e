package io.connscale.cluster;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Closed;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.Opened;
import io.connscale.control.Order;
import io.connscale.control.Settings;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * An agent in another process, over a control channel on that process's standard input and output. One thread reads; any
 * thread may call. When the channel ends, for whatever reason, every open request fails and {@link #ended()} completes.
 */
final class RemoteAgent implements AgentProcess {
    private static final Logger log = LoggerFactory.getLogger(RemoteAgent.class);
    private static final int MOST_PENDING = 64;
    private static final Pattern SAYS_HELLO = Pattern.compile("\\{.*\"type\"\\s*:\\s*\"hello\".*");
    private static final long CLOSE_SECONDS = 2;

    private static final String SAME_VERSION = "use the same version of connscale on both";

    private final String name;
    private final Process process;
    private final Consumer<String> notices;
    private final RequestWriter requests;
    private final ErrorTail errors;
    private final Thread reader;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final Noise noise = new Noise();
    private final CompletableFuture<Message.Hello> hello = new CompletableFuture<>();
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private volatile Snapshot latest = Snapshot.NONE;
    private volatile Statistics latestStatistics = Statistics.NONE;
    private volatile int workers = 1;
    private final AtomicInteger silent = new AtomicInteger();
    private volatile boolean closing;

    /** @param process just started; this object owns it from now on */
    RemoteAgent(String name, Process process) {
        this(name, process, notice -> log.info("{}", notice));
    }

    /** @param notices hears, on the reading thread, what the agent wants the user to know at once */
    RemoteAgent(String name, Process process, Consumer<String> notices) {
        this.name = name;
        this.process = process;
        this.notices = notices;
        this.requests = new RequestWriter(process.getOutputStream());
        reader = new Thread(this::read, name + "-control");
        reader.setDaemon(true);
        try {
            this.errors = new ErrorTail(name, process.getErrorStream());
            reader.start();
        } catch (OutOfMemoryError e) { // no thread left: nobody would hear of its end
            process.destroyForcibly();
            throw e;
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
        return latest;
    }

    @Override
    public Statistics latestStatistics() {
        return latestStatistics;
    }

    /** How many processes the agent is, itself and its workers, as it last said. */
    int workers() {
        return workers;
    }

    private void read() {
        MDC.put("host", name);
        try {
            MessageLines.read(process.getInputStream(), this::hear, this::foreign);
        } catch (IOException | RuntimeException e) { // a mistake of ours must not leave requests waiting for ever
            log.warn("the channel broke", e); // told below, with how the process ended
        }
        end();
    }

    private void hear(Message message) {
        try {
            take(message);
        } catch (
                OutOfMemoryError
                        e) { // who hears of it had no thread for that; without this one the agent would seem dead
            log.warn("a message was heard by nobody", e);
        }
    }

    private void take(Message message) {
        silent.set(0);
        if (message instanceof Message.Hello greeting) {
            greeted(greeting);
        } else if (message instanceof Message.SnapshotTaken taken) {
            latest = taken.snapshot();
            Integer told = taken.workers();
            workers = told == null ? 1 : told;
            Long id = taken.id();
            if (id != null) {
                answered(id, taken);
            }
        } else if (message instanceof Message.StatisticsTaken taken) {
            latestStatistics = taken.statistics();
            answered(taken.id(), taken);
        } else if (message instanceof Message.Progress progress) {
            Pending request = pending.get(progress.id());
            if (request != null) {
                request.progress().accept(progress.opened());
            }
        } else if (message instanceof Message.Notice notice) {
            notices.accept(name + "  " + notice.text());
        } else if (message instanceof Message.Answer answer) {
            answered(answer.id(), answer);
        } else {
            log.warn("not for a console: {}", message);
        }
    }

    private void greeted(Message.Hello greeting) {
        if (greeting.protocol() == Message.PROTOCOL) {
            hello.complete(greeting);
            return;
        }
        hello.completeExceptionally(new AgentException(
                name + ": the agent speaks protocol " + greeting.protocol() + " (connscale " + greeting.version()
                        + "), this console " + Message.PROTOCOL,
                SAME_VERSION));
    }

    private void answered(long id, Message answer) {
        Pending request = pending.remove(id);
        if (request == null) {
            log.warn("an answer to nothing: {}", answer);
        } else {
            request.answered(name, answer);
        }
    }

    private void foreign(String line) {
        log.warn("not a message: {}", Noise.cut(line));
        if (!hello.isDone()) {
            noise.add(line);
        }
        if (SAYS_HELLO.matcher(line).matches()) {
            hello.completeExceptionally(new AgentException(
                    name + ": the agent's hello is none of protocol " + Message.PROTOCOL + said(), SAME_VERSION));
        }
    }

    /** What it said instead of {@code hello}, to be put behind an error; empty where it said nothing. */
    String said() {
        return noise.said();
    }

    /** The channel is at its end; the process follows, or is made to. */
    private void end() {
        Ending ending = new Ending(Exits.of(process, CLOSE_SECONDS), errors.lines());
        AgentException gone = gone(ending);
        String atOnce = name + ": the agent ended at once " + ending + said();
        hello.completeExceptionally(
                closing ? gone : new AgentException(atOnce, ending.hint("the log has all that it said")));
        ended.complete(ending);
        pending.values().forEach(request -> request.answer().completeExceptionally(gone));
        pending.clear();
    }

    private AgentException gone(Ending ending) {
        return closing
                ? new AgentException(name + " was stopped", "start " + name + " starts it again")
                : new AgentException(name + " ended " + ending, ending.hint("start " + name + " brings it back"));
    }

    @Override
    public CompletableFuture<Void> configure(Settings settings) {
        return ask(id -> new Message.Configure(id, settings), ignored -> {}).thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Opened> open(Order order, Consumer<Opened> progress) {
        Long rate = order.rate() == null ? null : order.rate().perSecond();
        return ask(id -> new Message.OpenConnections(id, order.count(), rate), progress)
                .thenApply(answer -> ((Message.ConnectionsOpened) answer).opened());
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        return ask(Message.StopOpening::new, ignored -> {}).thenApply(done -> null);
    }

    @Override
    public CompletableFuture<Closed> close(long count) {
        return ask(id -> new Message.CloseConnections(id, count), ignored -> {})
                .thenApply(answer -> ((Message.ConnectionsClosed) answer).closed());
    }

    @Override
    public CompletableFuture<Snapshot> snapshot() {
        return ask(Message.TakeSnapshot::new, Message.SnapshotTaken.class).thenApply(taken -> taken.snapshot());
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return ask(Message.TakeStatistics::new, Message.StatisticsTaken.class).thenApply(taken -> taken.statistics());
    }

    @Override
    public <T extends Message> CompletableFuture<T> ask(Function<Long, Message> request, Class<T> answer) {
        return ask(request, ignored -> {}).thenApply(answer::cast);
    }

    private CompletableFuture<Message> ask(Function<Long, Message> request, Consumer<Opened> progress) {
        if (pending.size() >= MOST_PENDING) {
            return CompletableFuture.failedFuture(
                    new AgentException(name + " does not answer: " + MOST_PENDING + " requests wait", "stop " + name));
        }
        long id = ids.incrementAndGet();
        Pending waiting = new Pending(new CompletableFuture<>(), progress);
        pending.put(id, waiting);
        try {
            requests.write(request.apply(id));
        } catch (IOException e) {
            log.debug("nobody reads the channel's other end", e);
            kill(); // then the channel ends on this side too, and with it this request, with the reason
        }
        Ending ending = ended.getNow(null);
        if (ending != null) { // it ended between: nobody else would fail this request
            pending.remove(id);
            waiting.answer().completeExceptionally(gone(ending));
        }
        return waiting.answer();
    }

    /** Closes its standard input, on which it ends; what has not ended soon is killed. Requests that wait fail before it returns. */
    @Override
    public void close() {
        closing = true;
        // Besides waiting below: where it does not read any more and its pipe is full, closing it waits too.
        CompletableFuture.delayedExecutor(CLOSE_SECONDS, TimeUnit.SECONDS).execute(this::kill);
        try {
            requests.close();
        } catch (IOException e) {
            log.debug("closing the channel of {}", name, e); // it is gone already
        }
        Exits.of(process, CLOSE_SECONDS);
        try {
            reader.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public int tick() {
        requests.tick();
        return silent.incrementAndGet();
    }
}
