package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.AgentException;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.diagnosis.Difference;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code count}: established at both ends, and the difference.
 *
 * <pre>
 *             established  connecting  failed  lost
 * server           10,000
 * client1          10,000           0       0     0
 * difference            0
 * </pre>
 */
@AutoService(Verb.class)
@Command(name = "count", description = "Connections at the server and at each host, side by side, and the difference.")
public final class CountCommand implements Verb {
    private static final List<String> COLUMNS = List.of("", "established", "connecting", "failed", "lost");
    /** A connection is there for its client before it is for the server: both ends are asked again for this long until they agree. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long AGAIN_MILLIS = 20;
    private static final String UNKNOWN = "unknown";

    /**
     * Both ends at one moment.
     *
     * @param server null where it did not answer: then nothing is known of it, nor of a difference
     */
    private record Ends(@Nullable ServerStatus server, HostAnswers<Snapshot> hosts) {
        long established() {
            return hosts.done().values().stream()
                    .mapToLong(Snapshot::established)
                    .sum();
        }

        boolean comparable() {
            return server != null && server.running();
        }

        @Nullable
        Long atServer() {
            return server == null ? null : server.established();
        }

        long difference() {
            return server == null ? 0 : established() - server.established();
        }
    }

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(Desk desk) throws CommandException, InterruptedException {
        List<String> names = names(desk);
        long end = System.nanoTime() + SETTLE_NANOS;
        Ends ends = ask(desk, names);
        // Where only some hosts are asked for, or the server is elsewhere, the ends are not to agree.
        boolean comparable = hosts.isEmpty() && ends.comparable();
        while (comparable && ends.difference() != 0 && ends.hosts.failed().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            ends = ask(desk, names);
        }
        Ends settled = ends;
        Optional<Difference> why = comparable && settled.difference() != 0
                ? Optional.of(desk.inquiry().difference(settled.difference()))
                : Optional.empty();
        return settled.hosts.answer(done -> answer(settled, why));
    }

    private List<String> names(Desk desk) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(desk, hosts);
        }
        return desk.cluster().statuses().stream()
                .filter(host -> host.state() == State.READY || host.state() == State.LOST)
                .map(HostStatus::name)
                .toList();
    }

    private static Ends ask(Desk desk, List<String> names) throws InterruptedException {
        Map<String, CompletableFuture<Snapshot>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, desk.cluster().counts(name)));
        try { // while the hosts answer: each may have to ask a hundred processes
            ServerStatus server = desk.server().status();
            return new Ends(server, HostAnswers.of(asked));
        } catch (AgentException e) {
            return new Ends(null, HostAnswers.of(asked).with("server", e));
        }
    }

    private static Answer answer(Ends ends, Optional<Difference> why) {
        Map<String, Object> byHost = new LinkedHashMap<>();
        List<List<Object>> rows = new ArrayList<>();
        Long atServer = ends.atServer();
        rows.add(List.of("server", atServer == null ? UNKNOWN : atServer, "", "", ""));
        ends.hosts.done().forEach((host, now) -> {
            byHost.put(host, json(now));
            rows.add(List.of(host, now.established(), now.connecting(), now.failed(), now.lost()));
        });
        rows.add(List.of("difference", atServer == null ? UNKNOWN : ends.difference(), "", "", ""));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("server", Collections.singletonMap("established", atServer));
        json.put("hosts", byHost);
        json.put("established", ends.established());
        json.put("difference", atServer == null ? null : ends.difference());
        Table table = new Table(COLUMNS, rows);
        List<String> lines = new ArrayList<>();
        why.ifPresent(difference -> {
            json.put("explanation", difference);
            lines.addAll(table.lines());
            lines.add(difference.text());
        });
        return new Answer(json, table, lines);
    }

    private static Map<String, Object> json(Snapshot now) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("established", now.established());
        json.put("connecting", now.connecting());
        json.put("failed", now.failed());
        json.put("lost", now.lost());
        return json;
    }

    @Override
    public List<String> candidates(String label, Desk desk) {
        return HostWords.candidates(label, desk, state -> state != State.STOPPED);
    }
}
