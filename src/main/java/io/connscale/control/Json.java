package io.connscale.control;

import com.fasterxml.jackson.annotation.Nulls;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

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
}
