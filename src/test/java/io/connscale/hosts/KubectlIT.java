package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.Needs;
import io.connscale.RunningConsole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hosts that are pods, by a stand-in for {@code kubectl} that runs their commands here and has the faults of the real one: words before
 * the answer, streams that are cut when they are idle, an exit code 0 though the process in the pod goes on, pods that are gone.
 */
class KubectlIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(60);
    /** A stream that is silent in either direction for so long is cut: load balancers have a minute at least. */
    private static final int IDLE_SECONDS = 8;

    /** Relays like the real one. When it cuts, a sleeping process keeps the pod's standard input open, as the container's runtime does. */
    private static final String KUBECTL = """
            #!%s
            import os, selectors, subprocess, sys, time
            folder, idle = %s, %d
            words = sys.argv[1:]
            if words[0] == "get":
                print("pod/web-1\\npod/web-2")
                sys.exit(0)
            pod = words[2].split("/")[-1]
            if os.path.exists(folder + "/" + pod + ".gone"):
                sys.exit('Error from server (NotFound): pods "' + pod + '" not found')
            print('Defaulted container "agent" out of: agent, proxy', file=sys.stderr, flush=True)
            inside = subprocess.Popen(words[words.index("--") + 1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      start_new_session=True, bufsize=0)
            with open(folder + "/" + pod + ".pids", "a") as pids:
                print(inside.pid, file=pids)
            keeper = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, pass_fds=[inside.stdin.fileno(), inside.stdout.fileno()])
            waiting = selectors.DefaultSelector()
            ways = {0: inside.stdin.fileno(), inside.stdout.fileno(): 1}
            heard = {way: time.monotonic() for way in ways}
            for way in ways:
                waiting.register(way, selectors.EVENT_READ)
            while True:
                for ready, _ in waiting.select(0.2):
                    data = os.read(ready.fd, 65536)
                    if not data and ready.fd == 0: # its caller went: so does its end of the stream
                        keeper.kill()
                        inside.stdin.close()
                        waiting.unregister(0)
                        del heard[0]
                    elif not data:
                        keeper.kill()
                        sys.exit(inside.wait())
                    else:
                        heard[ready.fd] = time.monotonic()
                        while data:
                            data = data[os.write(ways[ready.fd], data):]
                if inside.poll() is not None and not waiting.select(0):
                    keeper.kill()
                    sys.exit(inside.returncode)
                if os.path.exists(folder + "/cut") or any(time.monotonic() - at > idle for at in heard.values()):
                    os._exit(0)
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void kubectl() {
        Needs.debiansPython("selectors");
        Path program = Folders.write(
                folder.resolve("bin/kubectl"), KUBECTL.formatted(Needs.PYTHON, "'" + folder + "'", IDLE_SECONDS));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Folders.write(folder.resolve("hosts.yaml"), """
                server: {ports: 0}
                hosts:
                  from:
                    pods:
                      list: [kubectl, get, pods, -l, app=connscale-agent, -o, name]
                      command: [kubectl, exec, -i, "{host}", --]
                """);
    }

    private RunningConsole console() {
        return ConsoleScript.in(folder)
                .with("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"))
                .with("XDG_CACHE_HOME", folder.resolve("cache").toString())
                .start("-o", "json", "--keep-going");
    }

    /** Whether anything that ran in the pod still does. */
    private boolean lives(String pod) {
        return Folders.read(folder.resolve(pod + ".pids"))
                .lines()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .anyMatch(process -> process.map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void theChannelIsNeverIdleForLongAndEachWordBeforeAnAnswerIsSkipped() throws Exception {
        try (RunningConsole console = console()) {
            console.must("start @pods");
            console.must("set interval 60s @pods");
            console.must("connections start 20 @pods");
            console.must("hold " + (IDLE_SECONDS + 7) + "s"); // fails at once when a host is lost
            assertThat(console.must("count").path("established").asLong()).isEqualTo(40);
            assertThat(console.err()).doesNotContain("lost", "Defaulted");
            console.process().destroyForcibly();
        }
        await().atMost(SOON).until(() -> !lives("web-1") && !lives("web-2"));
    }

    @Test
    void aStreamThatIsCutLosesTheHostAndTheProcessThatIsLeftEndsItself() throws Exception {
        try (RunningConsole console = console()) {
            console.must("start @pods");
            console.must("connections start 20 @pods");
            Files.createFile(folder.resolve("cut"));
            await().atMost(SOON)
                    .until(() -> console.err().contains("web-1 lost")
                            && console.err().contains("web-2 lost"));
            assertThat(console.err())
                    .contains(
                            "web-1 lost, with 20 connections: the connection to it ended (exit code 0)", "start web-1");
            assertThat(lives("web-1")).isTrue(); // nobody told it
            await().atMost(SOON).until(() -> !lives("web-1") && !lives("web-2"));
            Files.delete(folder.resolve("cut"));
            console.must("start @pods");
            console.must("connections start 20 @pods");
        }
    }

    @Test
    void aPodThatIsGoneIsSaid() throws Exception {
        Files.createFile(folder.resolve("web-2.gone"));
        try (RunningConsole console = console()) {
            JsonNode answer = JSON.readTree(console.answer("start @pods"));
            assertThat(answer.path("error").path("message").asString())
                    .contains("web-2: ended at once with exit code 1", "pods \"web-2\" not found");
            assertThat(console.must("connections start 10 web-1").toString()).contains("\"established\":10");
        }
    }
}
