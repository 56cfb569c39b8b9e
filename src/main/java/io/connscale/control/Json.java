package io.connscale.control;

import com.fasterxml.jackson.annotation.Nulls;
import io.connscale.stats.Distribution;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** The one way this program writes JSON: compact, one line, records' components in their order. */
public final class Json {
    // A null in a list or a map is no value of ours: refused where it is read, before somebody adds it up.
    static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new HistogramText())
            .addModule(new Moments())
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
            .build();

    /** For files that this program wrote: there a null says that something is unknown, and a newer one may say more. */
    private static final JsonMapper READER = MAPPER.rebuild()
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.SET))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Json() {}

    /** ISO 8601, UTC, milliseconds: {@code 2026-11-27T20:46:49.000Z}. */
    public static String text(Instant moment) {
        return UTC.format(moment);
    }

    /**
     * What a text says that {@link #line} wrote, also that of another version; members that {@code type} does not have are ignored.
     *
     * @throws IllegalArgumentException where it is no JSON, or not of that type
     */
    public static <T> T read(String text, Class<T> type) {
        try {
            T read = READER.readValue(text, type);
            if (read == null) {
                throw new IllegalArgumentException("null");
            }
            return read;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    /** An {@link Instant} in JSON is {@link #text(Instant)}. */
    private static final class Moments extends SimpleModule {
        private static final long serialVersionUID = 1;

        Moments() {
            addSerializer(Instant.class, new MomentWriter());
        }

        private static final class MomentWriter extends ValueSerializer<Instant> {
            @Override
            public void serialize(Instant value, JsonGenerator json, SerializationContext context) {
                json.writeString(text(value));
            }
        }
    }

    /**
     * {@code value} (records, maps, lists, numbers, strings) as one line of JSON without a line end.
     *
     * @throws JacksonException where the value holds something that JSON can't say; a programming error
     */
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** A {@link Distribution} in JSON is a string: HdrHistogram's compressed form in base64. */
    private static final class HistogramText extends SimpleModule {
        private static final long serialVersionUID = 1;

        HistogramText() {
            addSerializer(Distribution.class, new HistogramWriter());
            addDeserializer(Distribution.class, new Reader());
        }

        private static final class HistogramWriter extends ValueSerializer<Distribution> {
            @Override
            public void serialize(Distribution value, JsonGenerator json, SerializationContext context) {
                json.writeString(value.encoded());
            }
        }

        private static final class Reader extends ValueDeserializer<Distribution> {
            @Override
            public Distribution deserialize(JsonParser json, DeserializationContext context) {
                String text = json.getValueAsString("");
                try {
                    return Distribution.decoded(text);
                } catch (IllegalArgumentException e) {
                    return context.reportInputMismatch(Distribution.class, "%s", e.getMessage());
                }
            }
        }
    }
}
