package io.connscale.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.StringArbitrary;

/** Whatever the other end writes, it is a message or a foreign line; and whatever we write comes back. */
class AnyLineTest {
    private static final String[] VALID = {
        "{\"type\":\"snapshot\",\"id\":6,\"snapshot\":{\"established\":1,\"connecting\":0,\"failed\":0,\"lost\":0,"
                + "\"stopped\":0,\"pings\":0,\"pongs\":0,\"skipped\":0,\"errors\":{\"connect EMFILE\":3}}}",
        "{\"type\":\"configure\",\"id\":1,\"settings\":{\"targets\":[\"127.0.0.1:8989\"],\"sources\":[],"
                + "\"intervalMillis\":5000,\"timeoutMillis\":5000,\"ratePerSecond\":5000}}"
    };

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void anyTextIsAMessageOrForeignAndNeverAnError(@ForAll("texts") String text) throws IOException {
        List<Object> heard = new ArrayList<>();
        String lines = text + "\n{\"type\":\"done\",\"id\":9}\n";
        MessageLines.read(new ByteArrayInputStream(lines.getBytes(UTF_8)), heard::add, heard::add);
        assertThat(heard).hasSizeGreaterThanOrEqualTo(2).endsWith(new Message.Done(9));
        for (Object each : heard) {
            if (each instanceof Message.SnapshotTaken taken) { // what was let in can be added up
                assertThat(taken.snapshot().plus(Snapshot.NONE)).isEqualTo(taken.snapshot());
            }
        }
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void anyTextInsideAMessageStaysOnItsLineAndComesBackAsPlainText(
            @ForAll("words") String message, @ForAll("words") String hint) {
        Message.Failed failed = new Message.Failed(1, message, hint);
        String line = new String(MessageLines.encode(failed), UTF_8);
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        assertThat(MessageLines.decode(line))
                .isEqualTo(new Message.Failed(1, PlainText.of(message), PlainText.of(hint)));
        assertThat(PlainText.of(message)).hasSameSizeAs(message).doesNotMatch("(?s).*[\\p{Cntrl}\\u2028\\u202e].*");
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings()
                .withChars("\n\r\t\0\"\\{}\u001b\u2028\u202eä ")
                .withCharRange('a', 'z')
                .ofMaxLength(30);
    }

    /** Any characters; what JSON cares about; and good lines with a piece replaced, which get furthest into the reader. */
    @Provide
    Arbitrary<String> texts() {
        StringArbitrary json = Arbitraries.strings()
                .withChars("{}[]\":,\\ 0123456789eE+-.ntfu\0")
                .withCharRange('a', 'f');
        Arbitrary<String> instead = Arbitraries.oneOf(
                json.ofMaxLength(4), Arbitraries.of("null", "1e400", "99999999999999999999", "[[[[", "true", "\"\""));
        Arbitrary<Integer> cut = Arbitraries.integers().between(0, 12);
        Arbitrary<String> broken = Combinators.combine(
                        Arbitraries.of(VALID), Arbitraries.integers().between(0, 180), cut, instead)
                .as(AnyLineTest::broken);
        Arbitrary<String> deep = Arbitraries.integers()
                .between(1, 5000)
                .map(depth -> "{\"type\":\"done\",\"id\":1,\"x\":" + "[".repeat(depth));
        return Arbitraries.frequencyOf(
                Tuple.of(4, broken),
                Tuple.of(2, json.ofMaxLength(60).map(text -> "{" + text)),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(40)),
                Tuple.of(1, deep));
    }

    private static String broken(String valid, int at, int cut, String instead) {
        int from = Math.min(at, valid.length());
        return valid.substring(0, from) + instead + valid.substring(Math.min(valid.length(), from + cut));
    }
}
