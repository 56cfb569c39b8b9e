package io.connscale.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.SortedMap;
import java.util.TreeMap;

/** A process of {@link RingRefusedTest}'s: says which transport it takes, and why not the one that is asked for; or what its loops have. */
final class RingRefusedMain {
    private RingRefusedMain() {}

    public static void main(String[] args) {
        Transport best = Transport.best(args[0]);
        if (args.length > 1) {
            SortedMap<String, Integer> links = new TreeMap<>();
            for (EventExecutor loop : best.loops(Integer.parseInt(args[1]), "loop")) {
                links.merge(best.links((EventLoop) loop, Wire.PING).getClass().getSimpleName(), 1, Integer::sum);
            }
            System.out.println(links + " " + best.isInsteadOfRing());
            return;
        }
        System.out.println(best + " " + best.isInsteadOfRing() + " "
                + Transport.whyNot(args[0]).orElse(""));
    }
}
