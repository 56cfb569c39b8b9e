package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An address that no connection can come from, or go to; no matter of how many. */
@AutoService(Limit.class)
public final class SourceAddress implements Limit {
    @Override
    public Optional<Cause> cause(Observation seen) {
        return unscoped(seen).or(() -> ofLoopback(seen)).or(() -> nobodys(seen));
    }

    private static Optional<Cause> unscoped(Observation seen) {
        return invalid(seen)
                .flatMap(host -> host.settings().sources().stream()
                        .filter(SourceAddress::lacksInterface)
                        .findFirst()
                        .or(() -> Optional.of(host.targetHost()).filter(SourceAddress::lacksInterface))
                        .map(address -> cause(
                                host,
                                "address",
                                address + " is a link-local address and needs its interface (" + host.reasons() + ")",
                                "Write it with the interface in hosts.yaml: " + address + "%eth0")));
    }

    private static Optional<Cause> ofLoopback(Observation seen) {
        return invalid(seen).filter(host -> !isLoopback(host.targetHost())).flatMap(host -> {
            List<String> loopback = host.settings().sources().stream()
                    .filter(SourceAddress::isLoopback)
                    .toList();
            return loopback.isEmpty()
                    ? Optional.empty()
                    : Optional.of(cause(
                            host,
                            "source",
                            "a loopback source (" + Words.some(loopback)
                                    + ") reaches this machine alone, and the server is at " + host.target() + " ("
                                    + host.reasons() + ")",
                            "Give " + host.name() + " another source in hosts.yaml, or leave source out"));
        });
    }

    private static Optional<Cause> nobodys(Observation seen) {
        return seen.worst("bind EADDRNOTAVAIL")
                .map(host -> cause(
                        host,
                        "source",
                        "a source in hosts.yaml is no address of this host (source: "
                                + Words.some(host.settings().sources()) + "; bind EADDRNOTAVAIL "
                                + Words.number(host.count("bind EADDRNOTAVAIL")) + ")",
                        "Add it there: ip address add ADDRESS/PREFIX dev INTERFACE; or correct source in hosts.yaml"));
    }

    private static Optional<HostEnd> invalid(Observation seen) {
        return seen.worst("connect EINVAL", "bind EINVAL");
    }

    private static Cause cause(HostEnd host, String word, String sentence, String remedy) {
        return new Cause(
                Certainty.ERRNO,
                host.count("connect EINVAL", "bind EINVAL", "bind EADDRNOTAVAIL"),
                new Verdict(word, host, host.stopped() + sentence, remedy));
    }

    /** Whether it is the machine itself, whichever machine that is. A name means nothing here. */
    static boolean isLoopback(String address) {
        return address.matches("127(\\.\\d{1,3}){3}") || address.equals("::1") || address.equals("localhost");
    }

    /** {@code fe80::/10} without {@code %eth0}. */
    private static boolean lacksInterface(String address) {
        return address.toLowerCase(Locale.ROOT).matches("fe[89ab][0-9a-f]:.*") && !address.contains("%");
    }
}
