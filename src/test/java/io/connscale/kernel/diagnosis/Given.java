package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.kernel.diagnosis.ServerSide.State.RUNNING;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Evidence as tests need it: one host, one server, and of the kernel only what they say. */
final class Given {
    private Given() {}

    static final Facts RANGE = with(with(nothing(), Fact.FIRST_PORT, 32_768), Fact.LAST_PORT, 60_999);

    static final Facts CALM = with(with(nothing(), Fact.LISTEN_OVERFLOWS, 7), Fact.RETRANSMITS, 7);

    static Evidence evidence(Statistics seen, ServerSide server) {
        return new Evidence(List.of(client(seen, "127.0.0.2", "127.0.0.1:8989", CALM, CALM)), server, 0);
    }

    static ServerSide server(ServerSide.State state, Map<String, Long> errors, Facts now) {
        return server(state, errors, CALM, now, "127.0.0.1");
    }

    static ServerSide server(ServerSide.State state, Map<String, Long> errors, Facts before, Facts now, String bound) {
        List<String> addresses = state == RUNNING ? List.of(bound) : List.of();
        return new ServerSide(state, 183, 50, new TreeMap<>(errors), addresses, List.of(8989), 8, before, now);
    }

    static Evidence seen(Map<String, Long> errors, Facts now, ServerSide server, long unaccepted) {
        return evidence(errors, 0, CALM, now, server, unaccepted);
    }

    static Evidence evidence(
            Map<String, Long> errors, long skipped, Facts before, Facts now, ServerSide server, long unaccepted) {
        return new Evidence(
                List.of(client(statistics(errors, skipped), "127.0.0.2", "127.0.0.1:8989", before, now)),
                server,
                unaccepted);
    }

    static Statistics statistics(Map<String, Long> errors, long skipped) {
        return Statistics.of(new Snapshot(28_232, 0, 0, 0, 0, 10_000, 0, skipped, new TreeMap<>(errors)));
    }

    static ClientSide client(Statistics seen, String source, String target, Facts before, Facts now) {
        Distribution connects = seen.times().connect().count() == 0
                ? connects(100)
                : seen.times().connect();
        return new ClientSide("client1", seen, connects, List.of(source), List.of(target), 2_000, before, now);
    }

    static Distribution connects(long micros) {
        LoopStatistics recorded = new LoopStatistics();
        recorded.connected(micros * 1_000);
        return recorded.times().connect();
    }

    static Verdict verdict(Map<String, Long> errors, Facts now, ServerSide server, long unaccepted) {
        return Diagnosis.of(seen(errors, now, server, unaccepted)).orElseThrow();
    }
}
