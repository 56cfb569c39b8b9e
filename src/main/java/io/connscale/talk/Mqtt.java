package io.connscale.talk;

import com.google.auto.service.AutoService;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** MQTT 3.1.1 and 5 (OASIS): CONNECT with a client id for each connection, then PINGREQ each interval. Publications are let pass. */
@AutoService(Talk.Kind.class)
public final class Mqtt implements Talk.Kind {
    private static final int CONNACK = 0x20;
    private static final int PINGRESP = 0xD0;
    private static final int DISCONNECT = 0xE0;
    private static final byte[] PINGREQ = {(byte) 0xC0, 0};
    private static final int CLEAN = 0x02;
    private static final int USER = 0x80;
    private static final int PASSWORD = 0x40;
    /** Brokers end a client that is silent for one and a half times as long; some allow no more than this. */
    private static final int KEEPALIVE_SECONDS = 1200;

    private static final int MAX_SECONDS = 65_535;

    /** Reasons of a CONNACK: 3.1.1, table 3.1, and 5, table 3-1; of a DISCONNECT: 5, table 3-10. */
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(1, "unacceptable protocol version"),
            Map.entry(2, "identifier rejected"),
            Map.entry(3, "server unavailable"),
            Map.entry(4, "bad user name or password"),
            Map.entry(5, "not authorized"),
            Map.entry(0x81, "malformed packet"),
            Map.entry(0x82, "protocol error"),
            Map.entry(0x84, "unsupported protocol version"),
            Map.entry(0x85, "client identifier not valid"),
            Map.entry(0x86, "bad user name or password"),
            Map.entry(0x87, "not authorized"),
            Map.entry(0x88, "server unavailable"),
            Map.entry(0x89, "server busy"),
            Map.entry(0x8A, "banned"),
            Map.entry(0x8B, "server shutting down"),
            Map.entry(0x8D, "keep alive timeout"),
            Map.entry(0x8E, "session taken over"),
            Map.entry(0x97, "quota exceeded"),
            Map.entry(0x98, "administrative action"),
            Map.entry(0x9C, "use another server"),
            Map.entry(0x9D, "server moved"),
            Map.entry(0x9F, "connection rate exceeded"));

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public List<String> options() {
        return List.of("version", "id", "user", "password", "keepalive");
    }

    @Override
    public Talk make(TalkSettings settings, LongSupplier numbers) {
        Map<String, String> options = settings.options();
        String version = options.getOrDefault("version", "3.1.1");
        if (!version.equals("3.1.1") && !version.equals("5")) {
            throw new IllegalArgumentException("version is 3.1.1 or 5");
        }
        String id = options.getOrDefault("id", "connscale-{host}-{n}").replace("{host}", settings.who());
        if (!id.contains("{n}")) {
            throw new IllegalArgumentException(
                    "id needs {n}: a broker ends the connection of a client id that comes again");
        }
        if (options.containsKey("password") && !options.containsKey("user")) {
            throw new IllegalArgumentException("a password needs a user");
        }
        byte[] head = head(version.equals("5"), options);
        byte[] tail = tail(options);
        return new Talk() {
            @Override
            public Dialogue dialogue(Line line) {
                long number = numbers.getAsLong();
                return new Packets(line) {
                    @Override
                    byte[] connect() {
                        return packet(head, id.replace("{n}", Long.toString(number)), tail);
                    }
                };
            }

            @Override
            public boolean pings() {
                return true;
            }
        };
    }

    private static byte[] head(boolean five, Map<String, String> options) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        text(head, "MQTT");
        head.write(five ? 5 : 4);
        head.write(CLEAN | (options.containsKey("user") ? USER : 0) | (options.containsKey("password") ? PASSWORD : 0));
        int seconds = seconds(options.getOrDefault("keepalive", Integer.toString(KEEPALIVE_SECONDS)));
        head.write(seconds >> 8);
        head.write(seconds);
        if (five) {
            head.write(0); // no properties
        }
        return head.toByteArray();
    }

    private static int seconds(String text) {
        int seconds = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : MAX_SECONDS + 1;
        if (seconds > MAX_SECONDS) {
            throw new IllegalArgumentException("keepalive is 0 (off) to " + MAX_SECONDS + " seconds, a number");
        }
        return seconds;
    }

    private static byte[] tail(Map<String, String> options) {
        ByteArrayOutputStream tail = new ByteArrayOutputStream();
        for (String key : List.of("user", "password")) {
            if (options.containsKey(key)) {
                text(tail, options.getOrDefault(key, ""));
            }
        }
        return tail.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = ByteText.ascii(text);
        out.write(bytes.length >> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static byte[] packet(byte[] head, String id, byte[] tail) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(head);
        text(body, id);
        body.writeBytes(tail);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        int left = body.size();
        do { // the length in groups of 7 bits, the lowest first
            packet.write((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
            left >>= 7;
        } while (left > 0);
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    private abstract static class Packets implements Dialogue {
        /** Where the reader is in a packet: at its first byte, in its length, in its body. */
        private static final byte TYPE = 0;

        private static final byte LENGTH = 1;
        private static final byte BODY = 2;
        private static final int MAX_SHIFT = 21;
        private static final int NO_CODE = -1;

        private final Line line;
        private boolean open;
        private boolean awaited;
        private byte at;
        private byte shift;
        private short type;
        /** The reason that the body says. */
        private short code;

        private int length;
        private int read;

        Packets(Line line) {
            this.line = line;
        }

        abstract byte[] connect();

        @Override
        public void connected() {
            line.say(connect());
        }

        @Override
        public boolean ping() {
            awaited = true;
            line.say(PINGREQ);
            return true;
        }

        @Override
        public void received(ByteBuffer bytes) {
            boolean goesOn = true;
            while (goesOn && bytes.hasRemaining()) {
                goesOn = switch (at) {
                    case TYPE -> type(bytes);
                    case LENGTH -> length(bytes);
                    default -> body(bytes);
                };
            }
        }

        private boolean type(ByteBuffer bytes) {
            type = (short) (bytes.get(bytes.position()) & 0xFF);
            if (!open && type != CONNACK) {
                line.unexpected("not MQTT: " + ByteText.shown(ByteBuffer.allocate(0), bytes));
                return false;
            }
            bytes.get();
            code = NO_CODE;
            length = 0;
            read = 0;
            shift = 0;
            at = LENGTH;
            return true;
        }

        private boolean length(ByteBuffer bytes) {
            int b = bytes.get();
            length |= (b & 0x7F) << shift;
            shift = (byte) (shift + 7);
            if (b < 0) {
                if (shift > MAX_SHIFT) {
                    line.unexpected("not MQTT: a length of more than four bytes");
                    return false;
                }
                return true;
            }
            at = BODY;
            return length > 0 || whole();
        }

        private boolean body(ByteBuffer bytes) {
            int codeAt = type == CONNACK ? 1 : 0;
            int here = Math.min(length - read, bytes.remaining());
            if (read <= codeAt && read + here > codeAt) {
                code = (short) (bytes.get(bytes.position() + codeAt - read) & 0xFF);
            }
            bytes.position(bytes.position() + here);
            read += here;
            return read < length || whole();
        }

        private boolean whole() {
            at = TYPE;
            if (type == CONNACK) {
                if (code != 0 || open) {
                    line.unexpected("CONNACK refused: " + reason());
                    return false;
                }
                open = true;
                line.opened();
            } else if (type == DISCONNECT) {
                line.unexpected("DISCONNECT: " + reason());
                return false;
            } else if (type == PINGRESP && awaited) {
                awaited = false;
                line.answered();
            }
            return true;
        }

        private String reason() {
            return code == NO_CODE ? "no reason" : REASONS.getOrDefault((int) code, "reason 0x%02x".formatted(code));
        }
    }
}
