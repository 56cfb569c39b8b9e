package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes from a host's source addresses to a server's ports: what the kernel says against them, and which of their ports
 * are taken already.
 *
 * @param targets addresses that the targets stand for there, without ports; none for a name that is nobody's there
 * @param unusable by source address, why no connection can come from there
 * @param connected connections from these sources to these addresses and ports, whoever's they are; unknown where the table is too long
 * @param timeWait closed ones of them that still hold their port; 0 where {@code tcp_tw_reuse} lets a new one have it
 */
public record Routes(List<String> targets, SortedMap<String, String> unusable, long connected, long timeWait) {
    /** Sources looked at; each takes some microseconds. */
    private static final int MAX_SOURCES = 1000;
    /** Reading on would take seconds. */
    private static final long MAX_SOCKETS = 500_000;

    private static final String MAPPED = "0000000000000000FFFF0000";
    private static final String TIME_WAIT = "06";
    private static final String LISTEN = "0A";

    public Routes {
        targets = List.copyOf(targets);
        unusable = Collections.unmodifiableSortedMap(new TreeMap<>(unusable));
    }

    /**
     * What the kernel says; nothing is sent.
     *
     * @param targets {@code host:port} and {@code [v6]:port}; may ask the resolver
     * @param sources addresses; none: the kernel chooses
     */
    static Routes read(Path proc, List<String> targets, List<String> sources) {
        Set<String> remotes = new HashSet<>();
        Set<String> addresses = new LinkedHashSet<>();
        targets.forEach(target -> addresses(target).forEach(address -> {
            addresses.add(address.getHostAddress());
            remotes.addAll(remotes(address, port(target)));
        }));
        Set<String> from = new HashSet<>();
        SortedMap<String, String> unusable = new TreeMap<>();
        InetSocketAddress target = targets.isEmpty() ? null : address(targets.get(0));
        sources.stream().limit(MAX_SOURCES).forEach(source -> {
            try {
                InetAddress address = InetAddress.getByName(source);
                from.addAll(hexadecimal(address));
                String why = target == null ? "" : against(source, address, target);
                if (!why.isEmpty()) {
                    unusable.put(source, why);
                }
            } catch (UnknownHostException e) {
                unusable.put(source, "is no address of this host"); // %eth9, say, where there is no eth9
            }
        });
        boolean reused = reused(proc, target);
        long[] taken = new long[2];
        boolean four = count(proc.resolve("net/tcp"), remotes, from, taken);
        boolean known = count(proc.resolve("net/tcp6"), remotes, from, taken) && four;
        return new Routes(
                List.copyOf(addresses),
                unusable,
                known ? taken[0] : Facts.UNKNOWN,
                reused ? 0 : known ? taken[1] : Facts.UNKNOWN);
    }

    /** As the table has it: {@code ADDRESS:PORT}. */
    private static List<String> remotes(InetAddress target, String port) {
        return hexadecimal(target.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : target).stream()
                .map(address -> address + ":" + port)
                .toList();
    }

    /** Nothing where the name is nobody's. */
    private static List<InetAddress> addresses(String target) {
        try {
            return List.of(InetAddress.getAllByName(host(target)));
        } catch (UnknownHostException e) {
            return List.of(); // connecting will say so
        }
    }

    private static String host(String target) {
        return target.substring(0, Math.max(0, target.lastIndexOf(':'))).replaceAll("^\\[|]$", "");
    }

    private static String port(String target) {
        return ProcFiles.number(target.substring(target.lastIndexOf(':') + 1)).stream()
                .mapToObj(port -> String.format("%04X", port))
                .findFirst()
                .orElse("");
    }

    private static @Nullable InetSocketAddress address(String target) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(host(target)),
                    Integer.parseInt(target.substring(target.lastIndexOf(':') + 1)));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null; // connecting will say so
        }
    }

    /** Whether a new connection may have the port of one in TIME-WAIT: 1 says yes, 2 on loopback alone (ip-sysctl.rst). */
    private static boolean reused(Path proc, @Nullable InetSocketAddress target) {
        long reuse =
                ProcFiles.number(proc.resolve("sys/net/ipv4/tcp_tw_reuse"), 0).orElse(0);
        return reuse == 1
                || (reuse == 2 && target != null && target.getAddress().isLoopbackAddress());
    }

    /**
     * Why nothing can go from {@code source} to {@code target}; empty where nothing is known against it. Connecting a UDP
     * socket looks the route up as TCP does, takes none of its ports and sends nothing.
     */
    private static String against(String given, InetAddress source, InetSocketAddress target) {
        boolean four = source instanceof Inet4Address;
        if (four != target.getAddress() instanceof Inet4Address) {
            return "is " + (four ? "IPv4" : "IPv6") + ", and the server's " + text(target.getAddress()) + " is not";
        }
        if (source.isLinkLocalAddress() && !four && given.indexOf('%') < 0) {
            return "needs its interface: " + given + "%eth0";
        }
        try (DatagramChannel probe =
                DatagramChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6)) {
            if (!bound(probe, source)) {
                return "is no address of this host";
            }
            probe.connect(target);
            return "";
        } catch (IOException | RuntimeException e) {
            return source.isLoopbackAddress() && !target.getAddress().isLoopbackAddress()
                    ? "reaches only this machine, and the server's " + text(target.getAddress()) + " is another one's"
                    : noRoute(e) ? "has no route to " + text(target.getAddress()) : ""; // out of descriptors, say
        }
    }

    private static boolean bound(DatagramChannel probe, InetAddress source) throws IOException {
        try {
            probe.bind(new InetSocketAddress(source, 0));
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    private static boolean noRoute(Exception e) {
        return String.valueOf(e.getMessage()).contains("unreachable");
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    /** False where the table is there and was not read to its end. */
    private static boolean count(Path file, Set<String> remotes, Set<String> sources, long[] taken) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            reader.readLine(); // the headings
            long left = MAX_SOCKETS;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (left-- == 0) {
                    return false;
                }
                String[] words = line.strip().split("\\s+", 5);
                if (words.length == 5
                        && !words[3].equals(LISTEN)
                        && remotes.contains(words[2])
                        && (sources.isEmpty() || sources.contains(words[1].split(":", 2)[0]))) {
                    taken[words[3].equals(TIME_WAIT) ? 1 : 0]++;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return file.endsWith("tcp6"); // there may be no IPv6
        } catch (IOException e) {
            return false;
        }
    }

    /** As the table has it: words of 32 bits in the machine's order of bytes; IPv4 also as a socket of IPv6 has it. */
    private static List<String> hexadecimal(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder hex = new StringBuilder();
        for (int word = 0; word < bytes.length; word += 4) {
            for (int at = word + 3; at >= word; at--) {
                hex.append(String.format("%02X", bytes[at]));
            }
        }
        return bytes.length == 4 ? List.of(hex.toString(), MAPPED + hex) : List.of(hex.toString());
    }
}
