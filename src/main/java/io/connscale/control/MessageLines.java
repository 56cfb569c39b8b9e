package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Limits;
import io.connscale.kernel.Routes;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.module.SimpleModule;

/**
 * Messages as lines of JSON: both ends of the control channel read and write with this. Here what the other end says is checked
 * and cleaned, once: a message that gets through has each field of its type, no number that can't be, and {@link PlainText} in
 * its strings.
 */
public final class MessageLines {
    /** Bytes of one line; settings with 65,536 source addresses stay below it. */
    public static final int MAX_LENGTH = 4 << 20;

    /** Characters of one string; what a user is to read is shorter. */
    private static final int MAX_STRING = 2_000;
    /** Of connections, Pings and seconds: a million Pings per second for thirty years. Hundreds of hosts add up below a long. */
    private static final long MAX_COUNT = 1_000_000_000_000_000L;

    // Unknown members are ignored, so that a newer end may say more; a missing number is an error, not a silent zero,
    // and a
    // member of another type is an error, not what Jackson would make of it.
    private static final ObjectReader READER = Json.MAPPER
            .rebuild()
            .annotationIntrospector(new NumbersRequired())
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .addModule(new PlainStrings())
            .build()
            .readerFor(Message.class)
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    /** What is not known is left out, at whatever depth. */
    private static final ObjectWriter WRITER = Json.MAPPER
            .rebuild()
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build()
            .writerFor(Message.class);

    private MessageLines() {}

    /** FAIL_ON_NULL_FOR_PRIMITIVES looks at a null that is written, not at a member that is left out. */
    private static final class NumbersRequired extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            return member.getRawType().isPrimitive();
        }
    }

    /** Strings of JSON alone are strings here, and are cleaned; keys of maps likewise. */
    private static final class PlainStrings extends SimpleModule {
        private static final long serialVersionUID = 1;

        PlainStrings() {
            addDeserializer(String.class, new ValueDeserializer<>() {
                @Override
                public String deserialize(JsonParser json, DeserializationContext context) {
                    return json.hasToken(JsonToken.VALUE_STRING)
                            ? PlainText.of(json.getString(), MAX_STRING)
                            : (String) context.handleUnexpectedToken(String.class, json);
                }
            });
            addKeyDeserializer(String.class, new KeyDeserializer() {
                @Override
                public Object deserializeKey(String key, DeserializationContext context) {
                    return PlainText.of(key, MAX_STRING);
                }
            });
        }
    }

    /** The line, with its end, in one piece. */
    public static byte[] encode(Message message) {
        return (WRITER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The message that {@code line} says, or null where it is not one of ours. */
    public static @Nullable Message decode(String line) {
        try {
            return line.startsWith("{") ? message(line) : null;
        } catch (JacksonException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Why {@code line} is no message, in a few words for the user; empty where it is one. */
    public static String problem(String line) {
        try {
            message(line);
            return "";
        } catch (JacksonException e) {
            String where = e.getPath().stream()
                    .map(JacksonException.Reference::getPropertyName)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            String why = PlainText.of(String.valueOf(e.getOriginalMessage()), 100);
            return where.isEmpty() || why.contains("'" + where + "'") ? why : where + ": " + why;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static Message message(String line) {
        Message message = READER.readValue(line);
        if (!(message instanceof Message.Request)) { // those are answered with what is wrong about them
            check(message, "", 0, Long.MAX_VALUE);
        }
        return message;
    }

    /** Only a limit or a fact may be -1, unknown; no count may be such that hosts can't be added up. */
    private static void check(@Nullable Object value, String name, long min, long max) {
        if (value instanceof Record some) {
            boolean kernel = some instanceof Limits
                    || some instanceof Facts
                    || some instanceof Routes
                    || some instanceof AcceptQueue;
            boolean counts = some instanceof Snapshot
                    || some instanceof Opened
                    || some instanceof Closed
                    || some instanceof ServerStatus
                    || some instanceof ServerStatus.ServerProcess;
            for (RecordComponent part : some.getClass().getRecordComponents()) {
                check(read(part, some), part.getName(), kernel ? -1 : 0, counts ? MAX_COUNT : Long.MAX_VALUE);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> check(each, name + "." + key, min, max));
        } else if (value instanceof Collection<?> list) {
            list.forEach(each -> check(each, name, min, max));
        } else if (value instanceof Number number
                && !(number.doubleValue() >= min && number.doubleValue() <= max)) { // NaN is neither
            throw new IllegalArgumentException(name + " is " + number);
        }
    }

    private static Object read(RecordComponent part, Record of) {
        try {
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a message's records are public", e);
        }
    }

    /** Writes and flushes one message. */
    public static void write(OutputStream out, Message message) throws IOException {
        out.write(encode(message));
        out.flush();
    }

    /**
     * Reads until the stream ends.
     *
     * @param ours hears each message
     * @param foreign hears each line that is none (noise of a login shell, a message of another version), and as soon as it is
     *     too long the beginning of one that is
     */
    public static void read(InputStream in, Consumer<Message> ours, Consumer<BoundedLines.Line> foreign)
            throws IOException {
        BoundedLines lines = new BoundedLines(in, MAX_LENGTH);
        for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
            Message message = line.whole() ? decode(line.text()) : null;
            if (message == null) {
                foreign.accept(line);
            } else {
                ours.accept(message);
            }
        }
    }
}
