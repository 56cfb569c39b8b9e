package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code exit}, or as other programs call it {@code quit} and {@code :q}: leaves the console; its agents and its server end with it. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "exit",
        aliases = {"quit", ":q"},
        description = "Leave the console; agents and server end with it.")
public final class ExitCommand implements Command {
    @Override
    public Answer run(CommandContext context) {
        context.shell().exit();
        return new Answer(Map.of(), new Table(List.of(), List.of()), List.of());
    }

    @Override
    public boolean watchable() {
        return false;
    }
}
