package io.connscale.kernel;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Facts as tests need them: only what they say is known. */
public final class Known {
    private Known() {}

    /** No value is known. */
    public static Facts nothing() {
        return new Facts(new TreeMap<>(), List.of(), "m", "n", "tsc");
    }

    public static Facts with(Facts facts, Fact fact, long value) {
        SortedMap<String, Long> values = new TreeMap<>(facts.values());
        values.put(fact.kernelName(), value);
        return new Facts(values, facts.listening(), facts.machine(), facts.network(), facts.clock());
    }

    public static Facts listening(Facts facts, AcceptQueue... sockets) {
        return new Facts(facts.values(), List.of(sockets), facts.machine(), facts.network(), facts.clock());
    }

    public static Facts waiting(Facts facts, int port, long waiting) {
        return listening(facts, new AcceptQueue("127.0.0.1", port, waiting));
    }
}
