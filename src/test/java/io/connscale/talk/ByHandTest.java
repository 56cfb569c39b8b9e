package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ByHandTest {
    @Test
    void redisIsOpenOnceItsFirstPingIsAnswered() {
        Spoken redis = Spoken.of(TalkSettings.of("redis", Map.of())).connected();

        assertThat(redis.said()).isEqualTo("PING\r\n");
        assertThat(redis.told()).isEmpty();
        assertThat(redis.hears("+PONG\r\n").told()).containsExactly("opened");
        assertThat(redis.ping()).isTrue();
        assertThat(redis.said()).isEqualTo("PING\r\n");
        assertThat(redis.hears("+PO", "NG\r\n").told()).containsExactly("opened", "answered");
    }

    @Test
    void whatRedisSaysInsteadIsTold() {
        Spoken redis = Spoken.of(TalkSettings.of("redis", Map.of())).connected();

        redis.hears("-ERR max number of clients reached\r\n");

        assertThat(redis.told()).containsExactly("-ERR max number of clients reached");
    }

    @Test
    void whatBeganRightIsPartOfWhatIsTold() {
        Spoken redis = Spoken.of(TalkSettings.of("redis", Map.of())).connected();

        redis.hears("+PO", "OR \u001b[2J\r\nmore");

        assertThat(redis.told()).containsExactly("+POOR \\x1b[2J");
    }

    @Test
    void anAnswerMayBeCutAnywhere() {
        TalkSettings mail = TalkSettings.of("smtp", Map.of());
        String greeting = "220-mail\r\n220 example.org ESMTP\r\n";
        String welcome = "250-example.org\r\n250-PIPELINING\r\n250 OK\r\n";
        for (int cut = 0; cut <= greeting.length(); cut++) {
            Spoken smtp = Spoken.of(mail).connected();
            assertThat(smtp.said()).isEmpty();
            smtp.hearsCut(greeting.getBytes(ISO_8859_1), cut);
            assertThat(smtp.said()).isEqualTo("HELO connscale\r\n");
            smtp.hearsByteByByte(welcome);
            assertThat(smtp.told()).containsExactly("opened");
            assertThat(smtp.ping()).isTrue();
            smtp.hearsCut("250 OK\r\n".getBytes(ISO_8859_1), Math.min(cut, 8));
            assertThat(smtp.told()).containsExactly("opened", "answered");
        }
    }

    @Test
    void idleSaysNothingAndLooksAtNothing() {
        Spoken idle = Spoken.of(TalkSettings.of("idle", Map.of())).connected();

        idle.hears("220 hello\r\n");

        assertThat(idle.said()).isEmpty();
        assertThat(idle.told()).containsExactly("opened");
        assertThat(Talks.of(TalkSettings.of("idle", Map.of()), () -> 1).pings()).isFalse();
    }

    @Test
    void eachConnectionHasItsNumber() {
        Exchange hello = exchange("HELLO {host}-{n}\\r\\n", "OK {n}\\r\\n");
        Spoken one = Spoken.of(TalkSettings.of(List.of(hello), List.of(hello))).connected();

        assertThat(one.said()).isEqualTo("HELLO client1-7\r\n");
        assertThat(one.hears("OK 7\r\n").told()).containsExactly("opened");
        assertThat(one.ping()).isTrue();
        assertThat(one.hears("OK 8\r\n").told()).containsExactly("opened", "OK 8");
    }

    @Test
    void exchangesFollowEachOther() {
        Spoken one = Spoken.of(TalkSettings.of(
                        List.of(),
                        List.of(
                                new Exchange("a", null, null, 3),
                                exchange("b", null),
                                new Exchange("c", null, "+", null))))
                .connected();

        assertThat(one.ping()).isTrue();
        assertThat(one.said()).isEqualTo("a");
        one.hears("xy");
        assertThat(one.said()).isEmpty();
        one.hears("z");
        assertThat(one.said()).isEqualTo("bc");
        assertThat(one.hears("+any", "thing\r\n").told()).containsExactly("opened", "answered");
    }

    @Test
    void aPingWithoutAnAnswerAwaitsNone() {
        Spoken one = Spoken.of(TalkSettings.of(List.of(), List.of(exchange("x", null))))
                .connected();

        assertThat(one.ping()).isFalse();
        assertThat(one.said()).isEqualTo("x");
        assertThat(one.told()).containsExactly("opened");
    }

    @Test
    void whatComesUnaskedIsNotExpected() {
        Spoken echo = Spoken.of(TalkSettings.of("echo", Map.of())).connected();

        assertThat(echo.hears("shutting down\n").told()).containsExactly("opened", "shutting down");
    }

    @Test
    void aLongAnswerIsCut() {
        Spoken echo = Spoken.of(TalkSettings.of("echo", Map.of())).connected();

        echo.hears("x".repeat(1000));

        assertThat(echo.told().get(1)).isEqualTo("x".repeat(64) + "...");
    }

    @Test
    void anyBytesAreTextAndBack() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c);
        }
        String text = ByteText.of(all.toString());

        assertThat(text).matches("[ -~]*");
        assertThat(ByteText.bytes(text)).isEqualTo(all.toString().getBytes(ISO_8859_1));
        assertThatThrownBy(() -> ByteText.of("\u20ac")).hasMessageContaining("more than a byte");
        assertThatThrownBy(() -> ByteText.bytes("\\q")).hasMessageContaining("\\q");
    }

    @Test
    void whatCantBeIsRefused() {
        assertThatThrownBy(() -> new Exchange(null, null, null, null)).hasMessageContaining("neither");
        assertThatThrownBy(() -> new Exchange("x", "y", null, 3)).hasMessageContaining("one of");
        assertThatThrownBy(() -> new Exchange("x".repeat(1001), null, null, null))
                .hasMessageContaining("1000");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of(List.of(), Collections.nCopies(17, exchange("x", null)))))
                .hasMessageContaining("at most 16");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("telex", Map.of())))
                .hasMessageContaining("telex");
    }

    private static Exchange exchange(String send, @Nullable String expect) {
        return new Exchange(send, expect, null, null);
    }
}
