package io.connscale.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;

/**
 * Calls of the C library for netlink(7), which Java has no sockets for, by JNA. What fails throws with errno; where JNA's native library can't be
 * loaded (no folder for it, another libc), each call throws a {@link LinkageError}.
 */
final class Libc {
    static {
        System.setProperty("jna.nosys", "true"); // its own library, and not one of this machine's
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    /** socket(2). */
    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    /** send(2). */
    static native long send(int socket, byte[] bytes, long length, int flags) throws LastErrorException;

    /** recv(2). */
    static native long recv(int socket, byte[] buffer, long length, int flags) throws LastErrorException;

    /** close(2). */
    static native int close(int file) throws LastErrorException;
}
