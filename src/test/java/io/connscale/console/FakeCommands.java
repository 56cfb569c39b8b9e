package io.connscale.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands of the same shape as the real ones, that tell what they were given. */
final class FakeCommands {
    private FakeCommands() {}

    interface Fake {
        Answer run(Shell shell) throws CommandException, InterruptedException;
    }

    static CommandLine root() {
        return new CommandLine(CommandSpec.create().name("connscale"))
                .addSubcommand(new Connections())
                .addSubcommand(new Count())
                .addSubcommand(new Start())
                .addSubcommand(new Stop())
                .addSubcommand(new Server())
                .addSubcommand(new Fail())
                .addSubcommand(new Broken())
                .addSubcommand(new Wait())
                .addSubcommand(new Talk())
                .addSubcommand(new Open())
                .addSubcommand(new Exit());
    }

    static Answer said(String text) {
        return new Answer(Map.of("said", text), new Table(List.of("said"), List.of(List.of(text))), List.of(text));
    }

    @Command(
            name = "connections",
            description = "Connections.",
            subcommands = {ConnectionsStart.class, ConnectionsStop.class})
    static final class Connections {}

    @Command(name = "start", description = "Open connections.")
    static final class ConnectionsStart implements Fake {
        @Option(names = "--rate", paramLabel = "R")
        @Nullable
        String rate;

        @Option(names = "--no-wait")
        boolean noWait;

        @Parameters(index = "0", paramLabel = "N", converter = CountWord.class)
        @Nullable
        Long n;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "HOST")
        List<String> hosts = new ArrayList<>();

        @Override
        public Answer run(Shell shell) {
            return said(n + " on " + String.join("+", hosts) + " rate " + rate + (noWait ? " no wait" : ""));
        }
    }

    @Command(name = "stop", description = "End connections.")
    static final class ConnectionsStop implements Fake {
        @Parameters(index = "0", paramLabel = "N")
        @Nullable
        String n;

        @Override
        public Answer run(Shell shell) {
            return said("stopped " + n);
        }
    }

    static final class CountWord implements CommandLine.ITypeConverter<Long> {
        @Override
        public Long convert(String word) {
            return io.connscale.control.Quantity.count(word);
        }
    }

    @Command(name = "count", description = "Count connections.")
    static final class Count implements Fake {
        @Parameters(arity = "0..*", paramLabel = "HOST")
        List<String> hosts = new ArrayList<>();

        @Override
        public Answer run(Shell shell) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("server", Map.of("established", 10_000));
            json.put("difference", 0);
            Table table = new Table(
                    List.of("", "established", "note"),
                    List.of(List.of("server", 10_000L, ""), List.of("client1", "", "says \"hi\", twice")));
            return new Answer(json, table, List.of());
        }
    }

    @Command(name = "start", description = "Start agents.")
    static final class Start implements Fake {
        @Parameters(arity = "1..*", paramLabel = "HOST")
        List<String> hosts = new ArrayList<>();

        @Override
        public Answer run(Shell shell) {
            return said("started " + String.join("+", hosts));
        }
    }

    @Command(name = "stop", description = "Stop agents.")
    static final class Stop implements Fake {
        @Override
        public Answer run(Shell shell) {
            return said("stopped");
        }
    }

    @Command(name = "server", description = "The server.", subcommands = ServerStatus.class)
    static final class Server implements Fake {
        @Override
        public Answer run(Shell shell) {
            return said("server");
        }
    }

    @Command(name = "status", description = "The server's state.")
    static final class ServerStatus implements Fake {
        @Override
        public Answer run(Shell shell) {
            return said("server status");
        }
    }

    @Command(name = "fail", description = "Fail.")
    static final class Fail implements Fake {
        @Option(names = "--partly")
        boolean partly;

        @Override
        public Answer run(Shell shell) throws CommandException {
            throw new CommandException("it failed", "try again", partly ? said("half") : null);
        }
    }

    @Command(name = "broken", description = "Broken.")
    static final class Broken implements Fake {
        @Parameters(paramLabel = "HOW")
        String how = "";

        @Override
        public Answer run(Shell shell) {
            if (how.equals("overflow")) {
                return run(shell);
            }
            if (how.equals("memory-of-a-class")) {
                throw new ExceptionInInitializerError(new OutOfMemoryError("Java heap space"));
            }
            if (how.startsWith("memory")) {
                throw new OutOfMemoryError(how.equals("memory") ? "Java heap space" : "unable to create native thread");
            }
            throw new IllegalStateException("two\nlines");
        }
    }

    /** Runs until it is interrupted. */
    @Command(name = "wait", description = "Wait.")
    static final class Wait implements Fake {
        static volatile CountDownLatch running = new CountDownLatch(1);

        /** Whether Ctrl-C is answered with how far it came. */
        @Option(names = "--politely")
        boolean politely;

        /** Whether it does not end on Ctrl-C at all. */
        @Option(names = "--for-ever")
        boolean forEver;

        /** Whether there is something to be said of it before it ends. */
        @Option(names = "--half-done")
        boolean halfDone;

        @Override
        public Answer run(Shell shell) throws InterruptedException {
            if (halfDone) {
                shell.soFar(() -> said("half of it came up"));
            }
            shell.progress("waiting, 1/2 done");
            running.countDown();
            do {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    if (!politely && !forEver) {
                        throw e;
                    }
                }
            } while (forEver);
            return said("came half way");
        }
    }

    @Command(name = "talk", description = "Talk.")
    static final class Talk implements Fake {
        @Override
        public Answer run(Shell shell) {
            shell.progress("half done");
            shell.notice("an agent is\u001b[2J lost");
            return said("talked");
        }
    }

    @Command(name = "open", description = "Run a script.")
    static final class Open implements Fake {
        @Parameters(paramLabel = "FILE")
        @Nullable
        Path file;

        @Override
        public Answer run(Shell shell) throws CommandException, InterruptedException {
            shell.runScript(java.util.Objects.requireNonNull(file));
            return said("opened");
        }
    }

    @Command(name = "exit", description = "Leave.")
    static final class Exit implements Fake {
        @Override
        public Answer run(Shell shell) {
            shell.exit();
            return new Answer(Map.of(), new Table(List.of(), List.of()), List.of());
        }
    }
}
