package io.connscale.command;

import io.connscale.stats.Health;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * One line of {@code stats}: the server, a host, or the sum of the hosts.
 *
 * @param all what is told: since the agent began, or of the time that was asked for
 * @param last what happened while the command looked
 * @param seconds how long that was; of a sum the longest
 * @param parts what a sum is the sum of; empty where it is none
 */
record StatsRow(String name, Statistics all, Statistics last, double seconds, List<StatsRow> parts) {
    static final String SERVER = "server";
    static final String SUM = "sum";

    /** The server, the hosts, and their sum where there are several. */
    static List<StatsRow> rows(Readings before, Readings now, boolean onlyLast) {
        double seconds = now.secondsSince(before);
        List<StatsRow> rows = new ArrayList<>();
        if (now.server() != null) {
            Statistics then = before.server() == null ? Statistics.NONE : before.server();
            rows.add(of(SERVER, then, now.server(), seconds, onlyLast));
        }
        List<StatsRow> hosts = new ArrayList<>();
        now.hosts().done().forEach((host, statistics) -> {
            Statistics then = before.hosts().done().getOrDefault(host, Statistics.NONE);
            hosts.add(of(host, then, statistics, seconds, onlyLast));
        });
        rows.addAll(hosts);
        hosts.stream().reduce(StatsRow::plus).filter(sum -> hosts.size() > 1).ifPresent(rows::add);
        return rows;
    }

    /** @param seconds between {@code then} and {@code now} */
    static StatsRow of(String name, Statistics then, Statistics now, double seconds, boolean onlyLast) {
        Statistics last = now.since(then);
        return new StatsRow(name, onlyLast ? last : now, last, seconds, List.of());
    }

    StatsRow plus(StatsRow other) {
        List<StatsRow> both = Stream.of(this, other)
                .flatMap(row -> row.isSum() ? row.parts.stream() : Stream.of(row))
                .toList();
        return new StatsRow(SUM, all.plus(other.all), last.plus(other.last), Math.max(seconds, other.seconds), both);
    }

    boolean isSum() {
        return name.equals(SUM);
    }

    /** What spoils its numbers, in sentences; of a sum nothing: each host says its own. */
    List<String> spoilt() {
        return isSum() ? List.of() : spoilt(name, last);
    }

    /** What spoils the numbers that {@code name} took in an interval. */
    static List<String> spoilt(String name, Statistics interval) {
        return Health.spoilt(interval).stream()
                .map(cause -> name + "'s numbers are spoilt: " + cause)
                .toList();
    }

    /** A count of what happened last, by the second. Of a sum the rates are added: who answers late was looked at for longer. */
    double perSecond(ToLongFunction<Statistics> count) {
        return isSum()
                ? parts.stream().mapToDouble(part -> part.perSecond(count)).sum()
                : seconds <= 0 ? 0 : count.applyAsLong(last) / seconds;
    }
}
