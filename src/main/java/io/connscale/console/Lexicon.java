package io.connscale.console;

import java.util.List;

/** The words that only the commands know, such as host names; {@code Main} gives it and Tab asks it. */
@FunctionalInterface
public interface Lexicon {
    /**
     * What may stand where {@code command} has the parameter or option value {@code label} ({@code HOST}); on the console's
     * thread.
     *
     * @param further whether a word of that parameter stands before it already
     */
    List<String> candidates(Object command, String label, boolean further);
}
