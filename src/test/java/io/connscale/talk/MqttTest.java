package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MqttTest {
    private static final String ACCEPTED = " \2\0\0";
    private static final String PINGRESP = "\u00d0\0";

    private static Spoken connected(Map<String, String> options) {
        return Spoken.of(TalkSettings.of("mqtt", options)).connected();
    }

    @Test
    void connectsWithAnIdOfItsOwnAndPings() {
        Spoken mqtt = connected(Map.of("keepalive", "300"));

        assertThat(mqtt.said()).isEqualTo("\20\u001f\0\4MQTT\4\2\1\54\0\23connscale-client1-7");
        assertThat(mqtt.hears(ACCEPTED).told()).containsExactly("opened");
        assertThat(mqtt.ping()).isTrue();
        assertThat(mqtt.said()).isEqualTo("\u00c0\0");
        assertThat(mqtt.hears(PINGRESP).told()).containsExactly("opened", "answered");
    }

    @Test
    void version5HasPropertiesAndALogin() {
        Spoken mqtt =
                connected(Map.of("version", "5", "user", "me", "password", "secret", "id", "{n}", "keepalive", "0"));

        assertThat(mqtt.said()).isEqualTo("\20\32\0\4MQTT\5\u00c2\0\0\0\0\0017\0\2me\0\6secret");
        assertThat(mqtt.hears(" \6\0\0\3\"\0\12").told()).containsExactly("opened");
    }

    @Test
    void aLongLengthIsSeveralBytes() {
        Spoken mqtt = connected(Map.of("id", "x".repeat(200) + "{n}"));

        assertThat(mqtt.said()).startsWith("\20\u00d5\1\0\4MQTT").hasSize(3 + 0xd5);
    }

    @Test
    void everythingMayBeCutAnywhere() {
        String published = "0\u0084\1\0\1a" + "x".repeat(129);
        byte[] all = (ACCEPTED + published + PINGRESP).getBytes(ISO_8859_1);
        for (int cut = 0; cut <= all.length; cut++) {
            Spoken mqtt = connected(Map.of()).hearsCut(all, cut);
            assertThat(mqtt.told()).containsExactly("opened");
            mqtt.ping();
            assertThat(mqtt.hearsByteByByte(published + PINGRESP).told()).containsExactly("opened", "answered");
        }
    }

    @ParameterizedTest
    @CsvSource({"3, server unavailable", "5, not authorized", "137, server busy", "99, reason 0x63"})
    void aRefusalIsTold(int code, String words) {
        assertThat(connected(Map.of()).hears(" \2\0" + (char) code).told())
                .containsExactly("CONNACK refused: " + words);
    }

    @Test
    void aDisconnectIsTold() {
        assertThat(connected(Map.of()).hears(ACCEPTED + "\u00e0\2\u008b\0").told())
                .containsExactly("opened", "DISCONNECT: server shutting down");
        assertThat(connected(Map.of()).hears(ACCEPTED + "\u00e0\0").told())
                .containsExactly("opened", "DISCONNECT: no reason");
    }

    @Test
    void whatIsNotMqttIsTold() {
        assertThat(connected(Map.of()).hears("HTTP/1.1 400 Bad Request\r\n\r\n").told())
                .containsExactly("not MQTT: HTTP/1.1 400 Bad Request");
        assertThat(connected(Map.of()).hears(" \u00ff\u00ff\u00ff\u00ff").told())
                .containsExactly("not MQTT: a length of more than four bytes");
    }

    @Test
    void whatCantBeIsRefused() {
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("mqtt", Map.of("version", "4"))))
                .hasMessageContaining("3.1.1 or 5");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("mqtt", Map.of("id", "me"))))
                .hasMessageContaining("{n}");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("mqtt", Map.of("keepalive", "99999"))))
                .hasMessageContaining("65535");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("mqtt", Map.of("password", "x"))))
                .hasMessageContaining("user");
    }
}
