package io.connscale.cluster.config;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine's name, as other machines may know it. */
final class ThisMachine {
    /** What {@code uname -n} says (proc(5)); asks no name server, which may take many seconds to say nothing. */
    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    private ThisMachine() {}

    static String name() {
        try {
            return Address.checked(Files.readAllLines(KERNEL_NAME).get(0).strip());
        } catch (IOException | IllegalArgumentException e) {
            return fromJava();
        }
    }

    private static String fromJava() {
        try {
            return Address.checked(InetAddress.getLocalHost().getHostName());
        } catch (IOException | IllegalArgumentException e) {
            return "localhost";
        }
    }
}
