package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.control.PlainText;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code page}: the run that goes on in a browser, and its metrics for Prometheus; docs/RUNS.md. It stays open until {@code page stop} or the console's end. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "page",
        description = "Serve a live page of this run, and its metrics for Prometheus, at an address of this machine.",
        subcommands = {PageCommand.Stop.class})
public final class PageCommand implements Command {
    private static final int MAX_PORT = 65_535;
    private static final String LOOPBACK = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", description = "default: 8990; 0: any that is free")
    private int port = 8990;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "default: " + LOOPBACK + "; 0.0.0.0: whoever reaches this machine can read it")
    private String bind = LOOPBACK;

    @Override
    public Answer run(CommandContext context) throws CommandException {
        if (port < 0 || port > MAX_PORT) {
            throw new CommandException("port " + port + " is out of range", "--port takes 0 to " + MAX_PORT);
        }
        boolean open = context.page().where().isPresent();
        String url;
        try {
            url = context.page().open(bind, port);
            if (!open) {
                follow(context);
            }
        } catch (UnknownHostException e) {
            throw new CommandException("unknown address " + bind, "--bind takes an address of this machine");
        } catch (BindException e) {
            throw new CommandException(
                    "cannot listen at " + bind + ":" + port + ": " + PlainText.why(e), "--port 0 takes any free port");
        } catch (IOException e) {
            throw new CommandException(
                    "no page: " + PlainText.why(e),
                    "it shows what is recorded: not with --no-record; a JDK has all modules");
        }
        return new Answer(
                Map.of("url", url, "metrics", url + "metrics"),
                Commands.NOTHING.table(),
                List.of("page  " + url + " · metrics at " + url + "metrics · page stop closes it"));
    }

    /** A page that shows no run is none. */
    private static void follow(CommandContext context) throws IOException {
        try {
            context.recording().follow(context.page());
        } catch (IOException e) {
            context.page().close();
            throw e;
        }
    }

    @Override
    public boolean watchable() {
        return false;
    }

    /** A page shows what is recorded. */
    @Override
    public boolean beginsRun() {
        return true;
    }

    /** {@code page stop}. */
    @CommandLine.Command(name = "stop", description = "Close the page.")
    static final class Stop implements Command {
        @Override
        public Answer run(CommandContext context) {
            Optional<String> where = context.page().where();
            context.page().close();
            context.recording().unfollow();
            return new Answer(
                    Map.of("closed", where.isPresent()),
                    Commands.NOTHING.table(),
                    List.of(where.map(url -> "page  " + url + " is closed").orElse("page  was not open")));
        }
    }
}
