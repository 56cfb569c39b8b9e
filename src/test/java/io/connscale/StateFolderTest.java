package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.status.ErrorStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Where the log and the history are, who may read them, and what stands in the log. */
@Timeout(30)
class StateFolderTest {
    @TempDir
    private Path folder;

    private StateFolder named(Path state) {
        return StateFolder.choose(Map.of("CONNSCALE_STATE", state.toString()), "/root", folder);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static Path made(Path file, String mode) throws IOException {
        Files.createFile(file);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void nobodyElseReadsIt() throws Exception {
        StateFolder state = named(folder.resolve("new"));
        assertThat(state.notice()).isEmpty();
        assertThat(mode(folder.resolve("new"))).isEqualTo("rwx------");
        assertThat(mode(state.log())).isEqualTo("rw-------");
    }

    @Test
    void whatAnEarlierReleaseLeftOpenIsClosedAndAFolderThatTheUserNamedKeepsItsMode() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Path usual = Files.createDirectory(home.resolve(".connscale"));
        made(usual.resolve("connscale.log"), "rw-rw-rw-");
        made(usual.resolve("history"), "rw-r--r--");
        Files.setPosixFilePermissions(usual, PosixFilePermissions.fromString("rwxrwxrwx"));
        StateFolder.choose(Map.of(), home.toString(), folder);
        assertThat(mode(usual)).isEqualTo("rwx------");
        assertThat(mode(usual.resolve("connscale.log"))).isEqualTo("rw-------");
        assertThat(mode(usual.resolve("history"))).isEqualTo("rw-------");

        Path mine = Files.setPosixFilePermissions(
                Files.createDirectory(folder.resolve("mine")), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(mode(named(mine).log())).isEqualTo("rw-------");
        assertThat(mode(mine)).isEqualTo("rwxrwxrwx");
    }

    @Test
    void aLogThatIsALinkToNothingIsNamed() throws Exception {
        Path state = Files.createDirectory(folder.resolve("links"));
        Files.createSymbolicLink(state.resolve("connscale.log"), folder.resolve("nowhere/file"));
        assertThat(named(state).notice().orElseThrow())
                .startsWith("no log is kept in " + state + "/connscale.log: a symbolic link to what is not there · ");
    }

    @Test
    void aFolderThatIsAFileAndALogThatIsAFifoAreNamedAtOnce() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(named(file).notice())
                .contains("no log is kept in " + file + "/connscale.log: " + file
                        + " is not a folder · CONNSCALE_STATE names another folder");
        Path state = Files.createDirectory(folder.resolve("fifo"));
        Process mkfifo = new ProcessBuilder("mkfifo", state + "/connscale.log").start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(named(state).notice())
                .hasValueSatisfying(why -> assertThat(why).contains("is not a file"));
        LoggerContext context = logging(state); // and logging to it waits for nobody
        context.getLogger("io.connscale").info("heard by nobody");
        context.stop();
    }

    @Test
    void aUserWhomTheSystemDoesNotKnowHasTheFolderOfHomeOrOneOfTheSession() {
        Path home = folder.resolve("home");
        Path runtime = folder.resolve("run");
        Map<String, String> variables = Map.of("HOME", home.toString(), "XDG_RUNTIME_DIR", runtime.toString());
        assertThat(StateFolder.choose(variables, "?", folder).log())
                .isEqualTo(home.resolve(".connscale/connscale.log"));
        Map<String, String> unusable = Map.of("HOME", "/proc", "XDG_RUNTIME_DIR", runtime.toString());
        StateFolder session = StateFolder.choose(unusable, "?", folder);
        assertThat(session.log()).isEqualTo(runtime.resolve("connscale/connscale.log"));
        assertThat(session.notice())
                .contains("this user has no home folder: the log and the history are kept in " + runtime
                        + "/connscale · CONNSCALE_STATE names another folder");
        assertThat(StateFolder.choose(Map.of(), "?", folder).log())
                .asString()
                .matches(".*/connscale-\\d+/connscale.log");
    }

    @Test
    void aTemporaryFolderThatAnotherUserMadeIsNotTaken() throws Exception {
        Needs.root();
        Path planted = Files.createDirectory(folder.resolve("connscale-0"));
        Files.setAttribute(planted, "unix:uid", 4242);
        assertThat(StateFolder.choose(Map.of(), "?", folder).notice())
                .hasValueSatisfying(why -> assertThat(why).contains("belongs to another user"));
    }

    @Test
    void aLogThatCanNotBeWrittenAnyMoreIsToldOfOnce() {
        List<String> notices = new ArrayList<>();
        StateFolder state = named(folder.resolve("full"));
        state.watch(notices::add);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        for (int i = 0; i < 3; i++) {
            context.getStatusManager()
                    .add(new ErrorStatus("IO failure", this, new IOException("No space left on device")));
        }
        assertThat(notices)
                .containsExactly("the log " + state.log()
                        + " can't be written any more: No space left on device · CONNSCALE_STATE names another folder");
    }

    @Test
    void whatOthersSayCanNotPassForALineOfTheLog() throws Exception {
        LoggerContext context = logging(folder);
        Logger log = context.getLogger("io.connscale.test");
        String forged = "\n2026-01-01 00:00:00.000 INFO  [main] i.c.Forged - - all is well\u001b[2J\u202e\u2028";
        log.info("banner of {}: {}", "h1", "hello" + forged);
        log.warn("it broke", new IOException("why" + forged));
        context.stop();

        List<String> lines = Files.readAllLines(folder.resolve("connscale.log"));
        assertThat(lines.stream().filter(line -> !line.startsWith("\t")))
                .hasSize(2)
                .noneMatch(line -> line.startsWith("2026-01-01"))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("banner of h1: hello"),
                        line -> assertThat(line).endsWith("it broke"));
        assertThat(lines).anyMatch(line -> line.startsWith("\t2026-01-01") && line.contains("all is well"));
        assertThat(String.join("", lines)).doesNotContainPattern("[\u001b\u202e\u2028]");
        assertThat(mode(folder.resolve("connscale.log"))).isEqualTo("rw-------");
    }

    /** The log as {@code conf/logback.xml} has it, in this folder. */
    private static LoggerContext logging(Path state) throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("connscale.state", state.toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Path.of("conf/logback.xml").toFile());
        context.getLogger("io.connscale").setLevel(Level.INFO);
        return context;
    }
}
