package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello";
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nT: 1\r\n\r\n";

    private static Spoken connected() {
        return Spoken.of(TalkSettings.of("http", Map.of("host", "example.org", "path", "/a")))
                .connected();
    }

    @Test
    void asksAtFirstAndEachInterval() {
        Spoken http = connected();

        assertThat(http.said()).isEqualTo("GET /a HTTP/1.1\r\nHost: example.org\r\nUser-Agent: connscale/dev\r\n\r\n");
        assertThat(http.hears(OK).told()).containsExactly("opened");
        assertThat(http.ping()).isTrue();
        assertThat(http.said()).startsWith("GET /a HTTP/1.1\r\n");
        assertThat(http.hears(CHUNKED).told()).containsExactly("opened", "answered");
    }

    @Test
    void anAnswerMayBeCutAnywhere() {
        for (String answer : new String[] {OK, CHUNKED, "HTTP/1.1 100 Continue\r\n\r\n" + OK}) {
            byte[] bytes = answer.getBytes(ISO_8859_1);
            for (int cut = 0; cut <= bytes.length; cut++) {
                Spoken http = connected().hearsCut(bytes, cut);
                http.ping();
                assertThat(http.hearsByteByByte(answer).told()).containsExactly("opened", "answered");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 503 Service Unavailable, HTTP 503",
        "HTTP/1.1 404, HTTP 404",
        "HTTP/1.1 101 Switching Protocols, HTTP 101",
        "HTTP/1.1 200 OK, HTTP 200 without a length",
        "'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close', HTTP 200 Connection: close",
        "'HTTP/1.0 200 OK\r\nContent-Length: 0', HTTP 200 Connection: close",
        "'HTTP/1.1 200 OK\r\nContent-Length: x', HTTP 200 with a bad Content-Length",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello', HTTP 200 with a bad chunk",
        "SSH-2.0-OpenSSH_9.2, not HTTP: SSH-2.0-OpenSSH_9.2",
    })
    void whatIsNotOfUseIsTold(String head, String words) {
        assertThat(connected().hears(head + "\r\n\r\n").told()).containsExactly(words);
        assertThat(connected().hearsByteByByte(head + "\r\n\r\n").told()).containsExactly(words);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 204 No Content, GET", "HTTP/1.1 304 Not Modified, GET", "HTTP/1.1 200 OK, HEAD"})
    void someAnswersHaveNoBody(String head, String method) {
        Spoken http =
                Spoken.of(TalkSettings.of("http", Map.of("method", method))).connected();

        assertThat(http.hears(head + "\r\n\r\n").told()).containsExactly("opened");
    }

    @Test
    void anAnswerToNoRequestIsTold() {
        Spoken http = connected().hears(OK);

        http.hears("HTTP/1.1 408 Request Timeout\r\n\r\n");

        assertThat(http.told()).containsExactly("opened", "HTTP 408");
        assertThat(connected().hears(OK + "x").told()).containsExactly("more than one answer");
    }

    @Test
    void aLineWithoutAnEndIsNotKept() {
        assertThat(connected()
                        .hears("HTTP/1.1 200 OK\r\nx: " + "y".repeat(20_000))
                        .told())
                .containsExactly("HTTP with a line of more than 16384 bytes");
    }

    @Test
    void whatCantBeIsRefused() {
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("http", Map.of("path", "x"))))
                .hasMessageContaining("path");
        assertThatThrownBy(() -> Talks.check(TalkSettings.of("http", Map.of("method", "POST"))))
                .hasMessageContaining("GET or HEAD");
    }
}
