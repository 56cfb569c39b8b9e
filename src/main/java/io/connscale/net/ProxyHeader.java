package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says first of all, so that the server behind it knows the client (the PROXY protocol, haproxy's doc/proxy-protocol.txt):
 * with the connection's own ends, or with clients that are invented out of a range, so that a balancer's backend meets many.
 *
 * @param version 1 (a line of text) or 2 (binary)
 * @param from a range such as {@code 10.0.0.0/8}; null: the real source
 */
public record ProxyHeader(int version, @Nullable String from) {
    /** Section 2.2: a receiver knows version 2 by these bytes. */
    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    private static final int V2_PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int ADDRESS_BYTES_4 = 4;
    private static final int ADDRESS_BYTES_6 = 16;
    /** The lowest port of an invented client, and how many of its ports are used. */
    private static final int FIRST_PORT = 1024;

    private static final int PORTS = 65_536 - FIRST_PORT;

    /** @throws IllegalArgumentException in one line */
    public ProxyHeader {
        if (version != 1 && version != 2) {
            throw new IllegalArgumentException("proxy is v1 or v2");
        }
        if (from != null) {
            range(from);
        }
    }

    /** @param bits of an address: 32 or 128 */
    private record Range(BigInteger base, int bits, int prefix) {}

    private static Range range(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!address.matches("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) { // no name: the resolver is not asked
            throw new IllegalArgumentException(no(text));
        }
        try {
            byte[] base = InetAddress.getByName(address).getAddress();
            int bits = base.length * Byte.SIZE;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException(no(text));
            }
            return new Range(new BigInteger(1, base), bits, prefix);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(no(text), e);
        }
    }

    private static String no(String text) {
        return "\"" + text + "\" is no range of addresses: write 10.0.0.0/8, or one address";
    }

    /**
     * The {@code n}th client of the range: its addresses in turn, then again with the next port. The real one where there is no range.
     *
     * @param n not negative
     */
    @Nullable
    InetSocketAddress invented(long n) {
        if (from == null) {
            return null;
        }
        Range range = range(from);
        int free = range.bits() - range.prefix();
        BigInteger size = BigInteger.ONE.shiftLeft(free);
        BigInteger[] turn = BigInteger.valueOf(n).divideAndRemainder(size);
        BigInteger base = range.base().shiftRight(free).shiftLeft(free);
        byte[] number = base.add(turn[1]).toByteArray(); // perhaps with a sign before it, or shorter
        byte[] address = new byte[range.bits() / Byte.SIZE];
        int length = Math.min(number.length, address.length);
        System.arraycopy(number, number.length - length, address, address.length - length, length);
        int port = FIRST_PORT + turn[0].mod(BigInteger.valueOf(PORTS)).intValueExact();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes", e);
        }
    }

    /** The header's bytes. Where the ends are of different families, both are written as IPv6. */
    byte[] bytes(InetSocketAddress source, InetSocketAddress target) {
        boolean four = source.getAddress() instanceof Inet4Address && target.getAddress() instanceof Inet4Address;
        return version == 1 ? text(four, source, target) : binary(four, source, target);
    }

    private static byte[] text(boolean four, InetSocketAddress source, InetSocketAddress target) {
        return ("PROXY " + (four ? "TCP4 " : "TCP6 ") + shown(four, source) + " " + shown(four, target) + " "
                        + source.getPort() + " " + target.getPort() + "\r\n")
                .getBytes(US_ASCII);
    }

    private static String shown(boolean four, InetSocketAddress end) {
        InetAddress address = end.getAddress();
        String text = address.getHostAddress().replaceAll("%.*", "");
        return !four && address instanceof Inet4Address ? "::ffff:" + text : text;
    }

    private static byte[] binary(boolean four, InetSocketAddress source, InetSocketAddress target) {
        int each = four ? ADDRESS_BYTES_4 : ADDRESS_BYTES_6;
        int length = 2 * each + 2 * Short.BYTES;
        ByteBuffer header = ByteBuffer.allocate(SIGNATURE.length + 2 + Short.BYTES + length);
        header.put(SIGNATURE)
                .put((byte) V2_PROXY)
                .put((byte) (four ? TCP4 : TCP6))
                .putShort((short) length);
        put(header, four, source.getAddress());
        put(header, four, target.getAddress());
        header.putShort((short) source.getPort()).putShort((short) target.getPort());
        return header.array();
    }

    private static void put(ByteBuffer header, boolean four, InetAddress address) {
        byte[] bytes = Objects.requireNonNull(address).getAddress();
        if (!four && bytes.length == ADDRESS_BYTES_4) {
            header.put(new byte[10]).putShort((short) 0xFFFF); // RFC 4291, 2.5.5.2: an IPv4 address in IPv6
        }
        header.put(bytes);
    }
}
