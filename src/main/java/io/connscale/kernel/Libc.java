package io.connscale.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;

/**
 * Calls of the C library that neither Java 17 nor Netty makes, by JNA. What fails throws with errno; where JNA's native library can't be loaded
 * (no folder for it, another libc), each call throws a {@link LinkageError}.
 */
public final class Libc {
    static {
        System.setProperty("jna.nosys", "true"); // its own library, and not one of this machine's
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    /** unshare(2). */
    public static native int unshare(int flags) throws LastErrorException;

    /** syscall(2), of a call with three arguments. */
    public static native long syscall(long number, long first, long second, long third) throws LastErrorException;

    /** close(2). */
    public static native int close(int file) throws LastErrorException;

    /** socket(2). */
    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    /** send(2). */
    static native long send(int socket, byte[] bytes, long length, int flags) throws LastErrorException;

    /** recv(2). */
    static native long recv(int socket, byte[] buffer, long length, int flags) throws LastErrorException;
}
