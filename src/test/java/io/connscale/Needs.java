package io.connscale;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a test needs of the machine. Where it is missing the test is skipped and says what is missing; under {@code CI=true}
 * it fails instead, since there nothing may be skipped unseen. Called first thing in a test or a {@code @BeforeAll}.
 */
public final class Needs {
    public static final String PYTHON = "/usr/bin/python3";

    private static final Needs HERE = new Needs(System.getenv());

    private final Map<String, String> environment;

    Needs(Map<String, String> environment) {
        this.environment = environment;
    }

    /** A terminal that a test can type into and read. */
    public static void tmux() {
        command("tmux");
    }

    /** The right to make network namespaces, change limits, read every process. */
    public static void root() {
        HERE.that("root".equals(System.getProperty("user.name")), "the user root");
    }

    /** A program on {@code PATH}, by the name that it is called by. */
    public static void command(String name) {
        HERE.that(HERE.onPath(name), name + " on PATH");
    }

    /** A module of the Python that Debian's packages are for; another one may stand first on {@code PATH}. */
    public static void debiansPython(String module) {
        boolean there;
        try {
            there = new ProcessBuilder(PYTHON, "-c", "import " + module).start().waitFor() == 0;
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        HERE.that(there, "Python's module " + module);
    }

    void that(boolean there, String what) {
        if (!there && "true".equals(environment.get("CI"))) {
            fail("needs " + what + ", and CI=true: .ci/run has to install it");
        }
        assumeTrue(there, "needs " + what);
    }

    boolean onPath(String name) {
        String path = environment.getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path program = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                return true;
            }
        }
        return false;
    }
}
