package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Failure;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code save FILE}: this session as a script for {@code open}; over what was there, as JShell's does. */
@AutoService(Command.class)
@CommandLine.Command(name = "save", description = "Write the commands of this session that worked, for open.")
public final class SaveCommand implements Command {
    /** Saved, these would end the replay or overwrite the file that is being read; the others only talk. */
    private static final Set<String> LEFT_OUT = Set.of("save", "exit", "help", "history", "clear");

    @Parameters(
            paramLabel = "FILE",
            converter = Commands.FileWord.class,
            description = "the script to write; one that is there is overwritten")
    private Path file = Path.of("");

    @Override
    public Answer run(CommandContext context) throws CommandException {
        List<String> commands = context.shell().replay().stream()
                .filter(line -> !LEFT_OUT.contains(line.split(" ", 2)[0]))
                .toList();
        try {
            Files.write(file, commands);
        } catch (IOException e) {
            throw new CommandException("cannot write " + file + ": " + Failure.why(e), "save to another file");
        }
        long count = commands.size();
        Table table = new Table(List.of("file", "commands"), List.of(List.of(file.toString(), count)));
        String line = Quantity.text(count) + (count == 1 ? " command" : " commands") + " in " + file;
        return new Answer(Map.of("file", file.toString(), "commands", count), table, List.of(line));
    }
}
