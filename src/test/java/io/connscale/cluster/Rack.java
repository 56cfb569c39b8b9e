package io.connscale.cluster;

import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/** Agents that hold connections, as they say, and say a word per second; some can be cut off, as by a switch that fails. */
public final class Rack implements AutoCloseable {
    /** Each agent is one: without it nothing but counts would be known. */
    private static final Statistics PROCESS =
            Statistics.of(new ProcessLoad(1, 1_000_000_000, 0, 0, 0, 0, 0, 1000, 0, 50_000_000), Map.of());

    private final Map<String, OutputStream> speaking = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "rack");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger greeting = new AtomicInteger();
    private final AtomicInteger mostGreeting = new AtomicInteger();
    private final Facts facts = new FactsReader().read(Facts.Depth.LISTENERS);
    private volatile Function<String, Snapshot> holds = host -> Snapshot.NONE;
    private volatile Predicate<String> cut = host -> false;

    public Rack() {
        ScheduledFuture<?> unused = clock.scheduleAtFixedRate(
                () -> speaking.forEach(
                        (host, out) -> say(host, out, new Message.SnapshotTaken(null, holds.apply(host)))),
                1,
                1,
                TimeUnit.SECONDS);
    }

    /** So many connections each. */
    public void hold(long connections) {
        Snapshot all = new Snapshot(connections, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
        holds = host -> all;
    }

    /** What each holds. */
    public void hold(Function<String, Snapshot> each) {
        holds = each;
    }

    /** From now on nothing goes to or comes from these. */
    public void cut(Predicate<String> hosts) {
        cut = hosts;
    }

    /** So many starts were under way at one time. */
    public int mostStarting() {
        return mostGreeting.get();
    }

    int agent(String host, InputStream in, OutputStream out) throws IOException {
        mostGreeting.accumulateAndGet(greeting.incrementAndGet(), Math::max);
        say(host, out, FakeAgent.hello(Message.PROTOCOL));
        MessageLines.read(
                in,
                message -> {
                    if (message instanceof Message.Configure configure) {
                        speaking.put(host, out);
                        greeting.decrementAndGet();
                        say(host, out, new Message.Done(configure.id()));
                    } else if (message instanceof Message.TakeSnapshot take) {
                        say(host, out, new Message.SnapshotTaken(take.id(), holds.apply(host)));
                    } else if (message instanceof Message.TakeFacts take) {
                        say(host, out, new Message.FactsTaken(take.id(), facts));
                    } else if (message instanceof Message.TakeStatistics take) {
                        say(
                                host,
                                out,
                                new Message.StatisticsTaken(
                                        take.id(),
                                        Statistics.of(holds.apply(host)).plus(PROCESS)));
                    }
                },
                foreign -> {});
        speaking.remove(host);
        return 0;
    }

    private void say(String host, OutputStream out, Message message) {
        if (cut.test(host)) {
            return;
        }
        synchronized (out) {
            try {
                MessageLines.write(out, message);
            } catch (IOException e) {
                speaking.remove(host); // its console has ended it
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
