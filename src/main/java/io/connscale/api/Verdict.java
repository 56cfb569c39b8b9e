package io.connscale.api;

import java.util.List;

/**
 * Why connections stopped growing.
 *
 * @param cause a word to tell by, as {@code ports}; {@code unknown} where nothing that was seen explains it
 * @param host whose limit was reached; {@code server} for the server's
 * @param sentence what happened, with its evidence
 * @param remedy what to change
 * @param unreliable what in the hosts themselves makes the numbers unreliable, a sentence each; mostly empty
 */
public record Verdict(String cause, String host, String sentence, String remedy, List<String> unreliable) {
    public Verdict {
        unreliable = List.copyOf(unreliable);
    }

    static Verdict of(io.connscale.limits.Verdict found) {
        return new Verdict(found.cause(), found.host(), found.sentence(), found.remedy(), found.unreliable());
    }

    /** In one line. */
    @Override
    public String toString() {
        String text = sentence + ". " + remedy;
        return unreliable.isEmpty() ? text : text + ". Note: " + String.join("; ", unreliable);
    }
}
