package io.connscale.cluster.deploy;

import io.connscale.kernel.Limits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a probe found on a host.
 *
 * @param system the kernel's name, {@code Linux}
 * @param machine the hardware's name, {@code x86_64}
 * @param limits those that an agent there will begin with
 * @param javas all that were found, as they were looked for; too old and broken ones too
 * @param cache the cache folder's path, empty where the host has no home folder
 * @param shared why another user may have put something into the cache folder, or empty where nobody else can
 * @param unwritable why nothing can be written to the cache folder, or empty where it can be
 * @param freeKiB free on the cache folder's file system, for this user; {@value #UNKNOWN} where the host does not tell
 * @param jarThere whether the jar is in the cache folder, with the right SHA-256; false where nothing there can tell
 * @param terminal whether the launcher gives a terminal, on which no jar and no message gets through as it is
 * @param ignored variables of the environment there that agents do not get, since each JVM would read them
 */
public record HostFacts(
        String system,
        String machine,
        Limits limits,
        List<FoundJava> javas,
        Optional<String> cache,
        Optional<String> shared,
        Optional<String> unwritable,
        long freeKiB,
        boolean jarThere,
        boolean terminal,
        List<String> ignored) {
    public static final long UNKNOWN = -1;

    private static final Set<String> NATIVE = Set.of("x86_64", "amd64", "aarch64", "arm64");

    public HostFacts {
        javas = List.copyOf(javas);
        ignored = List.copyOf(ignored);
    }

    /** Whether the jar has native code for it; elsewhere the agent works too, by Java's own means, and costs more. */
    public boolean nativeTransport() {
        return system.equals("Linux") && NATIVE.contains(machine);
    }
}
