package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import io.connscale.control.WholeFile;
import io.connscale.report.Report;
import io.connscale.run.Run;
import io.connscale.run.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: recorded runs as one HTML file; docs/RUNS.md. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "report",
        description = "Write runs into one HTML file: how many, what stopped them, charts and all numbers.")
public final class ReportCommand implements Command {
    private static final long KIB = 1024;

    /** The answer. */
    private record Written(String file, long bytes, List<String> runs, long samples) {}

    private static final List<Column<Written>> COLUMNS =
            List.of(new Column<>("file", Written::file), new Column<>("bytes", Written::bytes));

    @Parameters(
            paramLabel = RunsCommand.LABEL,
            arity = "0..*",
            description = "their IDs or names (default: last); several are drawn over each other")
    private List<String> runs = new ArrayList<>();

    @Option(names = "--to", paramLabel = "FILE", description = "the file (default: RUN.html in the working directory)")
    private @Nullable Path to;

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<Run> read = new ArrayList<>();
        for (String word : runs.isEmpty() ? List.of(Runs.LAST) : runs) {
            read.add(RunsCommand.read(RunsCommand.find(context, word)));
        }
        Path file = to == null ? Path.of(name(read.get(0)) + ".html") : to;
        long bytes;
        try {
            byte[] html = Report.html(read).getBytes(StandardCharsets.UTF_8);
            WholeFile.write(file, html);
            bytes = html.length;
        } catch (IOException e) {
            throw new CommandException(
                    "cannot write " + file + ": " + PlainText.why(e), "--to FILE writes it elsewhere");
        }
        Written written = new Written(
                file.toAbsolutePath().normalize().toString(),
                bytes,
                read.stream().map(run -> run.info().id()).toList(),
                read.stream().mapToLong(run -> run.samples().size()).sum());
        return new Answer(
                written,
                Table.of(COLUMNS, List.of(written)),
                List.of("report  " + file + " · " + Quantity.text((bytes + KIB - 1) / KIB) + " KiB · "
                        + (read.size() == 1 ? "" : read.size() + " runs · ")
                        + (written.samples == 1 ? "1 sample" : Quantity.text(written.samples) + " samples")));
    }

    /** For a file in the working directory, whatever somebody else has written into {@code run.json}. */
    static String name(Run run) {
        Path folder = run.folder().toAbsolutePath().normalize();
        String name = Objects.requireNonNullElse(run.info().name(), String.valueOf(folder.getFileName()));
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return label.equals(RunsCommand.LABEL) ? RunsCommand.candidates(context) : List.of();
    }
}
