package io.connscale.kernel.diagnosis;

/**
 * Why connections stopped growing or ended, in one sentence with its evidence.
 *
 * @param cause a word to tell by, as {@code ports}; {@code unknown} where nothing seen explains it
 * @param host whose limit was met; {@code server} for the server's
 * @param sentence what happened and the evidence, without a full stop
 * @param remedy what to do about it
 */
public record Verdict(String cause, String host, String sentence, String remedy) {
    /** Nothing that was seen explains it. */
    public static final String UNKNOWN = "unknown";

    public static final String SERVER = "server";

    /** As one line for the user. */
    public String text() {
        return sentence + ". " + remedy;
    }
}
