package io.connscale.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
    @Test
    void readsLinesOfUtf8WithEitherEnd() throws IOException {
        assertThat(lines("one\ntwo\r\n\nvier äöü 🙂\nlast", 100))
                .containsExactly(whole("one"), whole("two"), whole(""), whole("vier äöü 🙂"), whole("last"));
    }

    @Test
    void anEndAtTheEndBeginsNoLine() throws IOException {
        assertThat(lines("", 10)).isEmpty();
        assertThat(lines("\n", 10)).containsExactly(whole(""));
        assertThat(lines("a\n", 10)).containsExactly(whole("a"));
    }

    @Test
    void aLineOverTheBoundIsCutThereAndTheNextOneIsWhole() throws IOException {
        assertThat(lines("12345\n123456789\n12345", 5))
                .containsExactly(whole("12345"), new BoundedLines.Line("12345", false), whole("12345"));
    }

    @Test
    void theBoundIsKeptWithoutALineEndInSight() throws IOException {
        InputStream endless = new InputStream() {
            private int left = 10_000_000;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                int n = Math.min(length, left);
                left -= n;
                Arrays.fill(into, offset, offset + n, (byte) 'x');
                return n > 0 ? n : -1;
            }
        };
        BoundedLines lines = new BoundedLines(endless, 1000);
        assertThat(lines.next()).isEqualTo(new BoundedLines.Line("x".repeat(1000), false));
        assertThat(lines.next()).isNull();
    }

    @Test
    void aLineIsToldAsSoonAsItIsTooLong() throws IOException {
        PipedOutputStream other = new PipedOutputStream();
        BoundedLines lines = new BoundedLines(new PipedInputStream(other, 100), 5);
        other.write("1234567".getBytes(UTF_8)); // and no end
        assertThat(lines.next()).isEqualTo(new BoundedLines.Line("12345", false));
        other.write("8\nnext\n".getBytes(UTF_8));
        assertThat(lines.next()).isEqualTo(whole("next"));
    }

    @Test
    void whatMovesTheCursorOrTurnsTheLineRoundIsNotLetIn() throws IOException {
        assertThat(lines("a\u001b[2Jb\u202ec\u2066d\u2028e\tf\u200bg\u0007", 100))
                .containsExactly(whole("a?[2Jb?c?d e f?g?"));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void anyBytesInAnyPiecesAreTheSameLines(
            @ForAll("bytes") byte[] bytes, @ForAll @IntRange(min = 1, max = 7) int piece) throws IOException {
        List<BoundedLines.Line> expected = new ArrayList<>();
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            String text = new String(bytes, start, Math.min(10, end - start), UTF_8);
            expected.add(new BoundedLines.Line(
                    PlainText.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text),
                    end - start <= 10));
            start = end + 1;
        }
        assertThat(lines(new InPieces(bytes, piece), 10)).isEqualTo(expected);
    }

    @Provide
    Arbitrary<byte[]> bytes() {
        Arbitrary<Byte> telling = Arbitraries.of((byte) '\n', (byte) '\r', (byte) 'a', (byte) 0xC3, (byte) 0xA4);
        return Arbitraries.oneOf(telling, telling, Arbitraries.bytes())
                .array(byte[].class)
                .ofMaxSize(80);
    }

    /** Gives no more than that many bytes at once, as a pipe may. */
    private static final class InPieces extends ByteArrayInputStream {
        private final int max;

        InPieces(byte[] bytes, int max) {
            super(bytes);
            this.max = max;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, max));
        }
    }

    private static BoundedLines.Line whole(String text) {
        return new BoundedLines.Line(text, true);
    }

    private static List<BoundedLines.Line> lines(String text, int max) throws IOException {
        return lines(new ByteArrayInputStream(text.getBytes(UTF_8)), max);
    }

    private static List<BoundedLines.Line> lines(InputStream in, int max) throws IOException {
        BoundedLines lines = new BoundedLines(in, max);
        List<BoundedLines.Line> read = new ArrayList<>();
        for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
            read.add(line);
        }
        return read;
    }
}
