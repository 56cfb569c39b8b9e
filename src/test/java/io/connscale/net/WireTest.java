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
        assertThat(Wire.ping().toString(US_ASCII)).isEqualTo("Ping").hasSize(Wire.LENGTH);
        assertThat(Wire.pong().toString(US_ASCII)).isEqualTo("Pong").hasSize(Wire.LENGTH);
    }

    @Test
    void eachViewIsWholeHoweverTheOthersWereReadAndReleased() {
        ByteBuf first = Wire.ping();
        first.skipBytes(Wire.LENGTH);
        first.release();
        assertThat(Wire.ping().toString(US_ASCII)).isEqualTo("Ping");
    }

    @Test
    void theSharedBytesCannotBeChanged() {
        assertThatThrownBy(() -> Wire.pong().setByte(0, 'X')).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void theBytesAreDirectSoThatNoWriteCopiesThem() {
        assertThat(Wire.ping().isDirect()).isTrue();
    }
}
