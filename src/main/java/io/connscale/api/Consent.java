package io.connscale.api;

import io.connscale.cluster.HostStatus;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The user's word before connections by the thousand go to somebody else's server on a public network, where they could be taken for an
 * attack. Asked for once for each server; nothing is opened before. Any thread.
 */
final class Consent {
    /** So many at a time need nobody's word. */
    static final long UNASKED = 1_000;
    /** Where hosts.yaml says {@code unlimited}, which it may say for a server of the user's own. */
    static final Rate RATE = ClientConfig.DEFAULT.rate();

    private static final int MAX_SHOWN = 3;
    /** RFC 4193: fc00::/7. */
    private static final int UNIQUE_LOCAL = 0xFC;

    private static final int UNIQUE_LOCAL_MASK = 0xFE;

    private final Predicate<InetAddress> own;
    private final Set<String> agreed = new LinkedHashSet<>();

    Consent() {
        this(Consent::isOwn);
    }

    /** @param own whether it is one of this machine's */
    Consent(Predicate<InetAddress> own) {
        this.own = own;
    }

    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false; // not known: then it is asked
        }
    }

    /** Loopback, this machine's, RFC 1918, RFC 4193 and link-local ones. */
    boolean isNear(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress() // a connection to it is to this machine
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || (address instanceof Inet6Address && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL)
                || own.test(address);
    }

    /**
     * Which of these are on no private network, as the user is to be told: addresses, and names that are not known here. Asks the
     * resolver, and nobody else.
     *
     * @param targets {@code host:port} or {@code [v6]:port}
     */
    List<String> outside(List<String> targets) {
        return targets.stream()
                .map(Consent::host)
                .distinct()
                .flatMap(host -> outside(host).stream())
                .distinct()
                .toList();
    }

    private List<String> outside(String host) {
        try {
            return Stream.of(InetAddress.getAllByName(host))
                    .filter(address -> !isNear(address))
                    .map(InetAddress::getHostAddress)
                    .toList();
        } catch (UnknownHostException e) { // an agent elsewhere may know it
            return List.of(host + ", an unknown name here");
        }
    }

    /**
     * The same as another host sees it, whose resolver may say something else.
     *
     * @param addresses that its agent has from there; null: it does not say
     */
    List<String> outside(String host, @Nullable List<String> addresses) {
        return addresses == null
                ? List.of("what " + host + " knows by that name")
                : addresses.stream()
                        .flatMap(address -> outside(address).stream())
                        .map(address -> address + " by what " + host + " knows")
                        .toList();
    }

    /** Whether one of them is a name, which each host resolves for itself. */
    static boolean haveNames(List<String> targets) {
        return targets.stream().map(Consent::host).anyMatch(host -> host.indexOf(':') < 0 && !host.matches("[0-9.]*"));
    }

    private static String host(String target) {
        return target.substring(0, Math.max(0, target.lastIndexOf(':'))).replaceAll("^\\[|]$", "");
    }

    /**
     * What is to be opened to a server that is not ours.
     *
     * @param server how the user is told its name
     * @param counts by host, how many more
     * @param hosts all that there are, as they are now
     * @param begun connections that earlier requests still have to open
     */
    record Plan(String server, Map<String, Long> counts, Opening.Request request, List<HostStatus> hosts, long begun) {
        /** How many would be open. */
        long sum() {
            long open = hosts.stream()
                    .mapToLong(
                            host -> host.counts().established() + host.counts().connecting())
                    .sum();
            return open
                    + begun
                    + counts.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Of one host, where it goes to {@link #outside}. */
        Rate rate(String host) {
            Rate asked = request.rate();
            if (asked != null) {
                return asked;
            }
            Rate file = hosts.stream()
                    .filter(status -> status.name().equals(host))
                    .map(status -> status.config().client().rate())
                    .findFirst()
                    .orElse(RATE);
            return file.unlimited() ? RATE : file;
        }

        /** Words for what will be opened. */
        String text() {
            long more = counts.values().stream().mapToLong(Long::longValue).sum();
            String rates = counts.keySet().stream()
                    .map(host -> rate(host).toString())
                    .distinct()
                    .collect(Collectors.joining(" or "));
            String sum = sum() > more ? " (" + Quantity.text(sum()) + " then)" : "";
            return Quantity.text(more) + " connections" + sum + " to " + server + " from " + shown(counts.keySet())
                    + ", at " + rates + (counts.size() > 1 ? " each" : "");
        }
    }

    private static String shown(Iterable<String> all) {
        List<String> first = new ArrayList<>();
        int more = 0;
        for (String one : all) {
            if (first.size() < MAX_SHOWN) {
                first.add(one);
            } else {
                more++;
            }
        }
        return String.join(", ", first) + (more > 0 ? " and " + more + " more" : "");
    }

    /**
     * Returns where that may be opened.
     *
     * @param outside as {@link #outside} says it, at least one
     * @throws AgentException where the user does not agree, or there is nobody to ask
     */
    void require(Plan plan, List<String> outside, User user) throws AgentException {
        if (plan.sum() <= UNASKED || plan.request().agreed() || hasAgreed(plan.server())) {
            return;
        }
        String what = plan.text();
        String whose = "neither this machine nor a private address: " + shown(outside);
        if (!user.agree("Open " + what + "? It is " + whose + ". Answer yes only if its owner agrees.")) {
            throw new AgentException(
                    "not opened: " + what + " (" + whose + ")", "if its owner agrees: connections start ... --yes");
        }
        synchronized (this) {
            agreed.add(plan.server());
        }
    }

    private synchronized boolean hasAgreed(String server) {
        return agreed.contains(server);
    }
}
