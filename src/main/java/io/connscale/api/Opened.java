package io.connscale.api;

import io.connscale.control.Agent;
import io.connscale.stats.Reasons;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How an open request ended.
 *
 * @param hosts by name, in the order in which they were named; those that failed are missing
 * @param failures by host's name: why nothing is known of its share
 * @param verdict why not all came up; empty where all did
 */
public record Opened(Map<String, Host> hosts, Map<String, ConnscaleException> failures, Optional<Verdict> verdict) {
    /**
     * One host's share.
     *
     * @param requested connections asked for
     * @param established of them came up
     * @param failed of them never came up
     * @param seconds from the first connect to the end of the last one, to the millisecond
     * @param errors by operation and errno, as {@code connect EADDRNOTAVAIL}
     */
    public record Host(long requested, long established, long failed, double seconds, SortedMap<String, Long> errors) {
        public Host {
            errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
        }

        static Host none(long requested) {
            return new Host(requested, 0, 0, 0, new TreeMap<>());
        }

        static Host of(Agent.Opened opened) {
            double seconds = Math.round(opened.seconds() * 1000) / 1000.0;
            return new Host(opened.requested(), opened.established(), opened.failed(), seconds, opened.errors());
        }

        /** Neither established nor failed: still to come, or not tried because the request was stopped. */
        public long remaining() {
            return requested - established - failed;
        }

        private Host then(Host later) {
            Host both = plus(later);
            return new Host(both.requested, both.established, both.failed, seconds + later.seconds, both.errors);
        }

        private Host plus(Host other) {
            return new Host(
                    requested + other.requested,
                    established + other.established,
                    failed + other.failed,
                    Math.max(seconds, other.seconds),
                    Reasons.sum(errors, other.errors));
        }
    }

    public Opened {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
        failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /** This and what was opened after it, with the later verdict. */
    public Opened plus(Opened later) {
        Map<String, Host> both = new LinkedHashMap<>(hosts);
        later.hosts.forEach((host, more) -> both.merge(host, more, Host::then));
        Map<String, ConnscaleException> failed = new LinkedHashMap<>(failures);
        failed.putAll(later.failures);
        return new Opened(both, failed, later.verdict.or(() -> verdict));
    }

    /** All shares as one, which took as long as the longest. */
    public Host sum() {
        return hosts.values().stream().reduce(Host.none(0), Host::plus);
    }

    /** On all hosts; the rest as well. */
    public long requested() {
        return sum().requested;
    }

    public long established() {
        return sum().established;
    }

    public long failed() {
        return sum().failed;
    }

    public double seconds() {
        return sum().seconds;
    }

    public SortedMap<String, Long> errors() {
        return sum().errors;
    }
}
