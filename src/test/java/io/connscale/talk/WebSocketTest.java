package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WebSocketTest {
    private static final String PONG = "\u008a\0";

    private static Spoken asked() {
        return Spoken.of(TalkSettings.of("websocket", Map.of("path", "/ws"))).connected();
    }

    /** What a server answers: from RFC 6455, 4.2.2. */
    private static String upgrade(String request) throws Exception {
        Matcher key = Pattern.compile("Sec-WebSocket-Key: (\\S+)").matcher(request);
        assertThat(key.find()).isTrue();
        byte[] sha = MessageDigest.getInstance("SHA-1")
                .digest((key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(sha) + "\r\n\r\n";
    }

    private static Spoken opened() throws Exception {
        Spoken socket = asked();
        return socket.hears(upgrade(socket.said()));
    }

    @Test
    void upgradesAndPings() throws Exception {
        Spoken socket = asked();
        String request = socket.said();

        assertThat(request).startsWith("GET /ws HTTP/1.1\r\n").contains("Upgrade: websocket\r\n");
        assertThat(socket.hears(upgrade(request)).told()).containsExactly("opened");
        assertThat(socket.ping()).isTrue();
        assertThat(socket.said()).isEqualTo("\u0089\u0080\0\0\0\0");
        assertThat(socket.hears(PONG).told()).containsExactly("opened", "answered");
    }

    @Test
    void everythingMayBeCutAnywhere() throws Exception {
        String frames = "\u0001\3abc\u0080\2de" // a message in two frames
                + "\u0082~\1\0" + "x".repeat(256)
                + "\u0089\2hi" // its ping
                + PONG;
        Spoken first = asked();
        byte[] all = (upgrade(first.said()) + frames).getBytes(ISO_8859_1);
        for (int cut = 0; cut <= all.length; cut++) {
            Spoken socket = asked();
            socket.said();
            socket.hearsCut(all, cut);
            assertThat(socket.told()).containsExactly("opened");
            assertThat(socket.said()).isEqualTo("\u008a\u0082\0\0\0\0hi");
            socket.ping();
            assertThat(socket.hearsByteByByte(frames).told()).containsExactly("opened", "answered");
        }
    }

    @Test
    void aCloseIsTold() throws Exception {
        assertThat(opened().hears("\u0088\u000c\3\u00e9going away").told())
                .containsExactly("opened", "close 1001 going away");
        assertThat(opened().hears("\u0088\0").told()).containsExactly("opened", "close");
    }

    @Test
    void aRefusalIsTold() {
        assertThat(asked().hears("HTTP/1.1 403 Forbidden\r\n\r\n").told()).containsExactly("HTTP 403");
        assertThat(asked().hears("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").told())
                .containsExactly("HTTP 200 instead of a WebSocket");
        assertThat(asked().hears("HTTP/1.1 101 x\r\nSec-WebSocket-Accept: no\r\n\r\n")
                        .told())
                .containsExactly("HTTP 101 instead of a WebSocket");
    }

    @Test
    void whatIsNoFrameIsTold() throws Exception {
        assertThat(opened().hears("\u0081\u0085").told())
                .containsExactly("opened", "not a WebSocket frame of a server");
        assertThat(opened().hears("\u0089~").told()).containsExactly("opened", "not a WebSocket frame of a server");
    }
}
