package io.connscale.cluster.deploy;

/**
 * A host on which an agent can start.
 *
 * @param java the Java that runs it
 * @param jar the jar's path there
 * @param copying whether the jar was there before
 */
public record Installation(HostFacts facts, FoundJava java, String jar, Copying copying) {
    /** What was done to have the jar there. */
    public enum Copying {
        /** It was there, or somebody else was just copying it. */
        NONE,
        /** Copied, size and SHA-256 checked over there. */
        CHECKED,
        /** Copied; the host has no program for SHA-256, so that only its size was checked. */
        SIZE_CHECKED
    }
}
