package io.connscale.cluster.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Addresses, host names and ports as text: what is one, without asking any name server. */
final class Address {
    /** Source addresses of one host, and of all together; each has some 28,000 connections to each port of the server. */
    static final int MAX = 65_536;

    static final int MAX_PORT = 65_535;

    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
    /** The interface that a link-local address is one of, on the machine that uses it: {@code fe80::1%eth0} (RFC 4007). */
    private static final Pattern INTERFACE = Pattern.compile("%[A-Za-z0-9_.@-]{1,15}$");

    private static final Pattern NAME = Pattern.compile("(?![0-9.]+$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}");
    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "*");

    private Address() {}

    /** Whether binding to it means every address of the machine. */
    static boolean wildcard(String text) {
        return WILDCARDS.contains(text);
    }

    /** An address, or what may be a host name. Never begins with "-", so that no program takes it for an option. */
    static String checked(String text) {
        boolean good = literal(text).isPresent() || NAME.matcher(text).matches();
        return Checks.check(good && !wildcard(text), text, "is not an address or host name");
    }

    static String bind(String text) {
        return wildcard(text) ? text : checked(text);
    }

    static String checkedLiteral(String text) {
        return Checks.check(literal(text).isPresent() && !wildcard(text), text, "is not an address");
    }

    /** {@code 10.0.0.4} as it is, {@code 127.0.0.2-127.0.0.20} as its 19 addresses; at most {@value #MAX}. */
    static List<String> expand(String text) {
        int dash = INTERFACE.matcher(text).replaceFirst("").indexOf('-');
        if (dash < 0) {
            return List.of(checkedLiteral(text));
        }
        byte[] first = bytes(text.substring(0, dash));
        byte[] last = bytes(text.substring(dash + 1));
        BigInteger start = new BigInteger(1, first);
        BigInteger steps = new BigInteger(1, last).subtract(start);
        boolean good = first.length == last.length && steps.signum() >= 0 && steps.bitLength() <= 16;
        Checks.check(good, text, "is not a range of at most " + MAX + " addresses");
        return IntStream.rangeClosed(0, steps.intValueExact())
                .mapToObj(step -> text(start.add(BigInteger.valueOf(step)), first.length))
                .toList();
    }

    private static byte[] bytes(String text) {
        return literal(checkedLiteral(text)).orElseThrow().getAddress();
    }

    private static String text(BigInteger value, int length) {
        byte[] bytes = new byte[length];
        byte[] digits = value.toByteArray();
        int kept = Math.min(digits.length, length); // a leading zero byte is only the sign
        System.arraycopy(digits, digits.length - kept, bytes, length - kept, kept);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** Looks nothing up: four decimal numbers, or what the JDK must take for IPv6 by its brackets. An interface is not looked at. */
    private static Optional<InetAddress> literal(String text) {
        boolean four = IPV4.matcher(text).matches();
        String six = INTERFACE.matcher(text).replaceFirst("");
        if (!four && !IPV6.matcher(six).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(four ? text : "[" + six + "]"));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** {@code 8989}, 0 included (any free one, for trying out), or a range of real ones, {@code 8989-8998}. */
    static List<Integer> ports(String text) {
        Matcher m = PORTS.matcher(text);
        Checks.check(m.matches(), text, "is not a port or a range of them");
        int first = port(m.group(1));
        if (m.group(2) == null) {
            return List.of(first);
        }
        int last = port(m.group(2));
        Checks.check(first > 0 && first <= last, text, "is not a range of ports");
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private static int port(String digits) {
        return (int) Checks.inRange("the port", Integer.parseInt(digits), 0, MAX_PORT);
    }
}
