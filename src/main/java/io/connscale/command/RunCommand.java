package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.control.PlainText;
import io.connscale.run.Run;
import io.connscale.run.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code run}: the run that is being recorded. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "run",
        description = "The run that is being recorded.",
        subcommands = {RunCommand.Name.class})
public final class RunCommand implements Command {
    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        Optional<Path> folder;
        try {
            folder = context.recording().folder();
        } catch (IOException e) {
            throw new CommandException(
                    "this run is not recorded: " + PlainText.why(e), "it is tried again while the console runs");
        }
        String name = folder.map(RunCommand::name).orElse("");
        Map<String, @Nullable Object> json = new HashMap<>();
        json.put("folder", folder.map(Path::toString).orElse(null));
        json.put("name", name.isEmpty() ? null : name);
        return new Answer(
                json,
                Commands.NOTHING.table(),
                List.of(folder.map(path -> "run  " + path + (name.isEmpty() ? "" : " · " + name))
                        .orElse("no run is being recorded: it begins with start, connections start or page")));
    }

    private static String name(Path folder) {
        try {
            String name = Run.info(folder).name();
            return name == null ? "" : name;
        } catch (IOException e) {
            return ""; // it is about to be written
        }
    }

    /** {@code run name}. */
    @CommandLine.Command(name = "name", description = "Name a run, so that it is never removed by itself.")
    static final class Name implements Command {
        @Parameters(index = "0", paramLabel = "NAME", description = "a letter, then letters, digits, -, _ or .")
        private String name = "";

        @Parameters(
                index = "1",
                paramLabel = RunsCommand.LABEL,
                arity = "0..1",
                description = "an earlier one (default: the one that is being recorded)")
        private @Nullable String earlier;

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            Runs runs = context.recording().runs();
            try {
                Runs.checkedName(name);
                for (Runs.Entry other : runs.list()) {
                    if (name.equals(other.name())) {
                        throw new CommandException(other.id() + " is called " + name, "choose another name");
                    }
                }
                if (earlier == null) {
                    context.recording().name(name);
                } else {
                    Runs.Entry run = RunsCommand.find(context, earlier);
                    if (run.running()) {
                        throw new CommandException(
                                run.id() + " is being recorded", "its own console can name it: run name " + name);
                    }
                    runs.name(run, name);
                }
            } catch (IllegalArgumentException e) {
                throw new CommandException(String.valueOf(e.getMessage()), "run name NIGHT-17");
            } catch (IOException e) {
                throw new CommandException(
                        "not named: " + PlainText.why(e), "a run begins with start, connections start or page");
            }
            return new Answer(Map.of("name", name), Commands.NOTHING.table(), List.of("run  is called " + name));
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(RunsCommand.LABEL) ? RunsCommand.candidates(context) : List.of();
        }
    }
}
