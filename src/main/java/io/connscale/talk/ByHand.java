package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.auto.service.AutoService;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Exchanges one after the other: {@code talk: {open: [...], ping: [...]}}, and the presets that are no more than that. */
final class ByHand implements Talk {
    static final String NAME = "by-hand";

    private static final String HOST = "{host}";
    private static final String NUMBER = "{n}";
    private static final byte[] NOTHING = {};
    /** Behind a code of so many digits a "-" says that another line follows (RFC 5321, 4.2.1). */
    private static final int CODE_DIGITS = 3;

    private enum Framing {
        /** No answer. */
        NONE,
        LITERAL,
        LINE,
        LENGTH
    }

    /** Bytes that are the same for all connections, or a text with each one's number in it. */
    private static final class Template {
        private final byte[] constant;
        private final @Nullable String numbered;

        private Template(byte[] constant, @Nullable String numbered) {
            this.constant = constant;
            this.numbered = numbered;
        }

        static Template of(@Nullable String text, String host) {
            String known = text == null ? "" : text.replace(HOST, host);
            return known.contains(NUMBER) ? new Template(NOTHING, known) : new Template(ByteText.bytes(known), null);
        }

        byte[] of(long number) {
            return numbered == null ? constant : ByteText.bytes(numbered.replace(NUMBER, Long.toString(number)));
        }
    }

    private record Step(Template send, Template expected, Framing framing, int length) {
        static Step of(Exchange exchange, String host) {
            Framing framing = exchange.expect() != null
                    ? Framing.LITERAL
                    : exchange.line() != null
                            ? Framing.LINE
                            : exchange.length() != null ? Framing.LENGTH : Framing.NONE;
            String expected = exchange.expect() == null ? exchange.line() : exchange.expect();
            return new Step(
                    Template.of(exchange.send(), host),
                    Template.of(expected, host),
                    framing,
                    exchange.length() == null ? 0 : exchange.length());
        }

        boolean numbered() {
            return send.numbered != null || expected.numbered != null;
        }
    }

    private final List<Step> open;
    private final List<Step> ping;
    private final LongSupplier numbers;
    private final boolean numbered;

    private ByHand(List<Exchange> open, List<Exchange> ping, String host, LongSupplier numbers) {
        if (Math.max(open.size(), ping.size()) > TalkSettings.MAX_EXCHANGES) {
            throw new IllegalArgumentException("at most " + TalkSettings.MAX_EXCHANGES + " exchanges");
        }
        this.open = open.stream().map(exchange -> Step.of(exchange, host)).toList();
        this.ping = ping.stream().map(exchange -> Step.of(exchange, host)).toList();
        this.numbers = numbers;
        List<Step> all = new ArrayList<>(this.open);
        all.addAll(this.ping);
        this.numbered = all.stream().anyMatch(Step::numbered);
    }

    @Override
    public boolean pings() {
        return !ping.isEmpty();
    }

    @Override
    public Dialogue dialogue(Line line) {
        return numbered ? new Numbered(this, line, numbers.getAsLong()) : new Steps(this, line);
    }

    /** Where a connection is in its exchanges. */
    private static class Steps implements Dialogue {
        private final ByHand talk;
        private final Line line;
        private boolean open;
        /** The exchange whose answer is awaited; -1: none. */
        private byte at = -1;
        /** Within a line, behind what it has to begin with. */
        private boolean inLine;
        /** The line is one of several, and not the last. */
        private boolean more;
        /** How many bytes of the answer, or of the beginning of a line, have come. */
        private int matched;

        Steps(ByHand talk, Line line) {
            this.talk = talk;
            this.line = line;
        }

        long number() {
            return 0;
        }

        private List<Step> steps() {
            return open ? talk.ping : talk.open;
        }

        @Override
        public void connected() {
            say(0);
        }

        @Override
        public boolean ping() {
            return say(0);
        }

        /** Says what comes from there on, up to what is to be answered; whether there is such a thing. */
        private boolean say(int from) {
            List<Step> steps = steps();
            for (int next = from; next < steps.size(); next++) {
                Step step = steps.get(next);
                matched = 0;
                inLine = false;
                at = step.framing == Framing.NONE ? -1 : (byte) next;
                byte[] said = step.send.of(number());
                if (said.length > 0) {
                    line.say(said);
                }
                if (at >= 0) {
                    return true;
                }
            }
            at = -1;
            if (!open) {
                open = true;
                line.opened();
            } else if (from > 0) {
                line.answered();
            }
            return false;
        }

        @Override
        public void received(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (at < 0) {
                    if (talk.ping.isEmpty()) {
                        bytes.position(bytes.limit()); // nothing is expected, and so nothing is wrong
                    } else {
                        line.unexpected(ByteText.shown(NOTHING, 0, bytes));
                    }
                    return;
                }
                Step step = steps().get(at);
                boolean good = step.framing == Framing.LENGTH
                        ? skipped(step.length, bytes)
                        : inLine ? lineEnd(bytes) : match(step, bytes);
                if (!good) {
                    return;
                }
            }
        }

        /** @return false: it has ended */
        private boolean skipped(int length, ByteBuffer bytes) {
            int here = Math.min(length - matched, bytes.remaining());
            bytes.position(bytes.position() + here);
            matched += here;
            return matched < length || done();
        }

        private boolean match(Step step, ByteBuffer bytes) {
            byte[] expected = step.expected.of(number());
            while (matched < expected.length && bytes.hasRemaining()) {
                bytes.mark();
                if (bytes.get() != expected[matched]) {
                    bytes.reset();
                    line.unexpected(ByteText.shown(expected, matched, bytes));
                    return false;
                }
                matched++;
            }
            if (matched < expected.length) {
                return true;
            }
            inLine = step.framing == Framing.LINE;
            more = false;
            return inLine || done();
        }

        private boolean lineEnd(ByteBuffer bytes) {
            boolean first = matched >= 0;
            while (bytes.hasRemaining()) {
                byte b = bytes.get();
                if (first) {
                    more = b == '-' && isCode(steps().get(at).expected.of(number()));
                    first = false;
                    matched = -1;
                }
                if (b == '\n') {
                    inLine = false;
                    matched = 0;
                    return more || done();
                }
            }
            return true;
        }

        private static boolean isCode(byte[] begin) {
            return begin.length == CODE_DIGITS
                    && new String(begin, ISO_8859_1).chars().allMatch(Character::isDigit);
        }

        private boolean done() {
            say(at + 1);
            return true;
        }
    }

    private static final class Numbered extends Steps {
        private final long number;

        Numbered(ByHand talk, Line line, long number) {
            super(talk, line);
            this.number = number;
        }

        @Override
        long number() {
            return number;
        }
    }

    /** {@code talk: {open: ..., ping: ...}}. */
    @AutoService(Kind.class)
    public static final class Written implements Kind {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<String> options() {
            return List.of();
        }

        @Override
        public Talk make(TalkSettings settings, LongSupplier numbers) {
            return new ByHand(settings.open(), settings.ping(), settings.who(), numbers);
        }
    }

    /** A kind that needs no more than some exchanges. */
    private abstract static class Preset implements Kind {
        private final List<Exchange> open;
        private final List<Exchange> ping;

        Preset(List<Exchange> open, List<Exchange> ping) {
            this.open = open;
            this.ping = ping;
        }

        @Override
        public String name() {
            return getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }

        @Override
        public List<String> options() {
            return List.of();
        }

        @Override
        public Talk make(TalkSettings settings, LongSupplier numbers) {
            return new ByHand(open, ping, settings.who(), numbers);
        }
    }

    private static Exchange answered(String send, String answer) {
        return new Exchange(ByteText.of(send), ByteText.of(answer), null, null);
    }

    private static Exchange line(@Nullable String send, String begins) {
        return new Exchange(send == null ? null : ByteText.of(send), null, ByteText.of(begins), null);
    }

    /** Says nothing; what the server says is not looked at. */
    @AutoService(Kind.class)
    public static final class Idle extends Preset {
        public Idle() {
            super(List.of(), List.of());
        }
    }

    /** To a server of our own, where something lies between the socket and the Pings; over the bare socket they are no talk. */
    @AutoService(Kind.class)
    public static final class Ping extends Preset {
        public Ping() {
            super(List.of(), List.of(answered("Ping", "Pong")));
        }
    }

    /** For a server that sends back what it was sent (RFC 862). */
    @AutoService(Kind.class)
    public static final class Echo extends Preset {
        public Echo() {
            super(List.of(), List.of(answered("connscale\r\n", "connscale\r\n")));
        }
    }

    /** Inline commands of Redis; the first PING says whether the server takes the connection. */
    @AutoService(Kind.class)
    public static final class Redis extends Preset {
        public Redis() {
            super(List.of(answered("PING\r\n", "+PONG\r\n")), List.of(answered("PING\r\n", "+PONG\r\n")));
        }
    }

    /** RFC 5321: the greeting and HELO, then NOOP. */
    @AutoService(Kind.class)
    public static final class Smtp extends Preset {
        public Smtp() {
            super(List.of(line(null, "220"), line("HELO connscale\r\n", "250")), List.of(line("NOOP\r\n", "250")));
        }
    }

    /** RFC 9051: the greeting, then NOOP before any login. */
    @AutoService(Kind.class)
    public static final class Imap extends Preset {
        public Imap() {
            super(List.of(line(null, "* OK")), List.of(line("a NOOP\r\n", "a OK")));
        }
    }
}
