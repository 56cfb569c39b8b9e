package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Live;
import io.connscale.console.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Another command, repeated: {@code watch count}. Where it fails, the picture says so and it is tried again; where it is no command, that is said at once. */
final class WatchedLine implements Watched {
    private final CommandContext context;
    private final String line;
    private Answer last = new Answer(Map.of(), new Table(List.of(), List.of()), List.of());

    /** @throws CommandException where the line is no command, or none to be repeated */
    WatchedLine(CommandContext context, String line) throws CommandException {
        this.context = context;
        this.line = line;
        Command verb = verb();
        if (!verb.watchable()) {
            throw new CommandException(
                    verb.getClass().getAnnotation(CommandLine.Command.class).name() + " cannot be watched",
                    "watch repeats a command that shows something: watch count");
        }
    }

    private Command verb() throws CommandException {
        return (Command) context.shell().parse(line);
    }

    @Override
    public void look(Live live) throws InterruptedException {
        List<String> picture = new ArrayList<>();
        picture.add(line + " · q ends");
        try {
            last = verb().run(context);
            picture.addAll(last.shown());
        } catch (CommandException e) {
            picture.addAll(e.text().lines().toList());
        }
        live.draw(picture, String.join(" | ", picture.subList(1, picture.size())));
    }

    @Override
    public Answer answer() {
        return last;
    }

    @Override
    public void close() {}
}
