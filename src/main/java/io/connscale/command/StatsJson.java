package io.connscale.command;

import io.connscale.stats.Distribution;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code stats} answers to programs: docs/STATISTICS.md has the members. */
final class StatsJson {
    private StatsJson() {}

    static Map<String, Object> of(List<StatsRow> rows) {
        Map<String, Object> json = new LinkedHashMap<>();
        Map<String, Object> hosts = new LinkedHashMap<>();
        rows.forEach(row -> (row instanceof StatsRow.OfHost ? hosts : json).put(row.name(), row(row)));
        json.put("hosts", hosts);
        Map<String, Object> machines = new LinkedHashMap<>();
        StatsText.machines(rows).forEach((name, machine) -> machines.put(name, machine(machine)));
        json.put("machines", machines);
        return json;
    }

    private static Map<String, Object> row(StatsRow row) {
        Statistics all = row.all();
        Map<String, Object> json = counts(all);
        json.put("perSecond", perSecond(row));
        json.put("micros", micros(all));
        json.put(
                "tcp",
                Map.of(
                        "sampled", all.tcp().sampled(),
                        "retransmitting", all.tcp().retransmitting(),
                        "retransmits", all.tcp().retransmits()));
        json.put("process", process(all.process(), row.last().process()));
        json.put("unreliable", row.unreliable());
        return json;
    }

    private static Map<String, Object> counts(Statistics all) {
        Snapshot counts = all.counts();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("established", counts.established());
        json.put("connecting", counts.connecting());
        json.put("failed", counts.failed());
        json.put("lost", counts.lost());
        json.put("stopped", counts.stopped());
        json.put("attempted", all.attempted());
        json.put("pings", counts.pings());
        json.put("pongs", counts.pongs());
        json.put("skipped", counts.skipped());
        json.put("missed", all.missed());
        json.put("errors", counts.errors());
        return json;
    }

    private static Map<String, Object> perSecond(StatsRow row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("attempted", row.perSecond(Statistics::attempted));
        json.put("failed", row.perSecond(last -> last.counts().failed()));
        json.put("lost", row.perSecond(last -> last.counts().lost()));
        json.put("pings", row.perSecond(last -> last.counts().pings()));
        json.put("pongs", row.perSecond(last -> last.counts().pongs()));
        return json;
    }

    private static Map<String, Object> micros(Statistics all) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("connect", distribution(all.times().connect()));
        json.put("roundTrip", distribution(all.times().roundTrip()));
        json.put("roundTripSent", distribution(all.times().roundTripSent()));
        json.put("lifetime", distribution(all.times().lifetime()));
        json.put("loopLag", distribution(all.times().loopLag()));
        json.put("tcpRtt", distribution(all.tcp().rtt()));
        return json;
    }

    private static Map<String, Object> distribution(Distribution micros) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("count", micros.count());
        json.put("mean", micros.mean());
        json.put("p50", micros.percentile(50));
        json.put("p90", micros.percentile(90));
        json.put("p99", micros.percentile(99));
        json.put("p99.9", micros.percentile(99.9));
        json.put("max", micros.max());
        json.put("histogram", micros.encoded());
        return json;
    }

    private static Map<String, @Nullable Object> process(ProcessLoad all, ProcessLoad last) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("processes", all.processes());
        json.put("cpus", last.cpus());
        json.put("loopBusy", last.loopBusy());
        json.put("cpuSeconds", all.cpuNanos() / 1e9);
        json.put("collections", all.collections());
        json.put("collectionMillis", all.collectionMillis());
        json.put("heapBytes", all.heapBytes());
        json.put("directBytes", all.directBytes());
        json.put("residentBytes", known(all.residentBytes()));
        return json;
    }

    private static Map<String, @Nullable Object> machine(MachineLoad machine) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("cpus", machine.cpus());
        json.put("busy", machine.busy());
        json.put("stolen", machine.stolen());
        json.put("runnable", machine.runnable());
        json.put("memoryBytes", known(machine.memoryBytes()));
        json.put("availableBytes", known(machine.availableBytes()));
        return json;
    }

    private static @Nullable Long known(long bytes) {
        return bytes < 0 ? null : (Long) bytes;
    }
}
