package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.console.Answer.Format;
import io.connscale.console.Console;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The words that Tab offers for what only the commands know. */
@Timeout(60)
class CandidatesTest {
    private MiniCluster mini;
    private CommandContext context;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2", "client3").start();
        OutputStream nowhere = OutputStream.nullOutputStream();
        Console console = new Console(Commands.root(), Format.TABLE, false, Path.of("connscale.log"), nowhere, nowhere);
        context = TypedLines.context(mini.cluster(), mini.server(), console);
        TypedLines.table(mini, "start client1 client3");
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @Test
    void hostsAreThoseThatMakeSense() {
        assertThat(new StartCommand().candidates("HOST", context)).containsExactly("client2", "all");
        assertThat(new StopCommand().candidates("HOST", context)).containsExactly("client1", "client3", "all");
        assertThat(new ConnectionsCommand.Start().candidates("HOST", context))
                .containsExactly("client1", "client3", "all");
    }

    @Test
    void besideANameAllIsNotOffered() {
        assertThat(offered("cl", true)).containsExactly("client1", "client3");
        assertThat(offered("client1,", false)).containsExactly("client1,client3");
        assertThat(offered("cl", false)).containsExactly("client1", "client3", "all");
    }

    private List<String> offered(String typed, boolean further) {
        return Commands.candidates(new ConnectionsCommand.Start(), "HOST", typed, further, context);
    }

    @Test
    void unlimitedIsARateAndAllANumber() {
        assertThat(new SetCommand.RateOf().candidates("RATE", context)).containsExactly("unlimited");
        assertThat(new ConnectionsCommand.Start().candidates("RATE", context)).containsExactly("unlimited");
        assertThat(new ConnectionsCommand.Stop().candidates("N", context)).containsExactly("all");
    }
}
