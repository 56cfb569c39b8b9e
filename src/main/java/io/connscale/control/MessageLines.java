package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.control.Agent.Opened;
import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Limits;
import io.connscale.kernel.Routes;
import io.connscale.stats.Distribution;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.TcpSample;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
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

    /** Characters of one string: 1,000 bytes of a talk, each as {@code \x00}, and a certificate's key in one line have room in it. */
    private static final int MAX_STRING = 8_000;
    /** Of all but nanoseconds: a million Pings per second for thirty years. Hundreds of hosts add up below a long. */
    private static final long MAX_COUNT = 1_000_000_000_000_000L;
    /** A month of a hundred processes, or nine years of one; thirty such hosts add up below a long. */
    private static final long MAX_NANOS = 300_000_000_000_000_000L;

    private static final int MAX_PORT = 65_535;
    /** Of a member, as a record that misses it says it. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z]+");

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
            String why = why(e);
            return where.isEmpty() || why.startsWith(where) ? why : where + ": " + why;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The library's own words name its classes and ours: a user has no use for them. */
    private static String why(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return "nested too deeply, or a number or name is too long";
        }
        if (e instanceof InputCoercionException) {
            return "not a whole number, or too large a one";
        }
        if (e instanceof StreamReadException) {
            return "not JSON";
        }
        if (e instanceof InvalidTypeIdException unknown) {
            String type = unknown.getTypeId();
            return type == null ? "type is missing" : "unknown type \"" + PlainText.of(type, 40) + "\"";
        }
        if (e instanceof ValueInstantiationException && e.getCause() instanceof IllegalArgumentException ours) {
            return PlainText.of(String.valueOf(ours.getMessage()), 100);
        }
        if (e instanceof ValueInstantiationException && e.getCause() instanceof NullPointerException) {
            Matcher name = NAME.matcher(String.valueOf(e.getCause().getMessage()));
            return name.matches() ? name.group() + " is missing" : "something is missing";
        }
        return e instanceof MismatchedInputException other ? mismatch(other) : "not valid";
    }

    private static String mismatch(MismatchedInputException e) {
        if (String.valueOf(e.getOriginalMessage()).startsWith("Missing ") || e instanceof InvalidNullException) {
            return "is missing";
        }
        Class<?> wanted = e.getTargetType();
        if (wanted == null) {
            return "not valid";
        }
        if (wanted == Distribution.class) {
            return PlainText.of(String.valueOf(e.getOriginalMessage()), 100); // our own words
        }
        if (wanted == String.class) {
            return "not a string";
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return "neither true nor false";
        }
        if (wanted == double.class || wanted == Double.class) {
            return "not a number";
        }
        if (wanted.isPrimitive() || Number.class.isAssignableFrom(wanted)) {
            return "not a whole number";
        }
        return Collection.class.isAssignableFrom(wanted) ? "not a list" : "not an object";
    }

    private static Message message(String line) {
        Message message = READER.readValue(line);
        if (!(message instanceof Message.Request)) { // those are answered with what is wrong about them
            check(message, "", 0, MAX_COUNT);
        }
        return message;
    }

    /** Only a limit, a fact or a size may be -1, unknown; no number may be such that hosts can't be added up. */
    private static void check(@Nullable Object value, String name, long min, long max) {
        if (value instanceof Record some) {
            boolean kernel = some instanceof Limits
                    || some instanceof Facts
                    || some instanceof Routes
                    || some instanceof AcceptQueue;
            boolean sizes = some instanceof MachineLoad || some instanceof ProcessLoad;
            for (RecordComponent part : some.getClass().getRecordComponents()) {
                String member = part.getName();
                long most = kernel ? Long.MAX_VALUE : member.endsWith("Nanos") ? MAX_NANOS : MAX_COUNT;
                check(read(part, some), member, kernel || (sizes && member.endsWith("Bytes")) ? -1 : 0, most);
            }
            contradictions(some);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> check(each, name + "." + key, min, max));
        } else if (value instanceof Collection<?> list) {
            list.forEach(each -> check(each, name, min, max));
        } else if (value instanceof Number number
                && !(number.doubleValue() >= min && number.doubleValue() <= max)) { // NaN is neither
            throw new IllegalArgumentException(name + " is " + number);
        }
    }

    /** Numbers that can each be, but not together. */
    private static void contradictions(Record value) {
        if (value instanceof Opened opened) {
            refuse(
                    opened.established() + opened.failed() > opened.requested(),
                    "established and failed are more than requested");
        } else if (value instanceof Limits limits) {
            refuse(limits.lastPort() > MAX_PORT, "lastPort is " + limits.lastPort());
            refuse(
                    limits.firstPort() > limits.lastPort() && limits.lastPort() != Limits.UNKNOWN,
                    "firstPort is above lastPort");
        } else if (value instanceof AcceptQueue queue) {
            refuse(queue.port() > MAX_PORT, "port is " + queue.port());
        } else if (value instanceof ServerStatus.Listener listener) {
            refuse(listener.port() > MAX_PORT, "port is " + listener.port());
        } else if (value instanceof MachineLoad machine) {
            refuse(machine.idleTicks() > machine.ticks(), "idleTicks are more than ticks");
            refuse(
                    machine.availableBytes() > machine.memoryBytes() && machine.memoryBytes() >= 0,
                    "availableBytes are more than memoryBytes");
        } else if (value instanceof TcpSample sample) {
            refuse(sample.retransmitting() > sample.sampled(), "retransmitting are more than sampled");
            refuse(sample.unheard() > sample.overdue(), "unheard are more than overdue");
        }
    }

    private static void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new IllegalArgumentException(why);
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
