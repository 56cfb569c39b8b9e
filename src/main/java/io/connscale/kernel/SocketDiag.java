package io.connscale.kernel;

import com.sun.jna.LastErrorException;
import io.connscale.kernel.TcpTable.Listener;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The listening sockets of this network namespace by sock_diag(7), as {@code ss -ltn} reads them. {@code /proc/net/tcp6} looks through all
 * sockets of the machine for the few that are of IPv6, which takes a tenth of a second with two million; this asks for those that listen, which the
 * kernel keeps apart.
 */
final class SocketDiag {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16;
    /** {@code SOCK_RAW | SOCK_CLOEXEC}. */
    private static final int RAW = 3 | 0x80000;

    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int IPPROTO_TCP = 6;

    /** linux/netlink.h: the head of a message, and kinds of them. */
    private static final int HEAD = 16;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    /** {@code NLM_F_REQUEST | NLM_F_DUMP}. */
    private static final int DUMP = 0x301;
    /** linux/sock_diag.h. */
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    /** linux/inet_diag.h: {@code inet_diag_req_v2}; {@code inet_diag_msg}, and places in it. */
    private static final int REQUEST = 56;

    private static final int ANSWER = 72;
    private static final int PORT = 4;
    private static final int ADDRESS = 8;
    private static final int QUEUE = 56;
    private static final int INODE = 68;
    /** {@code 1 << TCP_LISTEN}, net/tcp_states.h. */
    private static final int LISTENING = 1 << 10;

    private static final int BUFFER = 32 << 10;

    private SocketDiag() {}

    /** All of them, 4 and 6; empty where the kernel does not tell. */
    static Optional<List<Listener>> listening() {
        try {
            int socket = Libc.socket(AF_NETLINK, RAW, NETLINK_SOCK_DIAG);
            try {
                List<Listener> found = new ArrayList<>();
                boolean all = dump(socket, AF_INET, found) && dump(socket, AF_INET6, found);
                return all ? Optional.of(found) : Optional.empty();
            } finally {
                Libc.close(socket);
            }
        } catch (LastErrorException | LinkageError e) {
            return Optional.empty();
        }
    }

    private static boolean dump(int socket, int family, List<Listener> found) {
        ByteBuffer request = ByteBuffer.allocate(HEAD + REQUEST).order(ByteOrder.nativeOrder());
        request.putInt(HEAD + REQUEST).putShort((short) SOCK_DIAG_BY_FAMILY).putShort((short) DUMP);
        request.putInt(0).putInt(0); // which one it is, from whom: there is one
        request.put((byte) family).put((byte) IPPROTO_TCP).putShort((short) 0).putInt(LISTENING);
        Libc.send(socket, request.array(), request.capacity(), 0);
        byte[] buffer = new byte[BUFFER];
        while (true) {
            int length = (int) Libc.recv(socket, buffer, BUFFER, 0);
            ByteBuffer answer = ByteBuffer.wrap(buffer, 0, length).slice().order(ByteOrder.nativeOrder());
            for (int at = 0; at + HEAD <= length; at += Math.max(HEAD, (answer.getInt(at) + 3) & ~3)) {
                int kind = answer.getShort(at + 4);
                if (kind == NLMSG_DONE || kind == NLMSG_ERROR) {
                    return kind == NLMSG_DONE;
                }
                if (kind == SOCK_DIAG_BY_FAMILY && at + HEAD + ANSWER <= length) {
                    found.add(listener(answer, at + HEAD, family));
                }
            }
            if (length <= 0) {
                return false;
            }
        }
    }

    private static Listener listener(ByteBuffer answer, int at, int family) {
        byte[] address = new byte[family == AF_INET ? 4 : 16];
        answer.get(at + ADDRESS, address);
        int port = Short.toUnsignedInt(
                answer.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(at + PORT));
        return new Listener(
                new AcceptQueue(TcpTable.address(address), port, Integer.toUnsignedLong(answer.getInt(at + QUEUE))),
                Integer.toUnsignedLong(answer.getInt(at + INODE)));
    }
}
