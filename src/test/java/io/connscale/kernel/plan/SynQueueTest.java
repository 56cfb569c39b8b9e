package io.connscale.kernel.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Known;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Handshakes under way are rate times round trip; without cookies so many fit. */
class SynQueueTest {
    private static Optional<SynQueue> queue(long cookies, long max, long backlog, long perSecond, double millis) {
        Facts server = Known.with(Known.with(Known.nothing(), Fact.SYNCOOKIES, cookies), Fact.SYN_BACKLOG, max);
        return SynQueue.of(server, backlog, 1, perSecond, millis);
    }

    @Test
    void withCookiesThereIsNone() {
        assertThat(queue(1, 8, 1024, 1000, 100)).isEmpty();
        assertThat(SynQueue.of(Known.nothing(), 1024, 1, 1000, 100)).isEmpty(); // unknown
    }

    @Test
    void theLastQuarterIsKeptForThoseThatAreKnown() {
        assertThat(queue(0, 8, 1024, 1000, 100).orElseThrow().handshakes()).isEqualTo(7);
        assertThat(queue(0, 1024, 1024, 1000, 100).orElseThrow().handshakes()).isEqualTo(769);
        assertThat(queue(0, 1024, 100, 1000, 100).orElseThrow().handshakes()).isEqualTo(100);
    }

    @Test
    void whatDoesNotFitIsSaidWithARateThatDoes() {
        SynQueue narrow = queue(0, 8, 1024, 500, 100).orElseThrow();
        assertThat(narrow.fits()).isFalse();
        assertThat(narrow.text().orElseThrow())
                .contains("holds 7 handshakes (tcp_max_syn_backlog 8", "50 are under way at 500/s", "100 ms");
        assertThat(narrow.lift()).contains("tcp_syncookies=1", "at most 70/s");
        assertThat(queue(0, 8, 1024, 70, 100).orElseThrow().fits()).isTrue();
        assertThat(queue(0, 8, 1024, 70, 100).orElseThrow().text()).isEmpty();
    }

    @Test
    void anUnknownRoundTripIsSaidToBeUnknown() {
        SynQueue unknown = queue(0, 8, 1024, 500, Facts.UNKNOWN).orElseThrow();
        assertThat(unknown.fits()).isNull();
        assertThat(unknown.text().orElseThrow()).contains("up to 14 ms", "unknown until a connection is up");
        assertThat(unknown.numbers()).containsEntry("roundTripMillis", null).containsEntry("fits", null);
        SynQueue unlimited = queue(0, 8, 1024, Facts.UNLIMITED, 100).orElseThrow();
        assertThat(unlimited.text().orElseThrow()).contains("rate is unlimited");
        assertThat(unlimited.numbers()).containsEntry("perSecond", null);
    }
}
