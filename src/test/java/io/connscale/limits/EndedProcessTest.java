package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A process that was lost with its connections, and who ended it. */
class EndedProcessTest {
    private static Observation atHost(String reason) {
        return seen(Map.of(reason, 555L), nothing(), server(RUNNING, Map.of(), CALM), 0);
    }

    private static Observation atServer(String reason) {
        return seen(Map.of("receive closed", 90L), CALM, server(RUNNING, Map.of(reason, 90L), CALM), 0);
    }

    @Test
    void oneOfTheAgentThatNobodyKnowsWhoEnded() {
        Verdict verdict = verdict(atHost("worker lost"));
        assertThat(verdict.cause()).isEqualTo("process-lost");
        assertThat(verdict.text()).contains("a process of the agent on client1 ended", "(worker lost 555)", "dmesg");
    }

    @Test
    void oneThatConnscaleEndedForItsSilenceIsNotTheKernels() {
        Verdict verdict = verdict(atHost("worker silent"));
        assertThat(verdict.cause()).isEqualTo("process-silent");
        assertThat(verdict.text())
                .contains("connscale ended a process of the agent on client1, which had no heartbeat for a minute")
                .contains("(worker silent 555)", "SIGSTOP")
                .doesNotContain("dmesg", "SIGKILL");
    }

    @Test
    void oneOfTheServerExplainsWhatItsClientsSaw() {
        Verdict lost = verdict(atServer("server process lost"));
        assertThat(lost.cause()).isEqualTo("process-lost");
        assertThat(lost.host()).isEqualTo("server");
        assertThat(lost.sentence())
                .contains("a process of the server ended with what it held (server process lost 90)");
        assertThat(verdict(atServer("server process silent")).sentence())
                .contains("connscale ended a process of the server");
    }

    @Test
    void itWasToldAsItsEnd() {
        for (String how : List.of("lost", "silent", "killed: out of memory")) {
            assertThat(Catalogue.ALL.verdict(atHost("worker " + how).ofEnded())).isEmpty();
        }
    }
}
