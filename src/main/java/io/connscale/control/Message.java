package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.Keep;
import io.connscale.control.Agent.Opened;
import io.connscale.control.Agent.Rising;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.kernel.Limits;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of the control channel, written down in {@code docs/PROTOCOL.md}. {@code type} names it on the wire. A request
 * carries an {@code id} of the console's choosing, its answer the same one; {@code hello}, {@code progress},
 * {@code notice} and a {@code snapshot} without id come by themselves. A line that leaves out what is needed here is none of these.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Message.Configure.class, name = "configure"),
    @JsonSubTypes.Type(value = Message.OpenConnections.class, name = "open-connections"),
    @JsonSubTypes.Type(value = Message.StopOpening.class, name = "stop-opening"),
    @JsonSubTypes.Type(value = Message.CloseConnections.class, name = "close-connections"),
    @JsonSubTypes.Type(value = Message.TakeSnapshot.class, name = "take-snapshot"),
    @JsonSubTypes.Type(value = Message.TakeFacts.class, name = "take-facts"),
    @JsonSubTypes.Type(value = Message.FactsTaken.class, name = "facts"),
    @JsonSubTypes.Type(value = Message.TakeForeignServer.class, name = "take-foreign-server"),
    @JsonSubTypes.Type(value = Message.ForeignServerTaken.class, name = "foreign-server"),
    @JsonSubTypes.Type(value = Message.TakeStatistics.class, name = "take-statistics"),
    @JsonSubTypes.Type(value = Message.TakeServerStatistics.class, name = "take-server-statistics"),
    @JsonSubTypes.Type(value = Message.StatisticsTaken.class, name = "statistics"),
    @JsonSubTypes.Type(value = Message.StartServer.class, name = "start-server"),
    @JsonSubTypes.Type(value = Message.MakeRoom.class, name = "make-room"),
    @JsonSubTypes.Type(value = Message.StopServer.class, name = "stop-server"),
    @JsonSubTypes.Type(value = Message.TakeServerStatus.class, name = "take-server-status"),
    @JsonSubTypes.Type(value = Message.ServerStatusTaken.class, name = "server-status"),
    @JsonSubTypes.Type(value = Message.StartExperiment.class, name = "start-experiment"),
    @JsonSubTypes.Type(value = Message.TakeExperiment.class, name = "take-experiment"),
    @JsonSubTypes.Type(value = Message.StopExperiment.class, name = "stop-experiment"),
    @JsonSubTypes.Type(value = Message.ExperimentTaken.class, name = "experiment"),
    @JsonSubTypes.Type(value = Message.StillHere.class, name = "still-here"),
    @JsonSubTypes.Type(value = Message.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = Message.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = Message.ConnectionsOpened.class, name = "connections-opened"),
    @JsonSubTypes.Type(value = Message.ConnectionsClosed.class, name = "connections-closed"),
    @JsonSubTypes.Type(value = Message.SnapshotTaken.class, name = "snapshot"),
    @JsonSubTypes.Type(value = Message.Notice.class, name = "notice"),
    @JsonSubTypes.Type(value = Message.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Message.Failed.class, name = "failed"),
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface Message {
    /** The protocol spoken here; an agent that says another number in its {@code hello} is refused. */
    int PROTOCOL = 1;

    /** From the console; each is answered once, with its {@code id}. */
    sealed interface Request extends Message {
        long id();
    }

    /** The answer to the request with this {@code id}. */
    sealed interface Answer extends Message {
        long id();
    }

    record Configure(long id, Settings settings) implements Request {
        public Configure {
            Objects.requireNonNull(settings, "settings");
        }
    }

    /**
     * Opens that many more.
     *
     * @param ratePerSecond 0: unlimited; null: as configured
     * @param rising how the rate changes; null: it stays
     * @param keep so many are kept in all; null: they are opened once
     */
    record OpenConnections(
            long id,
            long count,
            @Nullable Long ratePerSecond,
            @Nullable Rising rising,
            @Nullable Keep keep) implements Request {
        public OpenConnections(long id, long count, @Nullable Long ratePerSecond) {
            this(id, count, ratePerSecond, null, null);
        }
    }

    /**
     * Ends opening.
     *
     * @param open the id of the one open request that is to end; null: all
     */
    record StopOpening(long id, @Nullable Long open) implements Request {
        public StopOpening(long id) {
            this(id, null);
        }
    }

    record CloseConnections(long id, long count) implements Request {}

    record TakeSnapshot(long id) implements Request {}

    /**
     * Asks what the kernel says of the agent's machine and process.
     *
     * @param handshakes whether those that are not finished are counted too, which takes longer; null: no
     * @param routes whether those from the agent's sources to its targets are looked at, which takes longer; null: no
     * @param brief whether the listening sockets are left out, which takes less; null: no
     */
    record TakeFacts(
            long id,
            @Nullable Boolean handshakes,
            @Nullable Boolean routes,
            @Nullable Boolean brief) implements Request {
        public TakeFacts(long id, Facts.Depth depth) {
            this(id, depth == Facts.Depth.SOCKETS ? true : null, null, depth == Facts.Depth.VALUES ? true : null);
        }

        public static TakeFacts withRoutes(long id) {
            return new TakeFacts(id, null, true, null);
        }

        public Facts.Depth depth() {
            return Boolean.TRUE.equals(handshakes)
                    ? Facts.Depth.SOCKETS
                    : Boolean.TRUE.equals(brief) ? Facts.Depth.VALUES : Facts.Depth.LISTENERS;
        }
    }

    record FactsTaken(long id, Facts facts) implements Answer {
        public FactsTaken {
            Objects.requireNonNull(facts, "facts");
        }
    }

    /**
     * Asks for somebody else's server on the agent's machine, as its kernel shows it.
     *
     * @param pid of its first process; null: not given
     * @param process by whose name it is found; null: not given. Without either it is who listens at one of the ports
     */
    record TakeForeignServer(
            long id,
            List<Integer> ports,
            @Nullable Long pid,
            @Nullable String process) implements Request {
        public TakeForeignServer {
            ports = List.copyOf(ports);
        }
    }

    record ForeignServerTaken(long id, ForeignServer server) implements Answer {
        public ForeignServerTaken {
            Objects.requireNonNull(server, "server");
        }
    }

    /** The agent's statistics, with their histograms. */
    record TakeStatistics(long id) implements Request {}

    /** Those of the server in this agent. */
    record TakeServerStatistics(long id) implements Request {}

    record StatisticsTaken(long id, Statistics statistics) implements Answer {
        public StatisticsTaken {
            Objects.requireNonNull(statistics, "statistics");
        }
    }

    /** Runs the Ping/Pong server in this agent; answered with its status. */
    record StartServer(long id, ServerSettings settings) implements Request {
        public StartServer {
            Objects.requireNonNull(settings, "settings");
        }
    }

    /** Has the server see to it that so many more connections have files; answered with its status. */
    record MakeRoom(long id, long connections) implements Request {}

    /** Ends it; answered with its status. */
    record StopServer(long id) implements Request {}

    record TakeServerStatus(long id) implements Request {}

    /** The server of this agent, which is stopped where none was ever started. */
    record ServerStatusTaken(long id, ServerStatus status) implements Answer {
        public ServerStatusTaken {
            Objects.requireNonNull(status, "status");
        }
    }

    /** Begins an experiment, which is known by this {@code id} from now on; answered once it has begun. */
    record StartExperiment(long id, Experiment experiment) implements Request {
        public StartExperiment {
            Objects.requireNonNull(experiment, "experiment");
        }
    }

    /**
     * Asks what an experiment has shown until now.
     *
     * @param run the id of the request that began it
     */
    record TakeExperiment(long id, long run) implements Request {}

    /** Ends an experiment where it is, and forgets it; answered with what it has shown. */
    record StopExperiment(long id, long run) implements Request {}

    record ExperimentTaken(long id, Experiment.Report report) implements Answer {
        public ExperimentTaken {
            Objects.requireNonNull(report, "report");
        }
    }

    /** From either end where nothing else was said for seconds, so that the other one knows that it is not alone; no answer. */
    record StillHere() implements Message {}

    /**
     * The agent's first line.
     *
     * @param protocol {@link #PROTOCOL}
     * @param version the program's version
     * @param java its Java's version
     * @param pid its process id, on its machine
     */
    record Hello(int protocol, String version, String java, long pid, String os, String arch, Limits limits)
            implements Message {
        /** Characters; a table's column is as wide as the longest. */
        private static final int MAX_WORD = 60;

        public Hello {
            version = PlainText.of(Objects.requireNonNull(version, "version"), MAX_WORD);
            java = PlainText.of(Objects.requireNonNull(java, "java"), MAX_WORD);
            os = PlainText.of(Objects.requireNonNull(os, "os"), MAX_WORD);
            arch = PlainText.of(Objects.requireNonNull(arch, "arch"), MAX_WORD);
            Objects.requireNonNull(limits, "limits");
        }
    }

    /** How far the open request {@code id} is. */
    record Progress(long id, Opened opened) implements Message {
        public Progress {
            Objects.requireNonNull(opened, "opened");
        }
    }

    record ConnectionsOpened(long id, Opened opened) implements Answer {
        public ConnectionsOpened {
            Objects.requireNonNull(opened, "opened");
        }
    }

    record ConnectionsClosed(long id, Closed closed) implements Answer {
        public ConnectionsClosed {
            Objects.requireNonNull(closed, "closed");
        }
    }

    /**
     * The agent's counts.
     *
     * @param id of the request that it answers; null where it came by itself, once a second
     * @param workers how many processes the agent is, itself and its workers; null: one
     * @param silence of the worker that has been silent for the longest, whose last counts are among these; null: none is
     */
    record SnapshotTaken(
            @Nullable Long id,
            Snapshot snapshot,
            @Nullable Integer workers,
            @Nullable Silence silence) implements Message {
        public SnapshotTaken {
            Objects.requireNonNull(snapshot, "snapshot");
        }

        public SnapshotTaken(@Nullable Long id, Snapshot snapshot, @Nullable Integer workers) {
            this(id, snapshot, workers, null);
        }

        public SnapshotTaken(@Nullable Long id, Snapshot snapshot) {
            this(id, snapshot, null);
        }
    }

    /** What the user should know at once: a worker that was lost, say. Comes by itself; in one line, without the host's name. */
    record Notice(String text) implements Message {
        public Notice {
            Objects.requireNonNull(text, "text");
        }
    }

    record Done(long id) implements Answer {}

    /** The request {@code id} could not be done. */
    record Failed(long id, String message, String hint) implements Answer {
        public Failed {
            Objects.requireNonNull(message, "message");
            Objects.requireNonNull(hint, "hint");
        }
    }
}
