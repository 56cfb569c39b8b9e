package io.connscale.limits;

import java.util.List;

/**
 * Why connections stopped growing or ended, in one sentence with its evidence.
 *
 * @param cause a word to tell by, as {@code ports}; {@code unknown} where nothing seen explains it
 * @param host whose limit was reached; {@code server} for the server's
 * @param sentence what happened and the evidence, without a full stop
 * @param remedy what to do about it
 * @param unreliable what in the clients themselves makes the numbers unreliable, a sentence each; mostly empty
 */
public record Verdict(String cause, String host, String sentence, String remedy, List<String> unreliable) {
    /** Nothing that was seen explains it. */
    public static final String UNKNOWN = "unknown";

    public Verdict {
        unreliable = List.copyOf(unreliable);
    }

    Verdict(String cause, End end, String sentence, String remedy) {
        this(cause, end.name(), sentence, remedy, List.of());
    }

    /** The same, and what makes the numbers unreliable. */
    public Verdict marked(List<String> unreliable) {
        return new Verdict(cause, host, sentence, remedy, unreliable);
    }

    /** As one line for the user. */
    public String text() {
        String text = sentence + ". " + remedy;
        return unreliable.isEmpty() ? text : text + ". Note: " + String.join("; ", unreliable);
    }
}
