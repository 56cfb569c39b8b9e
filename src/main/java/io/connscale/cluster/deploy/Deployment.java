package io.connscale.cluster.deploy;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.deploy.Deployment.Installation.Copying;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final RuntimeImage runtime;

    public Deployment(Jar jar) {
        this(jar, STALE_SECONDS);
    }

    Deployment(Jar jar, int staleSeconds) {
        this(
                jar,
                staleSeconds,
                new RuntimeImage(
                        jar.path().toAbsolutePath().resolveSibling(""),
                        Jar.archives().orElse(jar.path().toAbsolutePath()).resolveSibling("")));
    }

    /** @param runtime brought to hosts without Java where hosts.yaml says so */
    Deployment(Jar jar, int staleSeconds, RuntimeImage runtime) {
        this.jar = jar;
        this.staleSeconds = staleSeconds;
        this.runtime = runtime;
    }

    /**
     * Looks at the host, and copies the jar where it isn't there. Takes at most minutes, seconds as a rule.
     *
     * @param java the program that {@code hosts.yaml} names, {@link HostConfig#BRING}, or empty to find one
     * @param steps hears what is being done, in a few words, for a progress line; from another thread
     * @throws AgentException what is missing there, without the host's name
     * @throws InterruptedException where the user gave up; nothing is left there but a temporary file, for a day at most
     */
    public Installation ensure(Launcher launcher, Optional<String> java, Consumer<String> steps)
            throws AgentException, InterruptedException {
        steps.accept("looking at the host");
        boolean brings = java.equals(Optional.of(HostConfig.BRING));
        HostFacts facts = Probe.of(launcher, jar, brings ? Optional.empty() : java);
        if (facts.terminal()) {
            throw new AgentException(
                    "the launcher gives a terminal, on which nothing gets through as it is",
                    "leave out its option for that: -t of docker and kubectl, -tt of ssh");
        }
        Optional<FoundJava> found = brings ? FoundJava.good(facts) : Optional.of(FoundJava.best(facts, java));
        String folder = folder(facts);
        if (facts.shared().isPresent()) {
            throw new AgentException(
                    "cache folder " + folder + " " + facts.shared().get() + ": nothing in it is run",
                    "remove it there, or have XDG_CACHE_HOME there name a folder of your own");
        }
        FoundJava chosen = found.isPresent() ? found.get() : bring(launcher, facts, folder, steps);
        Copying copying = facts.jarThere() ? Copying.NONE : copy(launcher, facts, folder, steps);
        return new Installation(facts, chosen, folder + "/" + jar.remoteName(), copying);
    }

    private static String folder(HostFacts facts) throws AgentException {
        return facts.cache()
                .orElseThrow(() -> new AgentException(
                        "the user has no home folder, and the jar needs a folder to be kept in",
                        "set HOME or XDG_CACHE_HOME there"));
    }

    /** There is no Java that would do: one of ours is there already, or is taken there. */
    private FoundJava bring(Launcher launcher, HostFacts facts, String folder, Consumer<String> steps)
            throws AgentException, InterruptedException {
        if (!facts.system().equals("Linux")) {
            throw new AgentException(
                    "no Java, and none to bring for " + facts.system(), "install Java 17 or newer there");
        }
        steps.accept("looking for a Java to bring");
        Jar archive = runtime.archive(facts.machine());
        writable(facts, folder);
        String home = "java-" + archive.sha256();
        String said = RemoteScript.run(
                launcher,
                "runtime.sh",
                List.of(folder, home, Long.toString(archive.size()), archive.sha256()),
                Copy.SECONDS,
                script -> Copy.dialogue(script, archive, "copying Java", steps));
        String[] words = said.split(" ", 2);
        String more = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "present", "stored" -> {
                return new FoundJava("brought", more, "", folder + "/" + home + "/bin/java");
            }
            case "short" -> throw Copy.broken("of Java", more + " of " + archive.size() + " bytes arrived");
            case "differs" -> throw Copy.broken("of Java", "its SHA-256 is " + more + ", not " + archive.sha256());
            case "broken" ->
                throw new AgentException(
                        "the Java that was brought does not run there: " + more,
                        "may programs be executed in " + folder + "? XDG_CACHE_HOME there names another place");
            default ->
                throw more.contains("No space left")
                        ? Copy.noSpace(folder, more)
                        : new AgentException(
                                "Java can't be brought to " + folder + ": " + more,
                                "XDG_CACHE_HOME there names another place");
        }
    }

    private static void writable(HostFacts facts, String folder) throws AgentException {
        if (facts.unwritable().isPresent()) {
            throw new AgentException(
                    "cache folder " + folder + " is not writable: "
                            + facts.unwritable().get(),
                    "XDG_CACHE_HOME there names another place");
        }
    }

    private Copying copy(Launcher launcher, HostFacts facts, String folder, Consumer<String> steps)
            throws AgentException, InterruptedException {
        writable(facts, folder);
        long needed = jar.size() / KIB + SPARE_KIB;
        if (facts.freeKiB() != HostFacts.UNKNOWN && facts.freeKiB() < needed) {
            throw Copy.noSpace(folder, "needs " + needed + " KiB, has " + Math.max(0, facts.freeKiB()) + " KiB");
        }
        return new Copy(jar, folder, staleSeconds, steps).over(launcher);
    }

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

    /** Copies the jar to one host, by its standard input, and waits where another is copying it there already. */
    static final class Copy {
        private static final Logger log = LoggerFactory.getLogger(Copy.class);
        /** For all of it: a jar of 7.5 MB at 13 KB/s. */
        private static final int SECONDS = 600;

        private final Jar jar;
        private final String folder;
        private final int staleSeconds;
        private final Consumer<String> steps;

        /** @param staleSeconds without progress after which a copy counts as broken off */
        Copy(Jar jar, String folder, int staleSeconds, Consumer<String> steps) {
            this.jar = jar;
            this.folder = folder;
            this.staleSeconds = staleSeconds;
            this.steps = steps;
        }

        Copying over(Launcher launcher) throws AgentException, InterruptedException {
            List<String> arguments = List.of(
                    folder, jar.remoteName(), Long.toString(jar.size()), jar.sha256(), Integer.toString(staleSeconds));
            return done(RemoteScript.run(
                    launcher,
                    "deploy.sh",
                    arguments,
                    SECONDS,
                    script -> dialogue(script, jar, "copying the jar", steps)));
        }

        /** The script's last line. */
        static Optional<String> dialogue(RemoteScript script, Jar what, String step, Consumer<String> steps)
                throws IOException {
            Optional<String> line = script.hear();
            for (; line.isPresent(); line = script.hear()) {
                switch (line.get()) {
                    case "waiting" -> steps.accept("waiting for another copy of the jar");
                    case "send" -> {
                        steps.accept(step);
                        send(script, what);
                    }
                    default -> {
                        return line;
                    }
                }
            }
            return line;
        }

        private static void send(RemoteScript script, Jar what) {
            try (OutputStream to = script.to()) {
                Files.copy(what.path(), to);
            } catch (IOException e) {
                log.debug("copying", e); // the script says what it has got
            }
        }

        private Copying done(String last) throws AgentException {
            String[] words = last.split(" ", 2);
            String said = words.length > 1 ? words[1] : "";
            return switch (words[0]) {
                case "present" -> Copying.NONE;
                case "stored" -> said.equals("checked") ? Copying.CHECKED : Copying.SIZE_CHECKED;
                case "short" -> throw broken("of the jar", said + " of " + jar.size() + " bytes arrived");
                case "differs" -> throw broken("of the jar", "its SHA-256 is " + said + ", not " + jar.sha256());
                default -> throw said.contains("No space left") ? noSpace(folder, said) : failed(said);
            };
        }

        static AgentException noSpace(String folder, String what) {
            return new AgentException(
                    "no space for the jar in " + folder + ": " + what,
                    "make room there; XDG_CACHE_HOME there names another place");
        }

        static AgentException broken(String of, String what) {
            return new AgentException(
                    "the copy " + of + " broke: " + what,
                    "try again; was it built anew meanwhile? then start the console anew");
        }

        private AgentException failed(String said) {
            return new AgentException(
                    "the jar can't be copied to " + folder + ": " + said,
                    said.contains("No such file") // though the look at the host has just made it
                            ? "is each command there a new container, as podman run has it? then take an image that has the jar,"
                                    + " or a volume for it"
                            : "XDG_CACHE_HOME there names another place");
        }
    }
}
