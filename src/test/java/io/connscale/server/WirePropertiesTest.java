package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.ServerStatus;
import io.connscale.net.Wire;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WirePropertiesTest {
    @Property(tries = 200)
    void anySplitOfPingsGetsThatManyPongs(
            @ForAll @IntRange(max = 300) int pings,
            @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 700) Integer> pieces) {
        try (EmbeddedConnection connection = new EmbeddedConnection()) {
            String all = Wire.PING.repeat(pings);
            StringBuilder answered = new StringBuilder();
            int from = 0;
            for (int piece = 0; from < all.length(); piece++) {
                int to = Math.min(all.length(), from + pieces.get(piece % pieces.size()));
                answered.append(connection.answerTo(all.substring(from, to)));
                from = to;
            }
            assertThat(answered).hasToString(Wire.PONG.repeat(pings));
            assertThat(connection.loop.pings.get()).isEqualTo(pings);
            assertThat(connection.open).isTrue();
        }
    }

    @Property(tries = 200)
    void aForeignByteAnywhereEndsItAfterThePingsBeforeIt(
            @ForAll @IntRange(max = 400) int before, @ForAll byte foreign) {
        try (EmbeddedConnection connection = new EmbeddedConnection()) {
            String wire = Wire.PING.repeat(before / Wire.LENGTH + 1);
            byte right = (byte) wire.charAt(before);
            byte wrong = foreign == right ? (byte) (right + 1) : foreign;
            connection.receive(ByteBuffer.allocate(before + 1)
                    .put(wire.substring(0, before).getBytes(US_ASCII))
                    .put(wrong)
                    .flip());
            assertThat(connection.sent()).isEqualTo(Wire.PONG.repeat(before / Wire.LENGTH));
            assertThat(connection.open).isFalse();
            assertThat(connection.reasons.counts()).containsOnlyKeys(ServerStatus.PROTOCOL_ERROR);
        }
    }
}
