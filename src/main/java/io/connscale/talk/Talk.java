package io.connscale.talk;

import java.util.List;
import java.util.function.LongSupplier;

/** What is said over connections to a server, once after connecting and then each interval. One for each event loop, for all its connections. */
public interface Talk {
    /** Of a connection that is about to be opened. */
    Dialogue dialogue(Line line);

    /** Whether something is said each interval. */
    boolean pings();

    /** A way to talk, by name: a class with {@code @AutoService(Talk.Kind.class)}. Adding one touches its file and its test. */
    interface Kind {
        /** As {@code hosts.yaml} says it. */
        String name();

        /** What else may be said of it there; texts of printable ASCII. */
        List<String> options();

        /**
         * Ready to talk.
         *
         * @param numbers one that no other connection of this machine's agents has, each time
         * @throws IllegalArgumentException in one line, where {@code settings} say something that can't be
         */
        Talk make(TalkSettings settings, LongSupplier numbers);
    }
}
