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
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code count}: established at both ends, and the difference where the ends can be compared.
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
    private static final List<String> SHOWN = List.of("", "established", "connecting", "failed", "lost");
    private static final List<String> CSV = List.of("kind", "name", "established", "connecting", "failed", "lost");

    /** A connection is there for its client before it is for the server: both ends are asked again for this long until they agree. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long AGAIN_MILLIS = 20;

    /**
     * Both ends at one moment.
     *
     * @param server null where it did not answer: then nothing is known of it, nor of a difference
     * @param incomparable why the ends need not agree; empty where they should
     */
    private record Ends(@Nullable ServerStatus server, HostAnswers<Snapshot> hosts, Optional<String> incomparable) {
        long established() {
            return sum(Snapshot::established);
        }

        private long sum(ToLongFunction<Snapshot> count) {
            return hosts.done().values().stream().mapToLong(count).sum();
        }

        /** A server that does not run holds nothing, and nothing is known of one that is not ours. */
        @Nullable
        Long atServer() {
            return server == null || !server.running() ? null : server.established();
        }

        @Nullable
        Long difference() {
            Long atServer = atServer();
            return atServer == null || incomparable.isPresent() ? null : (Long) (established() - atServer);
        }

        boolean differ() {
            Long difference = difference();
            return difference != null && difference != 0;
        }
    }

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(Desk desk) throws CommandException, InterruptedException {
        List<String> names = names(desk);
        long end = System.nanoTime() + SETTLE_NANOS;
        Ends ends = ask(desk, names);
        while (ends.differ() && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            ends = ask(desk, names);
        }
        Ends settled = ends;
        Long difference = settled.difference();
        Optional<Difference> why = difference == null || difference == 0
                ? Optional.empty()
                : Optional.of(desk.inquiry().difference(difference));
        return settled.hosts.answer(done -> answer(settled, why));
    }

    private List<String> names(Desk desk) throws CommandException {
        return hosts.isEmpty() ? there(desk) : HostWords.names(desk, hosts);
    }

    /** Those that hold connections, or have lost some. */
    private static List<String> there(Desk desk) {
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
            HostAnswers<Snapshot> answers = HostAnswers.of(asked);
            return new Ends(server, answers, incomparable(desk, server, answers));
        } catch (AgentException e) {
            return new Ends(null, HostAnswers.of(asked).withoutServer(e), Optional.of("the server does not answer"));
        }
    }

    private static Optional<String> incomparable(Desk desk, ServerStatus server, HostAnswers<Snapshot> answers) {
        if (!server.running()) {
            return Optional.of(desk.server()
                    .refusal()
                    .map(why -> "the server did not start: " + why.message())
                    .orElse("the server here does not run"));
        }
        List<String> missing = there(desk).stream()
                .filter(name -> !answers.done().containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            String verb = !answers.failed().isEmpty()
                    ? " did not answer"
                    : missing.size() == 1 ? " was not asked" : " were not asked";
            return Optional.of(String.join(", ", missing) + verb);
        }
        boolean elsewhere = server.accepted() == 0
                && answers.done().values().stream().anyMatch(host -> host.established() > 0 && host.pongs() > 0);
        return elsewhere
                ? Optional.of("another server answers the hosts' Pings, the one here has accepted no connection")
                : Optional.empty();
    }

    private static Answer answer(Ends ends, Optional<Difference> why) {
        Map<String, Object> byHost = new LinkedHashMap<>();
        List<List<Object>> csv = new ArrayList<>();
        List<List<Object>> shown = new ArrayList<>();
        Long atServer = ends.atServer();
        csv.add(List.of("server", "server", atServer == null ? "" : atServer, "", "", ""));
        shown.add(List.of("server", atServer == null ? absent(ends) : atServer, "", "", ""));
        ends.hosts.done().forEach((host, now) -> {
            byHost.put(host, json(now));
            csv.add(List.of("host", host, now.established(), now.connecting(), now.failed(), now.lost()));
            shown.add(List.of(host, now.established(), now.connecting(), now.failed(), now.lost()));
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("server", Collections.singletonMap("established", atServer));
        json.put("hosts", byHost);
        json.put("established", ends.established());
        Long difference = ends.difference();
        json.put("difference", difference);
        if (difference != null) {
            shown.add(List.of("difference", difference, "", "", ""));
        }
        List<String> lines = new ArrayList<>(new Table(SHOWN, shown).lines());
        ends.incomparable.ifPresent(reason -> {
            json.put("incomparable", reason);
            lines.add("not comparable: " + reason);
        });
        why.ifPresent(explanation -> {
            json.put("explanation", explanation);
            lines.add(explanation.text());
        });
        return new Answer(json, new Table(CSV, csv), lines);
    }

    private static String absent(Ends ends) {
        return ends.server == null ? "unknown" : "stopped";
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
