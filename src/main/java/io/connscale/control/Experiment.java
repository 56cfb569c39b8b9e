package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that an agent tries out with the kernel of its machine, to show what it does: {@value #HALF_OPEN} or {@value #EADDRINUSE}.
 *
 * @param apart whether in a network namespace of its own, where that can be had
 * @param sequences of the half-open experiments, 1 to 4; empty: all
 * @param synackRetries {@code tcp_synack_retries} there, only apart; null: as the machine has it
 * @param abortOnOverflow {@code tcp_abort_on_overflow} there, only apart; null: as the machine has it
 * @param delayMillis before the send of sequence 2; null: until the server has surely forgotten the handshake
 * @param receiveMillis for which a receive waits; null: until an answer to the client's data would have come
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Experiment(
        String name,
        boolean apart,
        List<Integer> sequences,
        @Nullable Integer synackRetries,
        @Nullable Boolean abortOnOverflow,
        @Nullable Long delayMillis,
        @Nullable Long receiveMillis) {
    public static final String HALF_OPEN = "half-open";
    public static final String EADDRINUSE = "eaddrinuse";

    public static final int SEQUENCES = 4;
    /** As {@code tcp_synack_retries} takes them (net/ipv4/sysctl_net_ipv4.c: one byte). */
    public static final int MAX_RETRIES = 255;

    public static final long MAX_MILLIS = Quantity.MAX_DURATION.toMillis();

    /** @throws IllegalArgumentException in one line */
    public Experiment {
        Objects.requireNonNull(name, "name");
        sequences = sequences == null ? List.of() : List.copyOf(sequences);
        require(name.equals(HALF_OPEN) || name.equals(EADDRINUSE), "no experiment " + Quantity.quoted(name));
        require(sequences.stream().allMatch(n -> n >= 1 && n <= SEQUENCES), "a sequence is 1 to " + SEQUENCES);
        require(
                synackRetries == null || (synackRetries >= 0 && synackRetries <= MAX_RETRIES),
                "synackRetries is 0 to " + MAX_RETRIES);
        require(isTime(delayMillis) && isTime(receiveMillis), "a time is 0 to " + MAX_MILLIS + " ms");
    }

    private static boolean isTime(@Nullable Long millis) {
        return millis == null || (millis >= 0 && millis <= MAX_MILLIS);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The same in the process that asks, whose network namespace is the right one already. */
    public Experiment here() {
        return new Experiment(name, false, sequences, null, null, delayMillis, receiveMillis);
    }

    /** Whether something is to be changed, which nobody may do to the machine's own network. */
    public boolean changesSettings() {
        return synackRetries != null || abortOnOverflow != null;
    }

    /**
     * What was seen until now.
     *
     * @param running whether there is more to come
     * @param apart whether it happens in a network namespace of its own
     * @param note what the user should know about the surroundings; empty: nothing
     * @param settings of that network, by the names that {@code sysctl} has
     * @param counters of that network's kernel that have grown since the beginning, as nstat names them
     * @param backlog of the half-open experiments' listening socket
     * @param waiting how many fill its accept queue
     * @param connections of the half-open experiments
     * @param trials of {@value #EADDRINUSE}
     * @param failure why it ended before its time; empty where it did not
     */
    public record Report(
            boolean running,
            boolean apart,
            String note,
            SortedMap<String, Long> settings,
            SortedMap<String, Long> counters,
            int backlog,
            long waiting,
            List<Connection> connections,
            List<Trial> trials,
            String failure) {
        public Report {
            settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
            counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
            connections = List.copyOf(connections);
            trials = List.copyOf(trials);
            Objects.requireNonNull(note, "note");
            Objects.requireNonNull(failure, "failure");
        }

        /** Nothing was seen yet. */
        public static Report begun(String note) {
            return new Report(true, false, note, new TreeMap<>(), new TreeMap<>(), 0, 0, List.of(), List.of(), "");
        }

        /** As whoever began it in a network of its own tells it. */
        public Report inNetworkOfItsOwn() {
            return new Report(running, true, note, settings, counters, backlog, waiting, connections, trials, failure);
        }

        /** The same with what the user should know besides. */
        public Report noted(String words) {
            return new Report(
                    running, apart, words, settings, counters, backlog, waiting, connections, trials, failure);
        }

        /** The same, and why it went no further. */
        public Report ended(String why) {
            return new Report(false, apart, note, settings, counters, backlog, waiting, connections, trials, why);
        }
    }

    /**
     * A half-open connection: established for the client, SYN-RECEIVED at the server, whose accept queue is full.
     *
     * @param sequence 1 to 4
     * @param plan its calls in words
     * @param clientPort at its client's end, by which a capture shows it
     * @param serverPort of the listening socket
     * @param calls those that were made
     * @param moments what each end's kernel said, whenever one of them said something else
     */
    public record Connection(
            int sequence, String plan, int clientPort, int serverPort, List<Call> calls, List<Moment> moments) {
        public Connection {
            Objects.requireNonNull(plan, "plan");
            calls = List.copyOf(calls);
            moments = List.copyOf(moments);
        }
    }

    /**
     * A call of the client.
     *
     * @param call {@code connect}, {@code send} or {@code receive}
     * @param at when it began, in seconds after the accept queue was full
     * @param seconds that it took so far
     * @param outcome {@code ok}, an errno's name, {@code closed}, {@code timeout}, or {@code waits}
     */
    public record Call(String call, double at, double seconds, String outcome) {
        public static final String OK = "ok";
        public static final String WAITS = "waits";
        public static final String TIMEOUT = "timeout";

        public Call {
            Objects.requireNonNull(call, "call");
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    /** What both kernels said from this moment on. */
    public record Moment(double at, End client, End server) {}

    /**
     * One end of a connection.
     *
     * @param state RFC 9293's name, or {@code none}
     * @param unacknowledged bytes that are sent or to be sent
     * @param retries how often the oldest segment was sent again; of a handshake its SYN-ACK
     * @param timerSeconds until it is sent again or given up; null: no timer runs
     */
    public record End(
            String state,
            long unacknowledged,
            long retries,
            @Nullable Double timerSeconds) {
        public End {
            Objects.requireNonNull(state, "state");
        }
    }

    /**
     * Listening, connections, closing, and listening again.
     *
     * @param reuseFirst whether the first socket had {@code SO_REUSEADDR}, which accepted connections inherit
     * @param reuseSecond the same of the second
     * @param first the address that the first was bound to
     * @param second the same of the second
     * @param closing what became of the connections before the second socket was bound
     * @param left the first one's sockets at the port when the second was bound, by state
     * @param call in which it failed; null: it listens
     * @param outcome {@code ok} or an errno's name
     */
    public record Trial(
            boolean reuseFirst,
            boolean reuseSecond,
            String first,
            String second,
            String closing,
            SortedMap<String, Long> left,
            @Nullable String call,
            String outcome) {
        public Trial {
            left = Collections.unmodifiableSortedMap(new TreeMap<>(left));
            Objects.requireNonNull(first, "first");
            Objects.requireNonNull(second, "second");
            Objects.requireNonNull(closing, "closing");
            Objects.requireNonNull(outcome, "outcome");
        }
    }
}
