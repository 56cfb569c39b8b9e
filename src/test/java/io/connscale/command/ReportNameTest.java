package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The file that {@code report} writes where none is named. */
class ReportNameTest {
    private static Run run(@Nullable String name) {
        RunInfo info = new RunInfo(
                RunInfo.SCHEMA,
                "../../id",
                name,
                Instant.EPOCH,
                null,
                null,
                "1",
                new RunInfo.Console("", "", "", "", 1, 1, ""),
                new RunInfo.Server(null, "", List.of(), null, null, RunInfo.Kernel.UNKNOWN),
                Map.of(),
                List.of(),
                List.of(),
                0,
                List.of());
        return new Run(Path.of("/runs/20261127-200000"), info, List.of(), List.of());
    }

    @Test
    void isThatOfTheRunOrOfItsFolder() {
        assertThat(ReportCommand.name(run("NIGHT-17"))).isEqualTo("NIGHT-17");
        assertThat(ReportCommand.name(run(null))).isEqualTo("20261127-200000");
    }

    @Test
    void isInTheWorkingDirectoryWhateverTheRecordSays() {
        assertThat(ReportCommand.name(run("../../etc/x\0"))).isEqualTo(".._.._etc_x_");
    }
}
