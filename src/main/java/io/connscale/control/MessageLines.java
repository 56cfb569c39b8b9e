package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/** Messages as lines of JSON: both ends of the control channel read and write with this. */
public final class MessageLines {
    /** Bytes of one line; settings with 65,536 source addresses stay below it. */
    public static final int LONGEST = 4 << 20;

    // Unknown members are ignored, so that a newer end may say more; a missing number is an error, not a silent zero.
    private static final ObjectReader READER = Json.MAPPER
            .rebuild()
            .annotationIntrospector(new NumbersRequired())
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

    /** The line, with its end, in one piece. */
    public static byte[] encode(Message message) {
        return (WRITER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The message that {@code line} says, or null where it is not one of ours. */
    public static @Nullable Message decode(String line) {
        if (!line.startsWith("{")) {
            return null;
        }
        try {
            return READER.readValue(line);
        } catch (JacksonException e) {
            return null;
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
     * @param foreign hears each line that is none (noise of a login shell, a message of another version)
     */
    public static void read(InputStream in, Consumer<Message> ours, Consumer<String> foreign) throws IOException {
        BoundedLines lines = new BoundedLines(in, LONGEST);
        for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
            Message message = line.whole() ? decode(line.text()) : null;
            if (message == null) {
                foreign.accept(line.text());
            } else {
                ours.accept(message);
            }
        }
    }
}
