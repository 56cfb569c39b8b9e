package io.connscale.console;

import io.connscale.console.Answer.Format;
import io.connscale.control.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The words after {@code connscale-console}; {@code Main} asks for them once. */
@Command(
        name = "connscale-console",
        sortOptions = false,
        customSynopsis = {
            "connscale-console [--hosts FILE] [-e COMMAND]... [-f FILE]",
            "         [-o table|json|csv] [--serve] [--keep-going] [--run FOLDER | --no-record]",
            "         [--keep N] [--junit FILE] [--page PORT] [--no-pager] [-v] [--version] [--help]"
        },
        description = "How many TCP connections does this hardware sustain, and what stops it?",
        footer = {
            "",
            "Without -e, -f and --serve: interactive on a terminal, otherwise commands are read from standard input.",
            "Exit codes: 0 all commands worked, 1 a command failed or --junit's FILE was not written, "
                    + "2 wrong usage or hosts file, 3 out of memory, 99 an expectation was not met, 130 interrupted, 143 terminated."
        })
public final class StartOptions {
    private static final String HINT = "connscale-console --help lists the options";

    @Option(
            names = "--hosts",
            paramLabel = "FILE",
            description = "hosts file (default: hosts.yaml in the working directory, or beside bin/)")
    private @Nullable Path hosts;

    @Option(names = "-e", paramLabel = "COMMAND", arity = "1", description = "run COMMAND and exit; may be repeated")
    private List<String> commands = new ArrayList<>();

    @Option(
            names = "-f",
            paramLabel = "FILE",
            description = "run the script FILE, one command per line, after the -e commands")
    private @Nullable Path script;

    @Option(
            names = "-o",
            paramLabel = "table|json|csv",
            converter = FormatWord.class,
            description = "format of answers (default: table)")
    private Format format = Format.TABLE;

    @Option(
            names = "--serve",
            description = "then keep the server and all connections until SIGTERM or Ctrl-C; starts the server")
    private boolean serve;

    @Option(
            names = "--run",
            paramLabel = "FOLDER",
            description = "record this run in FOLDER (default: a new one in ~/.connscale/runs)")
    private @Nullable Path run;

    @Option(
            names = "--page",
            paramLabel = "PORT",
            description = "serve this run's page and metrics at http://localhost:PORT/, 0: any free port")
    private @Nullable Integer page;

    @Option(names = "--no-record", description = "do not record this run")
    private boolean noRecord;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "remove old runs without a name until N are left (default: 50)")
    private @Nullable Integer keep;

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "write what expect checked, and what failed, as JUnit's XML")
    private @Nullable Path junit;

    @Option(names = "--no-pager", description = "print long answers at once, on a terminal too")
    private boolean noPager;

    @Option(names = "--keep-going", description = "continue after a command that failed")
    private boolean keepGoing;

    @Option(names = "-v", description = "log more")
    private boolean[] verbose = {};

    @Option(names = "--version", description = "print the version and exit")
    private boolean version;

    @Option(names = "--help", description = "print this help and exit")
    private boolean help;

    /** picocli's own words would be those of Java's enum. */
    private static final class FormatWord implements ITypeConverter<Format> {
        @Override
        public Format convert(String word) {
            return Arrays.stream(Format.values())
                    .filter(format -> format.toString().equals(word))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("-o " + Quantity.quoted(word) + ": write table, json or csv"));
        }
    }

    private StartOptions() {}

    /**
     * Reads the program's arguments.
     *
     * @throws CommandException wrong usage, in words for the user: exit code 2
     */
    public static StartOptions parse(String... args) throws CommandException {
        StartOptions options = new StartOptions();
        try {
            picocli(options).parseArgs(args);
        } catch (UnmatchedArgumentException e) {
            throw unmatched(e.getUnmatched().get(0));
        } catch (ParameterException e) {
            throw Grammar.Misuse.of(e, HINT);
        }
        Integer keep = options.keep;
        if (keep != null && keep < 0) {
            throw new CommandException("--keep " + keep + " is out of range", "--keep takes 0 or more");
        }
        Path file = options.script;
        if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
            throw new CommandException("cannot read the script " + file, "check its name and permissions");
        }
        return options;
    }

    private static CommandLine picocli(StartOptions options) {
        return new CommandLine(options).setExpandAtFiles(false);
    }

    private static CommandException unmatched(String word) {
        String shown = Quantity.quoted(word);
        return word.startsWith("-")
                ? new CommandException("unknown option " + shown, HINT)
                : new CommandException("unexpected word " + shown, "to run a command: -e " + shown);
    }

    /** What {@code --help} prints. */
    public static String usage() {
        return picocli(new StartOptions()).getUsageMessage(Ansi.OFF).stripTrailing();
    }

    public @Nullable Path hosts() {
        return hosts;
    }

    /** The {@code -e} commands in their order; they run before the script. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    public @Nullable Path script() {
        return script;
    }

    public Format format() {
        return format;
    }

    /** Where the run is to be recorded; null: in a new folder. */
    public @Nullable Path run() {
        return run;
    }

    /** Where the expectations are to be written as JUnit's XML; null: nowhere. */
    public @Nullable Path junit() {
        return junit;
    }

    /** The port of the run's page; null: none is served. */
    public @Nullable Integer page() {
        return page;
    }

    /** How many earlier runs without a name are kept; null: as many as by default. */
    public @Nullable Integer keep() {
        return keep;
    }

    public boolean records() {
        return !noRecord;
    }

    public boolean keepGoing() {
        return keepGoing;
    }

    /** Whether the server and the connections are to be kept once the commands have run. */
    public boolean serve() {
        return serve;
    }

    public boolean pager() {
        return !noPager;
    }

    /** How often {@code -v} was given. */
    public int verbosity() {
        return verbose.length;
    }

    public boolean version() {
        return version;
    }

    public boolean help() {
        return help;
    }

    /** Whether there is something to run, so that nobody is asked. */
    public boolean batch() {
        return serve || !commands.isEmpty() || script != null;
    }
}
