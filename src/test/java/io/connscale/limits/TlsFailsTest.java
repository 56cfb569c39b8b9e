package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void oneThatSaysNothingIsToBeLookedAt() {
        Verdict verdict = verdict(Map.of("tls handshake: timeout", 4L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("tls");
        assertThat(verdict.text()).contains(": timeout", "its CPU");
    }
}
