package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where {@code /tmp} runs no programs, and where a container hides most of {@code /proc}. */
@Tag("namespaces")
class OddMountsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MOUNTED = "#!/bin/sh\nexec unshare --mount sh -c '%s && exec \"$@\"' sh '%s' \"$@\"\n";

    @TempDir
    Path folder;

    @BeforeAll
    static void needs() {
        Needs.root();
        Needs.command("unshare");
    }

    private Ran run(String mount, String options, String... commands) throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                hosts: {client1: {source: 192.0.2.77}}
                """);
        ConsoleScript script = ConsoleScript.in(folder);
        Path mounted = Files.writeString(folder.resolve("mounted"), MOUNTED.formatted(mount, script.script()));
        Files.setPosixFilePermissions(mounted, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script.calledAs(mounted)
                .with("CONNSCALE_JAVA_OPTS", options)
                .runWith(String.join("\n", commands), "-o", "json", "--keep-going");
    }

    private static JsonNode answer(Ran ran, int line) {
        JsonNode answer = JSON.readTree(ran.out().lines().toList().get(line));
        assertThat(answer.path("ok").asBoolean())
                .as("%s%n%s", answer, ran.err())
                .isTrue();
        return answer.path("result");
    }

    private static JsonNode row(JsonNode plan, String limit) {
        for (JsonNode row : plan.path("limits")) {
            if (row.path("limit").asString().equals(limit)) {
                return row;
            }
        }
        throw new AssertionError("no row " + limit + " in " + plan);
    }

    @Test
    void nativeCodeGoesToAFolderThatRunsPrograms() throws IOException {
        Path noexec = Files.createDirectories(folder.resolve("noexec"));
        Ran ran =
                run("mount -t tmpfs -o noexec none " + noexec, "-Djava.io.tmpdir=" + noexec, "server", "start client1");
        assertThat(answer(ran, 0).path("transport").asString()).isEqualTo("epoll");
        assertThat(ran.err()).doesNotContain("no epoll");
    }

    @Test
    void whereNoFolderDoesItIsSaidAndTheServerIsPlannedAsOneProcess() throws IOException {
        Path noexec = Files.createDirectories(folder.resolve("noexec"));
        Ran ran = run(
                "mount -t tmpfs -o noexec none " + noexec,
                "-Dio.netty.native.workdir=" + noexec,
                "server",
                "plan 10 client1");
        assertThat(answer(ran, 0).path("transport").asString()).isEqualTo("nio");
        assertThat(ran.err()).containsPattern("no epoll here: .* is mounted noexec · nio is used instead");
        JsonNode plan = answer(ran, 1);
        int files = 0;
        for (JsonNode row : plan.path("limits")) {
            if (row.path("limit").asString().equals("files")
                    && row.path("hosts").get(0).asString().equals("server")) {
                files++;
                assertThat(row.path("processes").asInt()).isEqualTo(1);
            }
        }
        assertThat(files).isEqualTo(1);
    }

    @Test
    void limitsThatAHiddenProcDoesNotTellAreUnknownAndNeverZero() throws IOException {
        Ran ran = run(
                "mount -t proc -o subset=pid proc /proc", "", "start client1", "plan 10 client1", "doctor", "hosts");
        assertThat(answer(ran, 0).at("/hosts/client1/ports").isNull())
                .as(ran.out())
                .isTrue();
        JsonNode plan = answer(ran, 1);
        assertThat(row(plan, "4-tuples").path("allows").isNull()).isTrue();
        assertThat(row(plan, "memory").path("allows").isNull()).isTrue();
        assertThat(row(plan, "machine's files").path("allows").isNull()).isTrue();
        assertThat(plan.path("fits").isNull()).isTrue();
        assertThat(plan.path("verdict").asString()).contains("as far as is known; unknown: 4-tuples on client1");
        assertThat(answer(ran, 2).toString()).contains("net.core.somaxconn", "\"value\":\"unknown\"");
        assertThat(answer(ran, 3).at("/hosts/client1/ports").isNull()).isTrue();
    }

    @Test
    void aSourceThatIsNoAddressOfTheHostIsNamed() throws IOException {
        Ran ran = run("true", "", "start client1", "plan 10 client1", "plan 10 client1");
        for (int line = 1; line < 3; line++) {
            JsonNode tuples = row(answer(ran, line), "4-tuples");
            assertThat(tuples.path("allows").asLong()).isZero();
            assertThat(tuples.at("/unusable/192.0.2.77").asString()).isEqualTo("is no address of this host");
        }
    }
}
