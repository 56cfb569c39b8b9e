package io.connscale.net;

/** A process of {@link RingRefusedTest}'s: says which transport it takes, and why not the one that is asked for. */
final class RingRefusedMain {
    private RingRefusedMain() {}

    public static void main(String[] args) {
        Transport best = Transport.best(args[0]);
        System.out.println(best + " " + best.isInsteadOfRing() + " "
                + Transport.whyNot(args[0]).orElse(""));
    }
}
