package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Live;
import io.connscale.console.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another command, repeated: {@code watch count}. Where it fails, the picture says so and it is tried again. */
final class WatchedLine implements Watched {
    private final Desk desk;
    private final String line;
    private Answer last = new Answer(Map.of(), new Table(List.of(), List.of()), List.of());

    WatchedLine(Desk desk, String line) {
        this.desk = desk;
        this.line = line;
    }

    @Override
    public void look(Live live) throws InterruptedException {
        List<String> picture = new ArrayList<>();
        picture.add(line + " · q ends");
        try {
            last = desk.shell().answer(line);
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
