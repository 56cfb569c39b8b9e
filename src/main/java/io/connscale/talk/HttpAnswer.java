package io.connscale.talk;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * One answer of HTTP/1 while it comes (RFC 9112): its head, and a body by {@code Content-Length} or in chunks. Kept only while it is
 * awaited, so that a connection that is held costs nothing for it.
 */
final class HttpAnswer {
    /** Of a line of the head; servers have 8 KiB for what they take. */
    private static final int MAX_LINE = 16 << 10;

    private static final int SHOWN = 64;
    static final int SWITCHING = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int OK = 200;
    private static final int REFUSED = 400;

    private enum State {
        STATUS,
        HEADERS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        OVER
    }

    private final boolean bodiless;
    private final StringBuilder line = new StringBuilder();
    private State state = State.STATUS;
    private int status;
    private long left = -1;
    private boolean chunked;
    private boolean closes;
    private String accept = "";
    private String words = "";

    /** @param bodiless whether it answers a HEAD */
    HttpAnswer(boolean bodiless) {
        this.bodiless = bodiless;
    }

    int status() {
        return status;
    }

    /** {@code Sec-WebSocket-Accept}. */
    String accept() {
        return accept;
    }

    /** Why the connection is of no use any more, once it is over; empty where it is. */
    String words() {
        return words;
    }

    /** Takes what belongs to it; whether it is over. */
    boolean hear(ByteBuffer bytes) {
        while (state != State.OVER && bytes.hasRemaining()) {
            if (state == State.BODY || state == State.CHUNK) {
                int here = (int) Math.min(left, bytes.remaining());
                bytes.position(bytes.position() + here);
                left -= here;
                if (left == 0) {
                    state = state == State.BODY ? over() : State.CHUNK_END;
                }
            } else {
                character((char) (bytes.get() & 0xFF));
            }
        }
        return state == State.OVER;
    }

    private void character(char c) {
        if (c != '\n') {
            if (line.length() == MAX_LINE) {
                over("HTTP with a line of more than " + MAX_LINE + " bytes");
            }
            line.append(c);
            return;
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        String whole = line.toString();
        line.setLength(0);
        state = line(whole);
    }

    private State line(String text) {
        return switch (state) {
            case STATUS -> status(text);
            case HEADERS -> text.isEmpty() ? body() : header(text);
            case CHUNK_SIZE -> chunk(text);
            case CHUNK_END -> State.CHUNK_SIZE;
            case TRAILERS -> text.isEmpty() ? over() : State.TRAILERS;
            default -> state;
        };
    }

    private State status(String text) {
        if (!text.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?")) {
            String shown = ByteText.of(text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text);
            return over("not HTTP: " + shown);
        }
        status = Integer.parseInt(text, 9, 12, 10);
        closes = text.startsWith("HTTP/1.0");
        return State.HEADERS;
    }

    private State header(String text) {
        int colon = text.indexOf(':');
        String name = text.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1).strip();
        switch (name) {
            case "content-length" -> {
                if (!value.matches("[0-9]{1,18}")) {
                    return over("HTTP " + status + " with a bad Content-Length");
                }
                left = Long.parseLong(value);
            }
            case "transfer-encoding" -> chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
            case "connection" -> {
                String wish = value.toLowerCase(Locale.ROOT);
                closes = wish.contains("close") || (closes && !wish.contains("keep-alive"));
            }
            case "sec-websocket-accept" -> accept = value;
            default -> {}
        }
        return State.HEADERS;
    }

    private State body() {
        if (status < OK && status != SWITCHING) {
            left = -1; // what follows is the answer
            return State.STATUS;
        }
        if (status >= REFUSED) {
            return over("HTTP " + status); // what its body says is not looked at
        }
        if (status == SWITCHING || status == NO_CONTENT || status == NOT_MODIFIED || bodiless) {
            return over();
        }
        if (chunked) {
            return State.CHUNK_SIZE;
        }
        if (left < 0) {
            return over("HTTP " + status + " without a length");
        }
        return left == 0 ? over() : State.BODY;
    }

    private State chunk(String text) {
        String digits = text.replaceFirst("[;\\s].*", "");
        if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
            return over("HTTP " + status + " with a bad chunk");
        }
        left = Long.parseLong(digits, 16);
        return left == 0 ? State.TRAILERS : State.CHUNK;
    }

    private State over() {
        return over(closes && status != SWITCHING ? "HTTP " + status + " Connection: close" : "");
    }

    private State over(String why) {
        words = why;
        state = State.OVER;
        return state;
    }
}
