package io.connscale.cluster.deploy;

import io.connscale.control.AgentException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which of a host's Javas runs the agent: the one that {@code hosts.yaml} names, else that of {@code JAVA_HOME}, since somebody
 * meant it, else the newest.
 */
final class JavaChoice {
    private static final String HINT =
            "install Java " + FoundJava.OLDEST + " or newer there, or name it: java: /path/to/bin/java in hosts.yaml";

    private JavaChoice() {}

    static FoundJava of(HostFacts facts, Optional<String> wanted) throws AgentException {
        List<FoundJava> good = facts.javas().stream()
                .filter(FoundJava::newEnough)
                .filter(java -> java.runsOn(facts.machine()))
                .toList();
        Optional<FoundJava> meant =
                good.stream().filter(java -> java.source().equals("JAVA_HOME")).findFirst();
        Optional<FoundJava> best = meant.or(() -> good.stream().max(FoundJava::compareTo));
        if (best.isEmpty()) {
            throw missing(facts, wanted);
        }
        return best.get();
    }

    private static AgentException missing(HostFacts facts, Optional<String> wanted) {
        if (facts.javas().isEmpty()) {
            String where = wanted.orElse("JAVA_HOME, PATH, /usr/lib/jvm, /opt and the usual other folders");
            return new AgentException("no Java: looked at " + where, HINT);
        }
        if (facts.javas().stream().anyMatch(FoundJava::newEnough)) {
            return new AgentException(
                    "Java for another architecture than " + facts.machine() + ": found "
                            + list(facts, FoundJava::newEnough),
                    HINT);
        }
        boolean old = facts.javas().stream().anyMatch(java -> java.feature() > 0);
        return old
                ? new AgentException("Java too old: found " + list(facts, java -> java.feature() > 0), HINT)
                : new AgentException("no Java that runs: " + list(facts, java -> true), HINT);
    }

    private static String list(HostFacts facts, Predicate<FoundJava> which) {
        return facts.javas().stream()
                .filter(which)
                .limit(3)
                .map(FoundJava::toString)
                .collect(Collectors.joining("; "));
    }
}
