package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code history}: what was typed in this console. */
@AutoService(Command.class)
@CommandLine.Command(name = "history", description = "What was typed in this console, oldest first.")
public final class HistoryCommand implements Command {
    @Override
    public Answer run(CommandContext context) {
        List<String> typed = context.shell().history();
        Table table = Table.of(List.of(new Table.Column<>("command", line -> line)), typed);
        return new Answer(Map.of("commands", typed), table, typed);
    }
}
