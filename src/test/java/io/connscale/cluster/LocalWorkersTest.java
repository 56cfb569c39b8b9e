package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import io.connscale.control.MessageLines;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Workers whose process outlasts the end of its input. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class LocalWorkersTest {
    private static final String HELLO = new String(MessageLines.encode(FakeAgent.hello(1)), StandardCharsets.UTF_8);

    @Test
    void aWorkerThatWasStoppedDoesNotOutliveTheProcessThatStartedIt() throws Exception {
        ProcessHandle worker;
        try (LocalWorkers workers =
                new LocalWorkers(() -> List.of("sh", "-c", "printf %s \"$0\"; kill -STOP $$", HELLO))) {
            worker = started(workers);
        }
        worker.onExit().get(20, TimeUnit.SECONDS);
        assertThat(worker.isAlive()).isFalse();
    }

    private static ProcessHandle started(LocalWorkers workers) throws AgentException, InterruptedException {
        List<Long> before =
                ProcessHandle.current().children().map(ProcessHandle::pid).toList();
        workers.start("worker-2");
        return ProcessHandle.current()
                .children()
                .filter(child -> !before.contains(child.pid()))
                .findFirst()
                .orElseThrow();
    }
}
