package io.connscale.talk;

import com.google.auto.service.AutoService;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** RFC 6455: the upgrade at first, then a ping frame each interval. A ping of the server's is answered, its messages are let pass. */
@AutoService(Talk.Kind.class)
public final class WebSocket implements Talk.Kind {
    private static final String KEY = Base64.getEncoder().encodeToString(ByteText.ascii("connscale-0123ab"));
    /** RFC 6455, 1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX_CONTROL = 125;
    private static final byte[] PING_FRAME = {(byte) (FINAL | PING), (byte) MASKED, 0, 0, 0, 0};

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public List<String> options() {
        return List.of("path", "host", "protocol");
    }

    @Override
    public Talk make(TalkSettings settings, LongSupplier numbers) {
        String protocol = settings.options().get("protocol");
        byte[] request = Http.request(
                "GET",
                settings,
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY
                        + "\r\n" + (protocol == null ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n"));
        String accept = accept();
        return new Talk() {
            @Override
            public Dialogue dialogue(Line line) {
                return new Frames(line, request, accept);
            }

            @Override
            public boolean pings() {
                return true;
            }
        };
    }

    private static String accept() {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(ByteText.ascii(KEY + GUID)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    private static final class Frames implements Dialogue {
        private static final byte[] NOTHING = {};

        private final Line line;
        private final byte[] request;
        private final String accept;
        private @Nullable HttpAnswer upgrade;
        private boolean awaited;
        private byte opcode;
        /** Bytes of the frame's head that have come, and how many it has. */
        private byte head;

        private byte headLength = 2;
        /** The payload's length as far as it is known; of which so many bytes are to come. */
        private long left;
        /** The payload of a control frame. */
        private byte[] payload = NOTHING;

        Frames(Line line, byte[] request, String accept) {
            this.line = line;
            this.request = request;
            this.accept = accept;
        }

        @Override
        public void connected() {
            upgrade = new HttpAnswer(false);
            line.say(request);
        }

        @Override
        public boolean ping() {
            awaited = true;
            line.say(PING_FRAME);
            return true;
        }

        @Override
        public void received(ByteBuffer bytes) {
            if (upgrade != null && !upgraded(upgrade, bytes)) {
                return;
            }
            while (bytes.hasRemaining() && frame(bytes)) {
                // the next one
            }
        }

        private boolean upgraded(HttpAnswer answer, ByteBuffer bytes) {
            if (!answer.hear(bytes)) {
                return false;
            }
            upgrade = null;
            boolean good =
                    answer.status() == HttpAnswer.SWITCHING && answer.accept().equals(accept);
            if (good) {
                line.opened();
            } else {
                line.unexpected(
                        !answer.words().isEmpty() && answer.status() != HttpAnswer.SWITCHING
                                ? answer.words()
                                : "HTTP " + answer.status() + " instead of a WebSocket");
            }
            return good;
        }

        /** @return false: the connection has ended */
        private boolean frame(ByteBuffer bytes) {
            if (head < headLength) {
                return head(bytes.get() & 0xFF) && (head < headLength || left > 0 || whole());
            }
            int here = (int) Math.min(left, bytes.remaining());
            if (opcode >= CLOSE) {
                bytes.get(payload, (int) (payload.length - left), here);
            } else {
                bytes.position(bytes.position() + here);
            }
            left -= here;
            return left > 0 || whole();
        }

        private boolean head(int b) {
            if (head == 0) {
                opcode = (byte) (b & 0xF);
                left = 0;
                headLength = 2;
            } else if (head == 1) {
                if ((b & MASKED) != 0 || (opcode >= CLOSE && b > MAX_CONTROL)) {
                    line.unexpected("not a WebSocket frame of a server");
                    return false;
                }
                headLength = (byte) (b == MAX_CONTROL + 1 ? 4 : b == MAX_CONTROL + 2 ? 10 : 2);
                left = headLength == 2 ? b : 0;
                payload = opcode >= CLOSE && left > 0 ? new byte[(int) left] : NOTHING;
            } else {
                left = (left << 8 | b) & Long.MAX_VALUE;
            }
            head++;
            return true;
        }

        private boolean whole() {
            head = 0;
            byte[] told = payload;
            payload = NOTHING;
            if (opcode == CLOSE) {
                line.unexpected(closed(told));
                return false;
            } else if (opcode == PING) {
                line.say(pong(told));
            } else if (opcode == PONG && awaited) {
                awaited = false;
                line.answered();
            }
            return true;
        }

        /** {@code close 1001 going away}. */
        private static String closed(byte[] told) {
            if (told.length < 2) {
                return "close";
            }
            int code = (told[0] & 0xFF) << 8 | (told[1] & 0xFF);
            String reason = ByteText.of(new String(told, 2, told.length - 2, StandardCharsets.ISO_8859_1));
            return ("close " + code + " " + reason).strip();
        }

        /** With a mask of zeros, the payload is as it was. */
        private static byte[] pong(byte[] told) {
            byte[] frame = new byte[PING_FRAME.length + told.length];
            frame[0] = (byte) (FINAL | PONG);
            frame[1] = (byte) (MASKED | told.length);
            System.arraycopy(told, 0, frame, PING_FRAME.length, told.length);
            return frame;
        }
    }
}
