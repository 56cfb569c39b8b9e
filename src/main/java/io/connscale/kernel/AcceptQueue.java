package io.connscale.kernel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One listening socket at one moment, and the queue of connections that are established for their clients and not yet accepted.
 *
 * @param address where it listens, without the port
 * @param waiting how many wait: {@code Recv-Q} of {@code ss -lt}
 * @param owner the process that listens, as {@code python3, pid 123}; null: unknown, or not asked for
 * @param suspect accepted connections of this port whose peer has left something unanswered: a segment was sent again, or a
 *     keep-alive probe; null: unknown, or not asked for. Counted at one of the sockets that share a port
 */
public record AcceptQueue(
        String address,
        int port,
        long waiting,
        @Nullable String owner,
        @Nullable Long suspect) {
    private static final String PID = ", pid ";

    public AcceptQueue(String address, int port, long waiting) {
        this(address, port, waiting, null, null);
    }

    /** How a process is called. */
    static String owner(String name, String pid) {
        return name + PID + pid;
    }

    /** Of its owner; empty where that is unknown. */
    public OptionalLong pid() {
        return owner == null
                ? OptionalLong.empty()
                : ProcFiles.number(owner.substring(owner.lastIndexOf(PID) + PID.length()));
    }

    /** Whether it listens where somebody says that he does; {@code 0.0.0.0} and {@code ::} are the same, and a name may be any address. */
    public boolean isAt(String bound) {
        byte[] theirs = bytes(bound);
        byte[] own = bytes(address);
        return theirs == null || own == null || (isAny(theirs) ? isAny(own) : Arrays.equals(theirs, own));
    }

    /**
     * Whether connections to {@code target} can come to it: it listens on that very address, or on all of that family; all of IPv6 are
     * mostly all of IPv4, too. A name may be any address.
     */
    public boolean takes(String target) {
        byte[] theirs = bytes(target);
        byte[] own = bytes(address);
        return theirs == null
                || own == null
                || Arrays.equals(theirs, own)
                || (isAny(own) && own.length >= theirs.length);
    }

    private static boolean isAny(byte[] address) {
        return Arrays.equals(address, new byte[address.length]);
    }

    /** IPv4 in IPv6 as IPv4; null: a name, which nobody is asked for. */
    private static byte @Nullable [] bytes(String address) {
        String plain = address.replaceAll("[\\[\\]]|%.*", "");
        if (plain.indexOf(':') < 0 && !plain.matches("[0-9.]+")) {
            return null;
        }
        try {
            return InetAddress.getByName(plain).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
