package io.connscale.talk;

import com.google.auto.service.AutoService;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 with keep-alive: a request at first, and one each interval. A status from 400 on, or one that closes, ends the connection. */
@AutoService(Talk.Kind.class)
public final class Http implements Talk.Kind {
    private static final @Nullable String VERSION = Http.class.getPackage().getImplementationVersion();
    /** Who asks, with the version that the jar's manifest says. */
    static final String AGENT = "connscale/" + (VERSION == null ? "dev" : VERSION);

    @Override
    public String name() {
        return "http";
    }

    @Override
    public List<String> options() {
        return List.of("path", "host", "method");
    }

    @Override
    public Talk make(TalkSettings settings, LongSupplier numbers) {
        String method = settings.options().getOrDefault("method", "GET");
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new IllegalArgumentException("method is GET or HEAD");
        }
        byte[] request = request(method, settings, "");
        return new Talk() {
            @Override
            public Dialogue dialogue(Line line) {
                return new Requests(line, request, method.equals("HEAD"));
            }

            @Override
            public boolean pings() {
                return true;
            }
        };
    }

    /** @param more further headers, each with its line end */
    static byte[] request(String method, TalkSettings settings, String more) {
        String path = settings.options().getOrDefault("path", "/");
        if (!path.startsWith("/") || path.contains(" ")) {
            throw new IllegalArgumentException("path begins with \"/\" and has no blank");
        }
        return ByteText.ascii(
                method + " " + path + " HTTP/1.1\r\nHost: " + settings.options().getOrDefault("host", "localhost")
                        + "\r\nUser-Agent: " + AGENT + "\r\n" + more + "\r\n");
    }

    private static final class Requests implements Dialogue {
        private final Line line;
        private final byte[] request;
        private final boolean bodiless;
        private boolean open;
        private @Nullable HttpAnswer answer;

        Requests(Line line, byte[] request, boolean bodiless) {
            this.line = line;
            this.request = request;
            this.bodiless = bodiless;
        }

        @Override
        public void connected() {
            ping();
        }

        @Override
        public boolean ping() {
            answer = new HttpAnswer(bodiless);
            line.say(request);
            return true;
        }

        @Override
        public void received(ByteBuffer bytes) {
            HttpAnswer awaited = answer;
            if (awaited == null) {
                awaited = new HttpAnswer(false); // 408 of a server that waited too long, say
                line.unexpected(
                        awaited.hear(bytes) && !awaited.words().isEmpty()
                                ? awaited.words()
                                : "an answer to no request");
                return;
            }
            if (!awaited.hear(bytes)) {
                return;
            }
            answer = null;
            if (!awaited.words().isEmpty()) {
                line.unexpected(awaited.words());
            } else if (awaited.status() == HttpAnswer.SWITCHING) {
                line.unexpected("HTTP " + HttpAnswer.SWITCHING);
            } else if (bytes.hasRemaining()) {
                line.unexpected("more than one answer");
            } else if (open) {
                line.answered();
            } else {
                open = true;
                line.opened();
            }
        }
    }
}
