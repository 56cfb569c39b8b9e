package io.connscale.net;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listening sockets of several processes on one port ({@code SO_REUSEPORT} of socket(7)), and which of them the kernel gives
 * a new connection to. By itself it takes them by a hash, all alike; told the room of each, it chooses at random, weighted:
 * a program of classic BPF, attached with {@code SO_ATTACH_REUSEPORT_CBPF}, runs once for each SYN and gives the socket's
 * number in the group. The sockets of a group are numbered in the order in which they began to listen; when one is closed, the
 * last takes its number (net/core/sock_reuseport.c). Epoll only.
 */
final class PortGroup {
    private static final Logger log = LoggerFactory.getLogger(PortGroup.class);
    /** asm-generic/socket.h. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    /** struct sock_fprog of linux/filter.h, where pointers have 8 bytes. */
    private static final int POINTER_BYTES = 16;

    /** struct sock_filter of linux/filter.h. */
    private static final int INSTRUCTION = 8;

    private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int RANDOM = -0x1000 + 56; // SKF_AD_OFF + SKF_AD_RANDOM
    private static final int JUMP_IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K

    private PortGroup() {}

    /**
     * From now on the sockets of this one's group get new connections in proportion to {@code rooms}.
     *
     * @param rooms of each, in the order in which they began to listen; nothing is changed where there is none at all
     * @return false where the kernel does not take it: then all get the same
     */
    static boolean setWeights(Socket one, long[] rooms) {
        if (Arrays.stream(rooms).sum() == 0) {
            return true;
        }
        ByteBuffer program = program(rooms);
        ByteBuffer pointer = direct(POINTER_BYTES);
        pointer.putShort(0, (short) (program.capacity() / INSTRUCTION));
        pointer.putLong(8, Buffer.memoryAddress(program));
        try {
            one.setRawOpt(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, pointer);
            return true;
        } catch (IOException | ChannelException e) { // Netty throws the one and declares the other
            log.warn("the kernel shares connections out by itself: {}", Errno.name(e));
            return false;
        } finally {
            Reference.reachabilityFence(program); // its memory is freed with it, and the kernel has read it now
        }
    }

    /** Draws a number of 32 bits and finds whose part of all numbers it falls into. */
    private static ByteBuffer program(long[] rooms) {
        double total = Arrays.stream(rooms).sum();
        int last = rooms.length - 1;
        while (rooms[last] == 0) {
            last--;
        }
        ByteBuffer program = direct((2 + 2 * last) * INSTRUCTION);
        put(program, LOAD, 0, RANDOM);
        double before = 0;
        for (int i = 0; i < last; i++) {
            before += rooms[i];
            put(program, JUMP_IF_AT_LEAST, 1, (int) (long) (before / total * 0xFFFF_FFFFL)); // then past the next
            put(program, RETURN, 0, i);
        }
        put(program, RETURN, 0, last);
        return program;
    }

    private static void put(ByteBuffer program, int code, int whenTrue, int k) {
        program.putShort((short) code).put((byte) whenTrue).put((byte) 0).putInt(k);
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
