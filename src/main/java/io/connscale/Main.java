package io.connscale;

import io.connscale.agent.AgentMain;
import io.connscale.agent.ThreadWorkers;
import io.connscale.cluster.LocalWorkers;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.console.CommandException;
import io.connscale.console.Console;
import io.connscale.console.StartOptions;
import io.connscale.control.Exhausted;
import io.connscale.control.Threads;
import io.connscale.control.Version;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * The way in: the same program as console (what a user starts) and as agent (what a launcher starts), told apart by the
 * first argument.
 */
public final class Main {
    private static final String AGENT = "agent";
    private static final String TRAIN = "cds-train";
    /** Beside {@code java.base}; {@code probe.sh} looks for them, too. */
    private static final Set<String> FOR_ALL = Set.of("java.xml", "jdk.management");
    /** SSH has keys on elliptic curves, which are in java.base from Java 22 on; JLine has signals. */
    private static final Set<String> FOR_A_CONSOLE = Runtime.version().feature() < 22
            ? Set.of("java.xml", "jdk.management", "jdk.unsupported", "jdk.crypto.ec")
            : Set.of("java.xml", "jdk.management", "jdk.unsupported");

    private static final long EXIT_SECONDS = 10;

    private Main() {}

    /** Ends the process: with 0 where all worked, else as {@code docs/} and {@code --help} say. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // what is printed can be typed again, whatever digits the language has
        boolean agent = args.length > 0 && args[0].equals(AGENT);
        refuseWithout(agent ? FOR_ALL : FOR_A_CONSOLE);
        if (agent) {
            // At once, without waiting for loops to close their sockets one by one: the kernel closes them all.
            Runtime.getRuntime().halt(agent());
        }
        exit(args.length > 0 && args[0].equals(TRAIN) ? train() : console(args));
    }

    /** A screen that is held (Ctrl-S) must not keep the program from ending, and where memory is full nothing can be ended in order. */
    static void exit(int code) {
        if (code == Exhausted.EXIT) {
            Runtime.getRuntime().halt(code);
        }
        try {
            Threads.start("exit-limit", () -> {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(EXIT_SECONDS));
                Runtime.getRuntime().halt(code);
            });
        } catch (OutOfMemoryError e) {
            // no thread is left to watch over the end
        }
        System.exit(code);
    }

    /** Says it here: a class that is missing would be told of by its name alone, in the middle of something. */
    private static void refuseWithout(Set<String> needed) {
        Set<String> there =
                ModuleLayer.boot().modules().stream().map(Module::getName).collect(Collectors.toSet());
        String missing =
                needed.stream().filter(name -> !there.contains(name)).sorted().collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            System.err.println("error: this Java lacks module " + missing + ": " + System.getProperty("java.home")
                    + "\n  JAVA_HOME names the Java to use: a JDK has all modules");
            Runtime.getRuntime().halt(Console.WRONG_USAGE);
        }
    }

    private static int train() {
        try {
            CdsTraining.run();
            return Console.WORKED;
        } catch (IOException | InterruptedException e) {
            log("CDS training: " + e);
            return Console.FAILED;
        }
    }

    /** An agent that a thread of its own has failed counts wrongly from then on: it ends, and its console says why. */
    private static int agent() {
        LocalWorkers workers = LocalWorkers.likeThisAgent();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            int code = failed(thread.getName(), failure);
            workers.close();
            Runtime.getRuntime().halt(code);
        });
        try (workers) {
            serveConsole(workers);
            return Console.WORKED;
        } catch (RuntimeException | OutOfMemoryError e) { // no thread left for its first ones
            return failed("main", e);
        }
    }

    /** Says so on standard error, without the logger, which may need memory that is not there; the exit code. */
    private static int failed(String thread, Throwable failure) {
        System.err.println(thread + ": " + failure);
        if (Exhausted.of(failure).isPresent()) {
            return Exhausted.EXIT;
        }
        log(thread + " failed", failure);
        return Console.FAILED;
    }

    private static void serveConsole(LocalWorkers workers) {
        AgentLog.choose();
        OutputStream channel = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err); // whoever prints by mistake must not break the channel
        Transport transport = Transport.best();
        ThreadWorkers beside = new ThreadWorkers(transport, PingPongServer::new, workers);
        AgentMain.run(
                System.in,
                channel,
                transport,
                settings -> new PingPongServer(settings, transport, beside, Main::log),
                beside);
    }

    /** Not before: the console says first where its log is. */
    private static void log(String notice) {
        LoggerFactory.getLogger(Main.class).warn(notice);
    }

    private static void log(String notice, Throwable failure) {
        LoggerFactory.getLogger(Main.class).error(notice, failure);
    }

    private static int console(String[] args) {
        try {
            StartOptions options = StartOptions.parse(args);
            if (options.help()) {
                System.out.println(StartOptions.usage());
                return Console.WORKED;
            }
            if (options.version()) {
                System.out.println("connscale " + Version.full());
                return Console.WORKED;
            }
            return new ConsoleProcess(options).run();
        } catch (CommandException e) {
            return wrongUsage(e);
        } catch (Error e) { // before the console has begun
            Optional<Exhausted> known = Exhausted.of(e);
            if (known.isEmpty() && !Exhausted.isFull(e)) {
                throw e;
            }
            Exhausted what = known.orElse(Exhausted.HEAP);
            System.err.println(new CommandException(what.text(), what.hint()).text());
            return Exhausted.EXIT;
        } catch (HostsFileException e) {
            return wrongUsage(new CommandException(String.valueOf(e.getMessage()), ""));
        }
    }

    private static int wrongUsage(CommandException e) {
        System.err.println(e.text());
        return Console.WRONG_USAGE;
    }
}
