package io.connscale.kernel.plan;

/** What is taken off a limit since connections are open already. */
final class Held {
    private Held() {}

    static String text(long held) {
        return held == 0 ? "" : " − " + Words.number(held) + " open already";
    }
}
