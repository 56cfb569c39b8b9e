package io.connscale.api;

/**
 * Why connections stopped growing.
 *
 * @param cause a word to tell by, as {@code ports}; {@code unknown} where nothing that was seen explains it
 * @param host whose limit was reached; {@code server} for the server's
 * @param sentence what happened, with its evidence
 * @param remedy what to change
 */
public record Verdict(String cause, String host, String sentence, String remedy) {
    static Verdict of(io.connscale.limits.Verdict found) {
        return new Verdict(found.cause(), found.host(), found.sentence(), found.remedy());
    }

    @Override
    public String toString() {
        return sentence + ". " + remedy;
    }
}
