package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code open FILE}: runs a script, as JShell's does. */
@AutoService(Command.class)
@CommandLine.Command(name = "open", description = "Run a script: one command a line, # starts a comment.")
public final class OpenCommand implements Command {
    @Parameters(paramLabel = "FILE", converter = Commands.FileWord.class, description = "the script")
    private Path file = Path.of("");

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        context.shell().runScript(file);
        return new Answer(Map.of("file", file.toString()), new Table(List.of(), List.of()), List.of());
    }

    @Override
    public boolean watchable() {
        return false;
    }
}
