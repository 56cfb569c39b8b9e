package io.connscale.control;

import io.connscale.stats.Distribution;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/** A {@link Distribution} in JSON is a string: HdrHistogram's compressed form in base64. */
final class HistogramText extends SimpleModule {
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
