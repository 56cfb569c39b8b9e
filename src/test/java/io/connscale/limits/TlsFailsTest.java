package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which end refused TLS, in its words, and what would help. */
class TlsFailsTest {
    private static final ServerEnd TARGET = server(ServerEnd.State.TARGET, Map.of(), Facts.NONE);

    @Test
    void theServersAlertIsTold() {
        Verdict verdict = verdict(
                Map.of("tls handshake: alert certificate required", 40L, "receive closed", 7L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("tls");
        assertThat(verdict.text())
                .contains("refused TLS with the alert \"certificate required\"", "40 connections of client1")
                .contains("certificate: and key:");
    }

    @Test
    void whatIsWrongWithItsCertificateIsTold() {
        Verdict verdict = verdict(Map.of("tls handshake: certificate unknown", 40L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("tls");
        assertThat(verdict.text()).contains(": certificate unknown, for 40 connections", "trust: FILE");
    }

    /** Of ours there is no file with whom to trust. */
    @Test
    void whatHelpsIsWhatTheFileHas() {
        ServerEnd ours = server(ServerEnd.State.RUNNING, Map.of(), Facts.NONE);
        assertThat(verdict(Map.of("tls handshake: certificate unknown", 4L), nothing(), ours, 0)
                        .text())
                .contains("server.address")
                .doesNotContain("trust:");
        assertThat(verdict(Map.of("tls handshake: not TLS", 4L), nothing(), ours, 0)
                        .text())
                .contains("server.ports");
        assertThat(verdict(Map.of("tls handshake: not TLS", 4L), nothing(), TARGET, 0)
                        .text())
                .contains("target.ports");
    }

    @Test
    void theSlowerEngineIsAFinding() {
        assertThat(findings(new TlsFails(), host("a", 1, with(nothing(), Fact.TLS_NATIVE, 0))))
                .containsExactly("TLS engine");
        assertThat(findings(new TlsFails(), host("a", 1, with(nothing(), Fact.TLS_NATIVE, 1))))
                .isEmpty();
        assertThat(findings(new TlsFails(), host("a", 1, nothing()))).isEmpty();
    }

    @Test
    void oneThatSaysNothingIsToBeLookedAt() {
        Verdict verdict = verdict(Map.of("tls handshake: timeout", 4L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("tls");
        assertThat(verdict.text()).contains(": timeout", "its CPU");
    }
}
