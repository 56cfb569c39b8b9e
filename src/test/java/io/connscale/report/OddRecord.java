package io.connscale.report;

import io.connscale.control.Json;
import io.connscale.run.Run;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The example's record, whose first host has a name that is HTML, JavaScript, JSON and a label of Prometheus at once. */
public final class OddRecord {
    public static final String NAME =
            "</script><script>document.title='broken in'</script><img src=x onerror=\"document.title='in'\">'\"\\&\u2028";

    private OddRecord() {}

    /** Written there, and read. */
    public static Run in(Path folder) throws IOException, URISyntaxException {
        String name = Json.line(NAME);
        String inText = name.substring(1, name.length() - 1);
        Path example = PageTest.example().folder();
        Path record = Files.createDirectories(folder.resolve("odd"));
        for (String file : List.of("run.json", "samples.jsonl", "events.jsonl")) {
            String text = Files.readString(example.resolve(file));
            Files.writeString(record.resolve(file), text.replace("client1", inText));
        }
        return Run.read(record);
    }
}
