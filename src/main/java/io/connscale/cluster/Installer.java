package io.connscale.cluster;

import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.util.Optional;
import java.util.function.Consumer;

/** Sees to it that a host has what an agent needs; the cluster has one for all its hosts, which share the jar. */
@FunctionalInterface
interface Installer {
    /**
     * Looks at the host and copies the jar where it is not there yet.
     *
     * @param java as {@code hosts.yaml} names it; empty to find one there
     * @param steps hears what is being done, in a few words
     */
    Installation install(Launcher launcher, Optional<String> java, Consumer<String> steps)
            throws AgentException, InterruptedException;
}
