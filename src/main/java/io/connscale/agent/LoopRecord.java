package io.connscale.agent;

import io.connscale.kernel.LoadReader;
import io.connscale.stats.Counter;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Reservoir;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import io.connscale.stats.TcpSample.TcpSampling;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a {@link LoadLoop} records beside its counts: how long things took, and some connections to look at. On the loop. */
final class LoopRecord {
    /** Connections of which the kernel is asked for {@code TCP_INFO}. */
    private static final int SAMPLED = 64;

    /** Of an answer that is no Pong, this many bytes tell what program sent it. */
    private static final int SHOWN_BYTES = 32;

    private final long up = System.nanoTime();
    private final LoopStatistics recorded = new LoopStatistics();
    private final Reservoir<Connection> sample = new Reservoir<>(SAMPLED);
    private final Counter attempted = new Counter();
    private final Counter pings = new Counter();
    private final Counter pongs = new Counter();

    private long overdue;
    private long unheard;

    private final List<String> unexpected = new ArrayList<>();

    /** A connect is to begin. */
    void attempted() {
        attempted.increment();
    }

    /** It is up, {@code nanos} after its connect began. */
    void connected(Connection connection, long nanos) {
        recorded.connected(nanos);
        sample.add(connection);
    }

    /** Its TLS handshake took so many nanoseconds. */
    void secured(long nanos) {
        recorded.secured(nanos);
    }

    /** A Ping left. */
    void sent() {
        pings.increment();
    }

    /**
     * Its Pong came, and the ring still knows when its Ping left.
     *
     * @param arrived when, {@link System#nanoTime()}
     * @param interval nanoseconds between two Pings
     */
    void answered(Connection connection, long arrived, long interval) {
        pongs.increment();
        recorded.answered(arrived - connection.due, arrived - connection.left, interval);
    }

    /** An answer that is no Pong: {@code matched}, then {@code bytes}. A few different ones are kept. */
    void unexpected(String matched, ByteBuffer bytes) {
        if (unexpected.size() < Statistics.MAX_UNEXPECTED) {
            keep(text(matched, bytes));
        }
    }

    /** No more of a Pong has come than {@code part}. */
    void pongBegan(String part) {
        keep(Statistics.BEGAN + '"' + part + '"');
    }

    void morePongs() {
        keep(Statistics.MORE_PONGS);
    }

    private void keep(String text) {
        if (unexpected.size() < Statistics.MAX_UNEXPECTED && !unexpected.contains(text)) {
            unexpected.add(text);
        }
    }

    /** In quotes, as a string of C: whoever sent it may want to write over somebody's screen. */
    private static String text(String matched, ByteBuffer bytes) {
        StringBuilder text = new StringBuilder("\"").append(matched);
        for (int n = 0; bytes.hasRemaining() && n < SHOWN_BYTES; n++) {
            int b = bytes.get() & 0xFF;
            switch (b) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '"', '\\' -> text.append('\\').append((char) b);
                default -> text.append(b >= ' ' && b <= '~' ? String.valueOf((char) b) : "\\x%02x".formatted(b));
            }
        }
        return text.append(bytes.hasRemaining() ? "…\"" : "\"").toString();
    }

    /** Its Pong has not come in time: the kernel knows whether the Ping was received. Once it has ended nobody does. */
    void timedOut(Connection connection) {
        connection.link().tcpInfo().ifPresent(info -> {
            overdue++;
            unheard += info.repeating() > 0 ? 1 : 0;
        });
    }

    /** It was up and has ended. */
    void ended(Connection connection, long now) {
        recorded.ended(now - connection.since());
        sample.ended(connection);
    }

    /** The loop's turn began {@code nanos} later than planned. */
    void lag(long nanos) {
        recorded.lag(nanos);
    }

    /** Any thread. */
    long pings() {
        return pings.get();
    }

    /** Any thread. */
    long pongs() {
        return pongs.get();
    }

    /**
     * All that the loop knows of its work, without reasons: those are counted elsewhere.
     *
     * @param awaited Pings whose Pong may still come
     * @param unanswered connections that have had none
     */
    Statistics statistics(Snapshot counts, int awaited, Unanswered unanswered) {
        ProcessLoad time = ProcessLoad.ofLoop(System.nanoTime() - up, LoadReader.threadCpuNanos());
        long missed = counts.pings() - counts.pongs() - awaited;
        return new Statistics(
                counts,
                attempted.get(),
                missed,
                unanswered,
                recorded.times(),
                tcp(),
                time,
                new TreeMap<>(),
                unexpected);
    }

    private TcpSample tcp() {
        TcpSampling asked = new TcpSampling();
        for (Connection connection : sample.now()) {
            connection.link().tcpInfo().ifPresent(info -> asked.add(info.rttMicros(), info.retransmits()));
        }
        return asked.sample(overdue, unheard);
    }
}
