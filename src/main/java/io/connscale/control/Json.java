package io.connscale.control;

import com.fasterxml.jackson.annotation.Nulls;
import io.connscale.stats.Distribution;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
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
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
            .build();

    private Json() {}

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
            addSerializer(Distribution.class, new Writer());
            addDeserializer(Distribution.class, new Reader());
        }

        private static final class Writer extends ValueSerializer<Distribution> {
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
