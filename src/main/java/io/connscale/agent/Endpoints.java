package io.connscale.agent;

import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where connections go and come from. A (source, target) pair is a number: each target from the first source, then each
 * from the second, and so on.
 *
 * @param targets the server's addresses, at least one
 * @param sources local addresses of the targets' family; empty: the kernel chooses
 */
record Endpoints(List<InetSocketAddress> targets, List<InetSocketAddress> sources) {
    /** Pairs that are used at most; with 28,232 ports each they are good for 29 billion connections. */
    static final int MAX_PAIRS = 1 << 20;

    /**
     * As the settings say them. Asks the resolver; may take its time.
     *
     * @throws AgentException where one is no address, or a source could never reach a target
     */
    static Endpoints of(List<String> targets, List<String> sources) throws AgentException {
        List<InetSocketAddress> from = sources(sources);
        Endpoints endpoints = new Endpoints(targets(targets, from), from);
        for (InetSocketAddress target : endpoints.targets) {
            for (InetSocketAddress source : endpoints.sources) {
                checkFamily(source, target);
            }
        }
        return endpoints;
    }

    /** How many (source, target) pairs there are; each has a local port range of its own. */
    int pairs() {
        return (int) Math.min(MAX_PAIRS, (long) targets.size() * Math.max(1, sources.size()));
    }

    /** @param pair 0 to {@link #pairs()} - 1 */
    InetSocketAddress target(int pair) {
        return targets.get(pair % targets.size());
    }

    /** The address to come from, its port left to the kernel; null: the address too. */
    @Nullable
    InetSocketAddress source(int pair) {
        return sources.isEmpty() ? null : sources.get(pair / targets.size());
    }

    /**
     * {@code host:port} and {@code [v6]:port} as socket addresses: all that a name has of one family, that of the sources, else that of the first. Asks
     * the resolver; may take its time.
     */
    static List<InetSocketAddress> targets(List<String> texts, List<InetSocketAddress> sources) throws AgentException {
        Set<InetSocketAddress> addresses = new LinkedHashSet<>();
        for (String text : texts) {
            int colon = text.lastIndexOf(':');
            try {
                String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
                // before the resolver is asked, which may take its time; 0: known once the server is started
                int port = Integer.parseInt(text.substring(colon + 1));
                for (InetAddress address : oneFamily(resolve(host), sources)) {
                    addresses.add(new InetSocketAddress(address, port));
                }
            } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
                throw new AgentException(
                        Quantity.quoted(text) + " is not a server address", "write host:port or [address]:port");
            }
        }
        return List.copyOf(addresses);
    }

    private static List<InetAddress> oneFamily(List<InetAddress> all, List<InetSocketAddress> sources) {
        Class<?> usual = all.get(0).getClass();
        Class<?> wanted =
                sources.isEmpty() ? usual : sources.get(0).getAddress().getClass();
        Class<?> family = all.stream().anyMatch(wanted::isInstance) ? wanted : usual;
        return all.stream().filter(family::isInstance).toList();
    }

    /** Whether it stands for whatever the resolver says at the time. */
    static boolean isName(String target) {
        String host = target.substring(0, Math.max(0, target.lastIndexOf(':')));
        return !host.startsWith("[") && !host.matches("[0-9.]*");
    }

    /** Local addresses to connect from, with the port left to the kernel. */
    static List<InetSocketAddress> sources(List<String> texts) throws AgentException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(new InetSocketAddress(resolve(text).get(0), 0));
        }
        return addresses;
    }

    /**
     * Whether a socket may come from there: false for an address that this machine does not have. Asked with a UDP socket,
     * whose ports have nothing to do with those of TCP, so that having run out of these is something else.
     */
    static boolean isOurs(InetSocketAddress source) {
        try (DatagramSocket probe = new DatagramSocket(source)) {
            return probe.isBound();
        } catch (BindException e) {
            return false;
        } catch (SocketException e) {
            return true; // no descriptor left, say: nothing is known against it
        }
    }

    /** @throws AgentException where {@code source} is of another family than {@code target}: it could never reach it */
    static void checkFamily(InetSocketAddress source, InetSocketAddress target) throws AgentException {
        if (source.getAddress().getClass() != target.getAddress().getClass()) {
            throw new AgentException(
                    "no connection goes from " + source.getAddress().getHostAddress() + " to "
                            + target.getAddress().getHostAddress() + ": one is IPv4, the other IPv6",
                    "write source and the server's address in hosts.yaml in the same family");
        }
    }

    private static List<InetAddress> resolve(String host) throws AgentException {
        if (host.isBlank()) {
            throw new AgentException("an address is empty", "write host:port, or leave source out"); // Java: loopback
        }
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new AgentException(
                    "the name " + Quantity.quoted(host) + " is not known on this host",
                    "check the server's address and source in hosts.yaml, or write the address itself");
        }
    }
}
