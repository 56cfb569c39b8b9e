package io.connscale.limits;

import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.unread;
import static io.connscale.limits.GivenTarget.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetBalancerTest {
    private static final Map<String, Long> RESET = Map.of("receive ECONNRESET", 200L);

    @Test
    void connectionsThatAreEndedBeforeTheirFirstAnswerTellABalancer() {
        assertThat(verdict(seen(0, 200, RESET), unread()).cause()).isEqualTo("target-balancer");
        assertThat(verdict(seen(0, 200, RESET), unread()).text())
                .contains("accepted 200 connections", "receive ECONNRESET 200", "load balancer");
    }

    @Test
    void soDoThoseThatLiveForAMoment() {
        Duration[] moment = Collections.nCopies(200, Duration.ofMillis(20)).toArray(Duration[]::new);

        assertThat(verdict(seen(0, 0, RESET, moment), unread()).cause()).isEqualTo("target-balancer");
    }

    @Test
    void aServerThatDoesItAtARoundNumberHasALimit() {
        Verdict verdict = verdict(seen(512, 200, RESET), unread());

        assertThat(verdict.cause()).isEqualTo("target-closes");
        assertThat(verdict.text()).contains("left it 512: a limit of its own, at 512");
    }

    @Test
    void connectionsThatLivedForLongDoNotTellOne() {
        Duration[] long20 = Collections.nCopies(200, Duration.ofMillis(900)).toArray(Duration[]::new);

        assertThat(verdict(seen(0, 0, RESET, long20), unread()).cause()).isEqualTo("target-closes");
    }
}
