package io.connscale.control;

import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens and holds connections, here or elsewhere: the one idea that the rest is built on. {@code agent.LoadAgent} does it in
 * this process, {@code cluster.RemoteAgent} over a control channel.
 *
 * <p>No method blocks. A future that fails does so with an {@link AgentException}.
 */
public interface Agent extends AutoCloseable {
    /** From now on these settings, for running connections too. */
    CompletableFuture<Void> configure(Settings settings);

    /**
     * Opens connections; an agent carries out its open requests one after the other. Ends when each is established or
     * failed, or {@link #stopOpening()} came.
     *
     * @param progress hears how far it is several times a second, on any thread; must not block
     */
    CompletableFuture<Opened> open(OpenRequest request, Consumer<Opened> progress);

    /**
     * Ends this one open request where it is, as {@link #stopOpening()} does, and no other.
     *
     * @param opening what {@link #open} gave for it
     */
    CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening);

    /** Done as soon as each open request is that was given so far. */
    default CompletableFuture<Void> allOpened() {
        return CompletableFuture.completedFuture(null);
    }

    /** Ends all open requests where they are: what is established stays, what is connecting is closed. */
    CompletableFuture<Void> stopOpening();

    /** Closes the {@code count} oldest established connections, or as many as there are. */
    CompletableFuture<Closed> close(long count);

    /** The counts now. */
    CompletableFuture<Snapshot> snapshot();

    /** All that is known of its work and its process, histograms too; for who asks for it, not each second by itself. */
    CompletableFuture<Statistics> statistics();

    /** Ends the agent and its connections. Returns within seconds. */
    @Override
    void close();

    /**
     * How a request to close connections ended.
     *
     * @param closed how many were closed
     * @param established how many are still up
     */
    record Closed(long closed, long established) {
        public Closed plus(Closed other) {
            return new Closed(closed + other.closed, established + other.established);
        }
    }

    /**
     * How far an open request has come, or how it ended.
     *
     * @param requested how many were asked for
     * @param established how many of them came up, whether or not they still are
     * @param failed how many of them never came up; with {@code established} less than {@code requested} where the request is
     *     under way or was stopped
     * @param seconds from the first connect to the last one's end, or until now
     * @param errors what ended on this agent in that time, by where and what
     */
    record Opened(long requested, long established, long failed, double seconds, SortedMap<String, Long> errors) {
        public Opened {
            errors = Reasons.copy(errors);
        }

        public static Opened none(long requested) {
            return new Opened(requested, 0, 0, 0, new TreeMap<>());
        }

        /** How many were neither established nor failed: still to come, or never tried because the request was stopped. */
        public long remaining() {
            return requested - established - failed;
        }

        /** As it looks to whoever asked so many seconds before it began. */
        public Opened begunAfter(double wait) {
            return new Opened(requested, established, failed, wait + seconds, errors);
        }

        /** Two requests that ran side by side, as one. */
        public Opened plus(Opened other) {
            return new Opened(
                    requested + other.requested,
                    established + other.established,
                    failed + other.failed,
                    Math.max(seconds, other.seconds),
                    Reasons.sum(errors, other.errors));
        }
    }

    /**
     * Open {@code count} connections.
     *
     * @param count 1 to {@link Quantity#MAX}
     * @param rate at this rate; null: at the agent's own
     * @param rising the rate changes from that one on; null: it stays
     * @param keep so many are kept in all, and not opened once; null: they are opened once
     */
    record OpenRequest(
            long count,
            @Nullable Rate rate,
            @Nullable Rising rising,
            @Nullable Keep keep) {
        public OpenRequest {
            if (count < 1 || count > Quantity.MAX) {
                throw new IllegalArgumentException("count is " + count + ", must be 1 to " + Quantity.MAX);
            }
        }

        /** At one rate. */
        public OpenRequest(long count, @Nullable Rate rate) {
            this(count, rate, null, null);
        }

        /** {@code total} in {@code parts} that differ by one at most, the larger ones first. */
        public static long[] shares(long total, int parts) {
            long[] shares = new long[parts];
            for (int i = 0; i < parts; i++) {
                shares[i] = total / parts + (i < total % parts ? 1 : 0);
            }
            return shares;
        }

        /** Parts of this, at this rate and churn in sum; null where the part is 0. */
        public List<@Nullable OpenRequest> shared(long[] parts, @Nullable Rate sum) {
            List<Rate> rates = sum == null ? List.of() : sum.shared(parts);
            List<Rate> to = rising == null ? List.of() : new Rate(rising.toPerSecond).shared(parts);
            long total = Arrays.stream(parts).sum();
            List<@Nullable OpenRequest> shared = new ArrayList<>();
            for (int i = 0; i < parts.length; i++) {
                shared.add(
                        parts[i] == 0
                                ? null
                                : new OpenRequest(
                                        parts[i],
                                        sum == null ? null : rates.get(i),
                                        rising == null
                                                ? null
                                                : new Rising(to.get(i).perSecond(), rising.overMillis),
                                        keep == null ? null : keep.part((double) parts[i] / total)));
            }
            return shared;
        }
    }

    /**
     * The rate changes evenly to another one, and stays there.
     *
     * @param toPerSecond connections a second, 1 to {@link Rate#MAX}
     * @param overMillis within so many milliseconds
     */
    record Rising(long toPerSecond, long overMillis) {
        public Rising {
            if (toPerSecond < 1 || toPerSecond > Rate.MAX) {
                throw new IllegalArgumentException("toPerSecond is " + toPerSecond + ", must be 1 to " + Rate.MAX);
            }
            if (overMillis < 1 || overMillis > Quantity.MAX_DURATION.toMillis()) {
                throw new IllegalArgumentException("overMillis is " + overMillis);
            }
        }
    }

    /**
     * Connections are kept until the request is stopped: once all are up, old ones end, and for each a new one comes.
     *
     * @param churnPerSecond so many end in a second at most; above 0
     * @param lifetimeMillis how old one becomes before it may end, or with {@code exponential} how old they become on average; 0: any age
     * @param exponential whether each is as likely to end as any other, so that lifetimes are exponential; else the oldest ends
     */
    record Keep(double churnPerSecond, long lifetimeMillis, boolean exponential) {
        public Keep {
            if (!(churnPerSecond > 0 && churnPerSecond <= Rate.MAX)) {
                throw new IllegalArgumentException("churnPerSecond is " + churnPerSecond);
            }
            if (lifetimeMillis < 0 || lifetimeMillis > Quantity.MAX_DURATION.toMillis()) {
                throw new IllegalArgumentException("lifetimeMillis is " + lifetimeMillis);
            }
        }

        /** A part of it. */
        public Keep part(double part) {
            return new Keep(churnPerSecond * part, lifetimeMillis, exponential);
        }
    }
}
