package io.connscale.cluster.deploy;

import io.connscale.control.AgentException;
import io.connscale.control.PlainText;
import io.connscale.control.Resource;
import io.connscale.control.Version;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Java for hosts that have none ({@code java: bring}), with what an agent needs. The one that was built with this connscale's packages, where it was
 * laid beside the jar or with the archives made for it. Otherwise the part of this console's own, linked by {@code jlink} and packed by {@code tar} the
 * first time, and kept with those archives; a console whose Java has no {@code jlink}, as the one in a package has none, brings that Java whole. For
 * another architecture it is linked from the modules that {@code CONNSCALE_JMODS} names: the folder {@code jmods} of a JDK of this version for that
 * machine.
 */
public final class RuntimeImage {
    private static final Logger log = LoggerFactory.getLogger(RuntimeImage.class);

    private static final Map<String, String> SAME = Map.of("amd64", "x86_64", "arm64", "aarch64");
    private static final String JMODS = "CONNSCALE_JMODS";
    private static final String OF_AGENTS = "agent "; // in the list of modules
    private static final String JLINK = "bin/jlink";
    private static final String PACKED = ".tar.gz";
    private static final long MAX_SECONDS = 120;

    private final Path beside;
    private final Path folder;
    private final Path home;
    private final String version;
    private final Optional<Path> foreign;

    /**
     * By this process's Java and environment.
     *
     * @param beside the jar's folder
     * @param folder where one is kept that is made here
     */
    RuntimeImage(Path beside, Path folder) {
        this(
                beside,
                folder,
                Path.of(System.getProperty("java.home")),
                System.getProperty("java.version"),
                Optional.ofNullable(System.getenv(JMODS)).map(Path::of));
    }

    RuntimeImage(Path beside, Path folder, Path home, String version, Optional<Path> foreign) {
        this.beside = beside;
        this.folder = folder;
        this.home = home;
        this.version = version;
        this.foreign = foreign;
    }

    /**
     * The packed image for such a machine; makes it where there is none, which takes some ten seconds. Any thread, one at a time.
     *
     * @param machine as {@code uname -m} says it
     */
    synchronized Jar archive(String machine) throws AgentException, InterruptedException {
        String own = kind(System.getProperty("os.arch"));
        String its = kind(machine);
        for (Path place : List.of(beside, folder)) { // of this very version, whose agents it was made for
            Path built = place.resolve(built(its));
            if (Files.isReadable(built)) {
                return Jar.of(built);
            }
        }
        String name = "runtime-" + version + "-" + Integer.toHexString(modules().hashCode()) + "-linux-" + its;
        Path file = folder.resolve(name + PACKED);
        if (!Files.isReadable(file)) {
            if (!its.equals(own) && foreign.isEmpty()) {
                throw new AgentException(
                        "no Java there, and none to bring for " + its + ": this console runs on " + own,
                        "set " + JMODS + " to the folder jmods of a JDK " + version + " for " + its + ", or lay "
                                + built(its) + " into " + beside);
            }
            make(file, its.equals(own) ? home.resolve("jmods") : foreign.orElseThrow(), its);
        }
        return Jar.of(file);
    }

    /** What {@code src/package/stage} calls it. */
    private static String built(String machine) {
        return "connscale-" + Version.program() + "-java-linux-" + machine + PACKED;
    }

    private static String kind(String machine) {
        return SAME.getOrDefault(machine, machine);
    }

    /** @param jmods the modules for that machine; of this machine's own kind where they are {@code home}'s */
    private void make(Path file, Path jmods, String machine) throws AgentException, InterruptedException {
        boolean links = Files.isExecutable(home.resolve(JLINK));
        if (!links && !jmods.startsWith(home)) {
            throw new AgentException(
                    "no Java to bring: " + home + " has no jlink to make one with",
                    "run the console with a JDK: JAVA_HOME names it");
        }
        if (!jmods.startsWith(home) && !Files.isReadable(jmods.resolve("java.base.jmod"))) {
            throw new AgentException(
                    "no Java to bring for " + machine + ": no java.base.jmod in " + jmods, otherModules(machine));
        }
        Path work = null;
        try {
            work = Files.createTempDirectory(folder, "runtime");
            Path packed = work.resolve("packed");
            if (links) {
                link(jmods, work.resolve("image"), work);
                String is = architecture(work.resolve("image/bin/java"));
                if (!is.equals(machine)) {
                    throw new AgentException(
                            "no Java to bring for " + machine + ": the modules in " + jmods + " are for " + is,
                            otherModules(machine));
                }
            }
            pack(links ? work.resolve("image") : home, packed, work);
            Files.move(packed, file, StandardCopyOption.ATOMIC_MOVE); // whole, or not there
        } catch (IOException e) {
            throw new AgentException(
                    "no Java to bring: it can't be made in " + folder + ": " + PlainText.why(e),
                    "is there room? CONNSCALE_STATE names another folder",
                    e);
        } finally {
            delete(work);
        }
    }

    private String otherModules(String machine) {
        return JMODS + " names the folder jmods of a JDK " + version + " for " + machine;
    }

    /** For what machine a program is, as {@code uname -m} says it (elf(5), e_machine). */
    static String architecture(Path program) throws IOException {
        byte[] head = new byte[20];
        try (InputStream in = Files.newInputStream(program)) {
            if (in.readNBytes(head, 0, head.length) < head.length) {
                throw new IOException(program + " is no program");
            }
        }
        int machine = ByteBuffer.wrap(head)
                .order(head[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .getShort(18);
        return switch (machine) {
            case 62 -> "x86_64";
            case 183 -> "aarch64";
            case 243 -> "riscv64";
            case 21 -> head[5] == 2 ? "ppc64" : "ppc64le";
            case 22 -> "s390x";
            default -> "machine " + machine;
        };
    }

    private void link(Path jmods, Path image, Path work) throws IOException, InterruptedException, AgentException {
        List<String> words = new ArrayList<>(List.of(home.resolve(JLINK).toString()));
        if (Files.isDirectory(jmods)) { // a JDK may link from itself (JEP 493)
            words.addAll(List.of("--module-path", jmods.toString()));
        }
        words.addAll(List.of(
                "--add-modules", modules(), "--strip-debug", "--no-header-files", "--no-man-pages", "--compress=2"));
        words.addAll(List.of("--output", image.toString()));
        run(words, work);
    }

    /** What an agent uses, and what its libraries look for. The packages' own Java is linked from the same list, and the console's below it. */
    private static String modules() {
        return Resource.text(RuntimeImage.class, "modules")
                .lines()
                .filter(line -> line.startsWith(OF_AGENTS))
                .map(line -> line.substring(OF_AGENTS.length()))
                .findFirst()
                .orElseThrow();
    }

    /** With what its links lead to, since a system's Java has its settings in {@code /etc}; without the class-data archives, which fit where they were made. */
    private static void pack(Path image, Path packed, Path work)
            throws IOException, InterruptedException, AgentException {
        run(List.of("tar", "-C", image.toString(), "-hczf", packed.toString(), "--exclude=*.jsa", "."), work);
    }

    private static void run(List<String> command, Path work) throws IOException, InterruptedException, AgentException {
        Path said = work.resolve("said");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            process.getOutputStream().close();
            boolean over = process.waitFor(MAX_SECONDS, TimeUnit.SECONDS);
            if (!over || process.exitValue() != 0) {
                String text = Files.readString(said, StandardCharsets.UTF_8).strip();
                String why = over ? PlainText.of(text, 200) : "not done within " + MAX_SECONDS + " s";
                throw new AgentException(
                        "no Java to bring: " + Path.of(command.get(0)).getFileName() + ": " + why,
                        "run it yourself: " + String.join(" ", command));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        } catch (IOException e) {
            log.debug("left behind: {}", folder, e);
        }
    }
}
