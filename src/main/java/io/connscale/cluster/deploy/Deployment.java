package io.connscale.cluster.deploy;

import io.connscale.cluster.deploy.Installation.Copying;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sees to it that a host has Java and the jar, over any launcher. The jar is kept there under its SHA-256, in the user's cache
 * folder; what is there already is not copied again. A file system mounted {@code noexec} doesn't matter: that forbids to execute
 * a file, and a jar is only read. Any thread; each host its own call, side by side.
 */
public final class Deployment {
    /** What must stay free beside the jar. */
    private static final long SPARE_KIB = 1024;

    private static final long KIB = 1024;
    /** A link that stalls for longer than that makes others copy the jar too. */
    private static final int STALE_SECONDS = 10;

    private final Jar jar;
    private final int staleSeconds;

    public Deployment(Jar jar) {
        this(jar, STALE_SECONDS);
    }

    Deployment(Jar jar, int staleSeconds) {
        this.jar = jar;
        this.staleSeconds = staleSeconds;
    }

    /**
     * Looks at the host, and copies the jar where it isn't there. Takes at most minutes, seconds as a rule.
     *
     * @param java the program that {@code hosts.yaml} names, or empty to find one
     * @param steps hears what is being done, in a few words, for a progress line; from another thread
     * @throws AgentException what is missing there, without the host's name
     * @throws InterruptedException where the user gave up; nothing is left there but a temporary file, for a day at most
     */
    public Installation ensure(Launcher launcher, Optional<String> java, Consumer<String> steps)
            throws AgentException, InterruptedException {
        steps.accept("looking at the host");
        HostFacts facts = Probe.of(launcher, jar, java);
        if (facts.terminal()) {
            throw new AgentException(
                    "the launcher gives a terminal, on which nothing gets through as it is",
                    "leave out its option for that: -t of docker and kubectl, -tt of ssh");
        }
        FoundJava chosen = JavaChoice.of(facts, java);
        String folder = folder(facts);
        if (facts.shared().isPresent()) {
            throw new AgentException(
                    "cache folder " + folder + " " + facts.shared().get() + ": nothing in it is run",
                    "remove it there, or have XDG_CACHE_HOME there name a folder of your own");
        }
        Copying copying = facts.jarThere() ? Copying.NONE : copy(launcher, facts, folder, steps);
        return new Installation(facts, chosen, folder + "/" + jar.remoteName(), copying);
    }

    private static String folder(HostFacts facts) throws AgentException {
        return facts.cache()
                .orElseThrow(() -> new AgentException(
                        "the user has no home folder, and the jar needs a folder to be kept in",
                        "set HOME or XDG_CACHE_HOME there"));
    }

    private Copying copy(Launcher launcher, HostFacts facts, String folder, Consumer<String> steps)
            throws AgentException, InterruptedException {
        if (facts.unwritable().isPresent()) {
            throw new AgentException(
                    "cache folder " + folder + " is not writable: "
                            + facts.unwritable().get(),
                    "XDG_CACHE_HOME there names another place");
        }
        long needed = jar.size() / KIB + SPARE_KIB;
        if (facts.freeKiB() != HostFacts.UNKNOWN && facts.freeKiB() < needed) {
            throw Copy.noSpace(folder, "needs " + needed + " KiB, has " + Math.max(0, facts.freeKiB()) + " KiB");
        }
        return new Copy(jar, folder, staleSeconds, steps).over(launcher);
    }
}
