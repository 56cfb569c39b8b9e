package io.connscale.server;

import io.connscale.control.Message.StatisticsTaken;
import io.connscale.control.Message.TakeServerStatistics;
import io.connscale.control.Message.TakeServerStatus;
import io.connscale.control.ServerStatus;
import io.connscale.control.Worker;
import io.connscale.stats.Statistics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A further process of the server, and how it was when last heard of. Any thread. */
final class ServerProcess {
    private static final String LOST = "server process lost";
    /** One that takes longer to say how it is counts with what it said last. */
    private static final long STATUS_SECONDS = 2;

    private final Worker worker;
    private final long room;
    private volatile ServerStatus latest;

    /** @param joined how it was when it had begun to listen */
    ServerProcess(Worker worker, ServerStatus joined) {
        this.worker = worker;
        this.room = worker.room() - joined.listeners().size();
        this.latest = joined;
    }

    boolean is(Worker other) {
        return worker.equals(other);
    }

    /** How it is now; where it ends meanwhile, how it was left. */
    CompletableFuture<ServerStatus> status() {
        return worker.process()
                .server(TakeServerStatus::new)
                .thenApply(status -> latest = status)
                .completeOnTimeout(latest, STATUS_SECONDS, TimeUnit.SECONDS)
                .exceptionally(lost -> afterLoss());
    }

    /** Where it ends meanwhile, what it had said. */
    CompletableFuture<Statistics> statistics() {
        return worker.process()
                .ask(TakeServerStatistics::new, StatisticsTaken.class)
                .thenApply(StatisticsTaken::statistics)
                .exceptionally(lost -> statisticsAfterLoss());
    }

    Statistics statisticsAfterLoss() {
        Statistics said = worker.process().latestStatistics();
        return said.afterLoss(said.counts(), LOST);
    }

    ServerStatus afterLoss() {
        return latest.afterLoss(LOST);
    }

    /** How many more connections it has files for, as last heard. */
    long left() {
        return Math.max(0, room - latest.established());
    }

    ServerStatus.ServerProcess shown() {
        return new ServerStatus.ServerProcess(worker.process().hello().join().pid(), latest.established(), left());
    }
}
