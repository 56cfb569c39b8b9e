package io.connscale.talk;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** The ways to talk that there are. */
public final class Talks {
    private static final Map<String, Talk.Kind> KINDS = new TreeMap<>();

    static {
        ServiceLoader.load(Talk.Kind.class, Talks.class.getClassLoader()).forEach(kind -> KINDS.put(kind.name(), kind));
    }

    private Talks() {}

    /** Those that {@code hosts.yaml} may name. */
    public static List<String> names() {
        return KINDS.keySet().stream().filter(name -> !name.equals(ByHand.NAME)).toList();
    }

    /** What else may be said of this one; empty where there is none of that name. */
    public static Optional<List<String>> options(String name) {
        return Optional.ofNullable(KINDS.get(name)).map(Talk.Kind::options);
    }

    /**
     * As {@link Talk.Kind#make}.
     *
     * @throws IllegalArgumentException in one line
     */
    public static Talk of(TalkSettings settings, LongSupplier numbers) {
        Talk.Kind kind = KINDS.get(settings.name());
        if (kind == null) {
            throw new IllegalArgumentException(
                    "no talk is called " + settings.name() + ": " + String.join(", ", names()));
        }
        return kind.make(settings, numbers);
    }

    /**
     * Looks whether an agent could talk so.
     *
     * @throws IllegalArgumentException in one line, where it could not
     */
    public static void check(TalkSettings settings) {
        of(settings, () -> 1);
    }
}
