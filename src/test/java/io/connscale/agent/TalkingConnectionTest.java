package io.connscale.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.connscale.talk.Exchange;
import io.connscale.talk.Talk;
import io.connscale.talk.TalkSettings;
import io.connscale.talk.Talks;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A connection that talks to somebody's server, on a link without a socket. */
class TalkingConnectionTest {
    private static final Talk REDIS = talk(TalkSettings.of("redis", Map.of()));

    private final Reasons reasons = new Reasons();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoadLoop loop =
            new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 1), REDIS);
    private final FakeLink link = new FakeLink();
    private final TalkingConnection connection = new TalkingConnection(loop, link, REDIS);

    private static Talk talk(TalkSettings settings) {
        return Talks.of(settings, () -> 1);
    }

    private String said() {
        String text = link.said.toString(ISO_8859_1);
        link.said.reset();
        return text;
    }

    private void awaitSaid(String text) {
        await().until(() -> {
            channel.runScheduledPendingTasks();
            return link.said.size() > 0;
        });
        assertThat(said()).isEqualTo(text);
    }

    @Test
    void isEstablishedOnceWhatItSaysFirstIsAnswered() {
        link.open(connection);
        assertThat(said()).isEqualTo("PING\r\n");
        assertThat(connection.established()).isFalse();

        link.receive("+PONG\r\n");
        assertThat(connection.established()).isTrue();

        awaitSaid("PING\r\n");
        link.receive("+PONG\r\n");
        assertThat(loop.snapshot().pings()).isEqualTo(1);
        assertThat(loop.snapshot().pongs()).isEqualTo(1);
    }

    @Test
    void aRefusalInWordsIsAFailureWithThem() {
        link.open(connection);
        link.receive("-ERR max number of clients reached\r\n");

        assertThat(loop.snapshot().failed()).isEqualTo(1);
        assertThat(loop.snapshot().lost()).isZero();
        assertThat(reasons.counts())
                .containsExactly(Map.entry("receive unexpected: -ERR max number of clients reached", 1L));
        assertThat(link.open).isFalse();
    }

    @Test
    void wordsOfOneThatWasUpAreALoss() {
        link.open(connection);
        link.receive("+PONG\r\n");
        link.receive("-ERR shutting down\r\n");

        assertThat(loop.snapshot().lost()).isEqualTo(1);
        assertThat(reasons.counts()).containsExactly(Map.entry("receive unexpected: -ERR shutting down", 1L));
    }

    @Test
    void aServerThatSaysNothingAtFirstIsNotWaitedForForEver() {
        LoadLoop hasty = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.hasty(1), REDIS);
        TalkingConnection ignored = new TalkingConnection(hasty, link, REDIS);
        link.open(ignored);

        await().until(() -> {
            channel.runScheduledPendingTasks();
            return hasty.snapshot().failed() == 1;
        });
        assertThat(reasons.counts()).containsExactly(Map.entry("receive timeout", 1L));
    }

    @Test
    void givingUpEndsThoseThatHaveNotBeenAnswered() {
        link.open(connection);
        loop.giveUpOpening();

        assertThat(connection.ended()).isTrue();
        assertThat(loop.snapshot().failed()).isZero();
        assertThat(reasons.counts()).isEmpty();
    }

    @Test
    void whatTheKernelDoesNotTakeIsSentLater() {
        link.room = 2;
        link.open(connection);
        assertThat(said()).isEqualTo("PI");

        link.room = 3;
        connection.writable();
        connection.say("more".getBytes(ISO_8859_1));
        link.room = 100;
        connection.writable();

        assertThat(said()).isEqualTo("NG\r\nmore");
    }

    @Test
    void oneThatSaysNothingIsEstablishedAtOnceAndNeverPings() {
        Talk idle = talk(TalkSettings.of("idle", Map.of()));
        LoadLoop silent = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 1), idle);
        TalkingConnection held = new TalkingConnection(silent, link, idle);
        link.open(held);

        assertThat(held.established()).isTrue();
        assertThat(silent.statistics().unanswered().count()).isZero();
        link.receive("anything");
        assertThat(held.established()).isTrue();
        held.stop();
        assertThat(silent.snapshot().stopped()).isEqualTo(1);
    }

    @Test
    void aPingThatIsNotAnsweredIsNotAwaited() {
        Talk push = talk(TalkSettings.of(List.of(), List.of(new Exchange("x", null, null, null))));
        LoadLoop pushing = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 1), push);
        link.open(new TalkingConnection(pushing, link, push));

        await().until(() -> {
            channel.runScheduledPendingTasks();
            return link.said.size() > 3;
        });
        assertThat(pushing.statistics().missed()).isZero();
        assertThat(pushing.snapshot().lost()).isZero();
    }

    @Test
    void textsAreToldApartUpToABound() {
        for (int i = 0; i < 100; i++) {
            reasons.count("receive", reasons.withText("unexpected", "id " + i));
        }

        assertThat(reasons.counts()).hasSize(21).containsEntry("receive unexpected", 80L);
    }
}
