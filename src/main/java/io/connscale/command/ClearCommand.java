package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code clear}: an empty screen, as Ctrl-L makes it; nothing where there is no terminal. */
@AutoService(Command.class)
@CommandLine.Command(name = "clear", description = "Clear the screen; so does Ctrl-L.")
public final class ClearCommand implements Command {
    @Override
    public Answer run(CommandContext context) {
        context.shell().clear();
        return new Answer(Map.of(), new Table(List.of(), List.of()), List.of());
    }

    @Override
    public boolean watchable() {
        return false;
    }
}
