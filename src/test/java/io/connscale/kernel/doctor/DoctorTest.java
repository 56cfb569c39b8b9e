package io.connscale.kernel.doctor;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is worth saying of a machine, and what is not. */
class DoctorTest {
    private static final Role CLIENT = Role.client(1);
    private static final Role SERVER = Role.server(1024);
    private static final long GIB = 1L << 30;

    @Test
    void ofAMachineThatTellsNothingNothingIsSaid() {
        assertThat(Doctor.examine(nothing(), CLIENT)).isEmpty();
        assertThat(Doctor.examine(nothing(), SERVER)).isEmpty();
    }

    @Test
    void portsStopAClientAtTheirNumberTimesSourcesAndServerPorts() {
        Facts facts = with(with(nothing(), Fact.FIRST_PORT, 32_768), Fact.LAST_PORT, 60_999);
        assertThat(Doctor.examine(facts, CLIENT)).singleElement().satisfies(finding -> {
            assertThat(finding.limit()).isEqualTo("net.ipv4.ip_local_port_range");
            assertThat(finding.at()).isEqualTo(28_232);
            assertThat(finding.now()).isEqualTo("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
            assertThat(finding.forGood()).contains("/etc/sysctl.d/");
            assertThat(finding.root()).isTrue();
        });
        assertThat(Doctor.examine(facts, Role.client(10)).get(0).at()).isEqualTo(282_320);
        assertThat(Doctor.examine(facts, SERVER)).isEmpty();
    }

    @Test
    void theWidestRangeIsLiftedByPortsAndSourcesWhichNeedNoRoot() {
        Facts facts = with(with(nothing(), Fact.FIRST_PORT, 1_024), Fact.LAST_PORT, 65_535);
        assertThat(Doctor.examine(facts, CLIENT)).singleElement().satisfies(finding -> {
            assertThat(finding.now()).contains("source");
            assertThat(finding.root()).isFalse();
        });
    }

    @Test
    void whatStopsOnlyWhereTheMemoryHasEndedIsNotSaid() {
        Facts facts = with(with(nothing(), Fact.HARD_FILES, 1 << 20), Fact.MEMORY_AVAILABLE, GIB);
        assertThat(Doctor.examine(facts, CLIENT)).isEmpty();
        assertThat(Doctor.examine(with(facts, Fact.MEMORY_AVAILABLE, 64 * GIB), CLIENT))
                .extracting(Finding::limit)
                .containsExactly("RLIMIT_NOFILE");
        Facts inGroup = with(with(facts, Fact.CGROUP_MEMORY_MAX, GIB / 2), Fact.CGROUP_MEMORY, 0);
        assertThat(Doctor.examine(inGroup, CLIENT)).extracting(Finding::limit).containsExactly("memory.max");
    }

    @Test
    void somaxconnIsSaidWhereItCutsTheBacklog() {
        Facts facts = with(nothing(), Fact.SOMAXCONN, 128);
        assertThat(Doctor.examine(facts, SERVER)).singleElement().satisfies(finding -> {
            assertThat(finding.at()).isEqualTo(128);
            assertThat(finding.now()).isEqualTo("sysctl -w net.core.somaxconn=1024");
        });
        assertThat(Doctor.examine(facts, Role.server(128))).isEmpty();
    }

    @Test
    void connectionTrackingIsSaidOnlyWhereItTracks() {
        Facts idle = with(with(nothing(), Fact.CONNTRACK_MAX, 1000), Fact.CONNTRACK_IN_USE, 0);
        assertThat(Doctor.examine(idle, CLIENT)).isEmpty();
        assertThat(Doctor.examine(with(idle, Fact.CONNTRACK_IN_USE, 100), CLIENT))
                .singleElement()
                .extracting(Finding::at)
                .isEqualTo(900L);
    }

    @Test
    void whatStopsTheFewestComesFirstAndNoNumberLast() {
        Facts facts = with(with(nothing(), Fact.FIRST_PORT, 1), Fact.LAST_PORT, 100);
        List<Finding> findings = Doctor.examine(with(with(facts, Fact.HARD_FILES, 90), Fact.TW_REUSE, 0), CLIENT);
        assertThat(findings)
                .extracting(Finding::limit)
                .containsExactly("RLIMIT_NOFILE", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse");
    }

    @Test
    void theRemedyForFilesReachesRootToo() {
        Finding files = finding(with(nothing(), Fact.HARD_FILES, 1024), "RLIMIT_NOFILE");
        assertThat(files.forGood()).contains("* - nofile", "root - nofile");
    }

    @Test
    void aQuotaOfCpuIsSaidWithHowOftenItWasUsedUp() {
        Facts facts = with(nothing(), Fact.CPU_QUOTA, 500_000);
        assertThat(finding(facts, "cpu.max").value()).isEqualTo("0.50 CPUs of the control group");
        facts = with(with(facts, Fact.CPU_PERIODS, 1_000), Fact.CPU_THROTTLED, 800);
        assertThat(finding(facts, "cpu.max").value()).endsWith(", used up in 800 of 1,000 periods");
        assertThat(Doctor.examine(with(nothing(), Fact.CPU_QUOTA, Facts.UNLIMITED), Role.client(1)))
                .isEmpty();
    }

    @Test
    void theThreadsOfAUserAreSaidWhereFewAreLeft() {
        Facts facts = with(with(nothing(), Fact.SOFT_PROCESSES, 60), Fact.USER_THREADS, 35);
        assertThat(finding(facts, "RLIMIT_NPROC").value()).isEqualTo("60, 35 in use");
    }

    @Test
    void whatCouldNotBeReadIsUnknown() {
        assertThat(Doctor.unread(nothing()))
                .allSatisfy(finding -> assertThat(finding.value()).isEqualTo("unknown"))
                .extracting(Finding::limit)
                .contains("fs.file-max", "net.ipv4.ip_local_port_range", "MemAvailable");
    }

    private static Finding finding(Facts facts, String limit) {
        return Doctor.examine(facts, Role.client(1)).stream()
                .filter(finding -> finding.limit().equals(limit))
                .findFirst()
                .orElseThrow();
    }
}
