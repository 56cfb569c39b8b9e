package io.connscale.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.connscale.Progress;
import io.connscale.Timeless;
import io.connscale.api.Parts;
import io.connscale.cluster.Cluster;
import io.connscale.cluster.MiniCluster;
import io.connscale.console.Answer.Format;
import io.connscale.console.Console;
import io.connscale.console.Shell;
import io.connscale.control.Server;
import io.connscale.diagnosis.Diagnostics;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Lines typed at the real console, with a cluster in this JVM behind it. */
final class TypedLines {
    private TypedLines() {}

    /** What came of them: the exit code, standard output, standard error without progress. */
    record Said(int exit, String out, String err) {
        /** The last answer. */
        String last() {
            return out.strip().lines().reduce("", (a, b) -> b);
        }
    }

    static Said table(MiniCluster mini, String... lines) {
        return type(mini, Format.TABLE, lines);
    }

    static Said json(MiniCluster mini, String... lines) {
        return type(mini, Format.JSON, lines);
    }

    static Said type(MiniCluster mini, Format format, String... lines) {
        return type(mini, mini.server(), format, lines);
    }

    /** As a table, when standard error is so: what an agent's end brings comes when it comes. */
    static Said tableUntil(MiniCluster mini, Predicate<String> told, String... lines) {
        return type(mini, mini.server(), Format.TABLE, told, lines);
    }

    static Said type(MiniCluster mini, Server server, Format format, String... lines) {
        return type(mini, server, format, err -> true, lines);
    }

    private static Said type(MiniCluster mini, Server server, Format format, Predicate<String> told, String... lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(Commands.root(), format, false, Path.of("connscale.log"), out, err);
        CommandContext context = context(mini.cluster(), server, console);
        console.serve(command -> Commands.run((Command) command, context));
        int exit = console.runBatch(List.of(lines), null);
        await().until(() -> Progress.without(err.toString(UTF_8)), told);
        return new Said(exit, Timeless.of(out.toString(UTF_8)), Progress.without(err.toString(UTF_8)));
    }

    /** For a cluster and a server that somebody else has wired and started. */
    static CommandContext context(Cluster cluster, Server server, Shell shell) {
        Diagnostics diagnostics = new Diagnostics(cluster, server);
        return new CommandContext(new Parts(false, () -> false, cluster, server, diagnostics, shell::notice), shell);
    }
}
