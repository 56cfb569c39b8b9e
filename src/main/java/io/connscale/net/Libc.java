package io.connscale.net;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;

/**
 * Calls of the C library that neither Java 17 nor Netty makes, by JNA. Unless one says that it throws, what failed is below zero, and why
 * is {@link Native#getLastError()}. Where JNA's native library can't be loaded each throws a {@link LinkageError}.
 */
final class Libc {
    static {
        System.setProperty("jna.nosys", "true"); // JNA's own library, and not one of this machine's
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int unshare(int flags) throws LastErrorException;

    static native long syscall(long number, long first, long second, long third, long fourth, long fifth, long sixth);

    static native long mmap(long at, long length, int protection, int flags, int file, long offset);

    static native int munmap(long at, long length);

    /** Gives the descriptor free whatever it says. */
    static native int close(int file);
}
