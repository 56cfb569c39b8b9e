package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of haproxy's doc/proxy-protocol.txt. */
class ProxyHeaderTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.5", 4660);
    private static final InetSocketAddress SERVER = new InetSocketAddress("10.1.2.3", 80);

    @Test
    void versionOneIsALine() {
        ProxyHeader header = new ProxyHeader(1, null);
        assertThat(new String(header.bytes(CLIENT, SERVER), US_ASCII))
                .isEqualTo("PROXY TCP4 192.0.2.5 10.1.2.3 4660 80\r\n");
        assertThat(new String(header.bytes(new InetSocketAddress("2001:db8::1", 1), SERVER), US_ASCII))
                .isEqualTo("PROXY TCP6 2001:db8:0:0:0:0:0:1 ::ffff:10.1.2.3 1 80\r\n");
    }

    @Test
    void versionTwoIsBinary() {
        ProxyHeader header = new ProxyHeader(2, null);
        assertThat(HexFormat.of().formatHex(header.bytes(CLIENT, SERVER)))
                .isEqualTo("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000205" + "0a010203" + "1234" + "0050");
        assertThat(HexFormat.of().formatHex(header.bytes(new InetSocketAddress("2001:db8::1", 1), SERVER)))
                .isEqualTo("0d0a0d0a000d0a515549540a" + "21210024" + "20010db8000000000000000000000001"
                        + "00000000000000000000ffff0a010203" + "0001" + "0050");
    }

    @Test
    void clientsAreInventedInTurnAndThenWithTheNextPort() {
        ProxyHeader header = new ProxyHeader(2, "10.0.0.6/30");
        assertThat(List.of(0L, 1L, 2L, 3L, 4L, 4L * 64_512).stream().map(n -> String.valueOf(header.invented(n))))
                .containsExactly(
                        "/10.0.0.4:1024",
                        "/10.0.0.5:1024",
                        "/10.0.0.6:1024",
                        "/10.0.0.7:1024",
                        "/10.0.0.4:1025",
                        "/10.0.0.4:1024");
        assertThat(new ProxyHeader(1, "200.0.0.0/8").invented(256)).isEqualTo(new InetSocketAddress("200.0.1.0", 1024));
        assertThat(new ProxyHeader(1, "2001:db8::/32").invented(5))
                .isEqualTo(new InetSocketAddress("2001:db8::5", 1024));
        assertThat(new ProxyHeader(1, "10.9.9.9").invented(7)).isEqualTo(new InetSocketAddress("10.9.9.9", 1031));
        assertThat(new ProxyHeader(1, null).invented(7)).isNull();
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String wrong :
                List.of("10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "example.org/8", "10.0.0.0/x", "::/129", "")) {
            assertThatThrownBy(() -> new ProxyHeader(2, wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("write 10.0.0.0/8");
        }
        assertThatThrownBy(() -> new ProxyHeader(3, null)).isInstanceOf(IllegalArgumentException.class);
    }
}
