package io.connscale.limits;

import java.util.List;

/**
 * Why connections stopped growing or ended, in one sentence with its evidence.
 *
 * @param cause a word to tell by, as {@code ports}; {@code unknown} where nothing seen explains it
 * @param end whose limit was reached
 * @param sentence what happened and the evidence, without a full stop
 * @param remedy what to do about it
 * @param unreliable what in the clients themselves makes the numbers unreliable, a sentence each; mostly empty
 */
public record Verdict(String cause, End end, String sentence, String remedy, List<String> unreliable) {
    /** Nothing that was seen explains it. */
    public static final String UNKNOWN = "unknown";

    public Verdict {
        unreliable = List.copyOf(unreliable);
    }

    Verdict(String cause, End end, String sentence, String remedy) {
        this(cause, end, sentence, remedy, List.of());
    }

    /** Whose limit was reached, by name: {@code server} for the server's, and for a host that is called so. */
    public String host() {
        return end.name();
    }

    /** The same, and what makes the numbers unreliable. */
    public Verdict marked(List<String> unreliable) {
        return new Verdict(cause, end, sentence, remedy, unreliable);
    }

    /** As one line for the user. */
    public String text() {
        String text = sentence + ". " + remedy;
        return unreliable.isEmpty() ? text : text + ". Note: " + String.join("; ", unreliable);
    }
}
