package io.connscale.command;

import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of some hosts, and of the server, read at one moment.
 *
 * @param nanos the moment, {@link System#nanoTime()}
 * @param server null where it was not asked, or does not run
 */
record Readings(long nanos, @Nullable Statistics server, HostAnswers<Statistics> hosts) {
    static final Duration SECOND = Duration.ofSeconds(1);

    /** A server that does not answer is among those that failed. */
    static Readings take(CommandContext context, List<String> names, boolean withServer) throws InterruptedException {
        long now = System.nanoTime();
        Map<String, CompletableFuture<Statistics>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, context.cluster().statistics(name)));
        try {
            boolean server = withServer
                    && Answers.within(Server.ANSWER_SECONDS, context.server().status())
                            .running();
            Statistics atServer = server
                    ? Answers.within(Server.ANSWER_SECONDS, context.server().statistics())
                    : null;
            return new Readings(now, atServer, HostAnswers.of(asked));
        } catch (AgentException e) {
            return new Readings(now, null, HostAnswers.of(asked).withoutServer(e));
        }
    }

    boolean serverIsSilent() {
        return hosts.server() != null;
    }

    double secondsSince(Readings before) {
        return (double) (nanos - before.nanos) / TimeUnit.SECONDS.toNanos(1);
    }
}
