package io.connscale.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class WireTest {
    @Test
    void aMessageIsItsFourBytesAndNothingElse() {
        assertThat(Wire.constant(Wire.PING).toString(US_ASCII))
                .isEqualTo("Ping")
                .hasSize(Wire.LENGTH);
        assertThat(Wire.constant(Wire.PONG).toString(US_ASCII))
                .isEqualTo("Pong")
                .hasSize(Wire.LENGTH);
    }

    @Test
    void theBytesStayWhoeverReleasesThem() {
        ByteBuf shared = Wire.constant(Wire.PING);
        shared.slice(0, Wire.LENGTH).release();
        assertThat(shared.toString(US_ASCII)).isEqualTo("Ping");
    }

    @Test
    void theSharedBytesCannotBeChanged() {
        assertThatThrownBy(() -> Wire.constant(Wire.PONG).setByte(0, 'X')).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void theBytesAreDirectSoThatNoWriteCopiesThem() {
        assertThat(Wire.constant(Wire.PING).isDirect()).isTrue();
    }
}
