package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.at;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files of a whole machine. */
class MachineFilesLimitTest {
    private static final Map<Fact, Long> FEW = Map.of(Fact.MAX_FILES, 15_200L, Fact.FILES_IN_USE, 200L);

    @Test
    void aMachineWithBothEndsPaysForBoth() {
        assertThat(rows(plan(serverOf(10_000, facts(FEW)), host("a", 10_000, facts(FEW))), "machine's files"))
                .containsExactly("a,server 7500");
        Facts elsewhere = at("s", "s", facts(FEW));
        assertThat(rows(plan(serverOf(10_000, elsewhere), host("a", 10_000, facts(FEW))), "machine's files"))
                .containsExactly("a 15000", "server 15000");
    }

    @Test
    void noneIsLeft() {
        Facts full = facts(Map.of(Fact.MAX_FILES, 100L, Fact.FILES_IN_USE, 100L));
        Verdict atHost = verdict(Map.of("connect ENFILE", 3L), full, server(RUNNING, Map.of(), CALM), 0);
        assertThat(atHost.cause()).isEqualTo("machine-files");
        assertThat(atHost.text()).contains("fs.file-max 100, 100 in use", "sysctl -w fs.file-max=");
        Verdict atServer = verdict(Map.of(), nothing(), server(RUNNING, Map.of("accept ENFILE", 4L), full), 20);
        assertThat(atServer.cause()).isEqualTo("server-machine-files");
        assertThat(atServer.remedy()).isEqualTo(atHost.remedy());
        HostEnd host = host("a", 1, with(full, Fact.MEMORY_AVAILABLE, 1 << 30));
        assertThat(finding(host, "fs.file-max").at()).isZero();
    }

    /** systemd sets it to the largest number there is: it stops nothing, and four times as many are none. */
    @Test
    void whatIsUnlimitedIsNoLimitAndNotUnknown() {
        Facts unlimited = facts(Map.of(Fact.MAX_FILES, Facts.UNLIMITED, Fact.FILES_IN_USE, 100L));
        assertThat(rows(plan(nowhere(), host("a", 1, unlimited)), "machine's files"))
                .isEmpty();
        assertThat(findings(new MachineFilesLimit(), host("a", 1, unlimited))).isEmpty();
        assertThat(verdict(Map.of("connect ENFILE", 3L), unlimited, server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("fs.file-max is unlimited there")
                .doesNotContain("file-max=-", "file-max=9");
        Facts nearly = facts(Map.of(Fact.MAX_FILES, Facts.UNLIMITED - 1, Fact.FILES_IN_USE, 100L));
        assertThat(verdict(Map.of("connect ENFILE", 3L), nearly, server(RUNNING, Map.of(), CALM), 0)
                        .remedy())
                .doesNotContain("file-max=-");
    }

    @Test
    void whatIsNotToldIsUnknown() {
        assertThat(rows(plan(nowhere(), host("a", 1, nothing())), "machine's files"))
                .containsExactly("a unknown");
    }
}
